"""Consents imported through the deployed workflow."""

import secrets
from datetime import timedelta

import pytest
from e2e_consent import ask, codes, contact_of, marketing, moment, status

from cli.demo.messages import invented_phone
from cli.http import call

pytestmark = pytest.mark.usefixtures("offer")


def test_an_import_through_the_workflow_reports_row_by_row(platform, consents):
    people = [invented_phone() for _ in range(3)]
    given = moment(timedelta(days=2))
    header = "phone,purpose,given_at,notice_id,notice_version,language,source,evidence,method"
    good = [
        f"+{phone},marketing,{given},marketing,2026-11-29,en,shop,form {n},web_form"
        for n, phone in enumerate(people)
    ]
    bad = f"+{invented_phone()},marketing,{given},marketing,2026-11-29,en,shop,,web_form"
    content = "\n".join([header, *good, bad]).encode()
    begun = ask(
        platform,
        consents,
        "POST",
        "/v1/consents/imports",
        {},
        **{"Idempotency-Key": secrets.token_hex(8)},
    )
    assert begun.status == 201, begun.text
    path = f"/v1/consents/imports/{begun.body['import_id']}"
    url = f"{platform.facts.api_url}{path}/parts/1"
    headers = {**consents.authorization, "Content-Type": "application/octet-stream"}
    assert call("PUT", url, body=content, headers=headers).status == 200
    assert ask(platform, consents, "POST", f"{path}/start", {}).status == 202

    platform.eventually(
        lambda: ask(platform, consents, "GET", path).body["status"] not in ("running", "queued"),
        seconds=120,
    )
    shown_ = ask(platform, consents, "GET", path).body
    assert shown_["rows"]["recorded"] == 3, shown_
    assert shown_["rows"]["refused"] == 1, shown_
    report = ask(platform, consents, "GET", f"{path}/report").body
    assert [row["outcome"] for row in report["items"]].count("refused") == 1
    contact_id = contact_of(platform, consents, people[0])
    assert status(platform, consents, contact_id) == "given"
    assert codes(platform, marketing(people[0])) == ["consent_too_weak"]
