"""Consent on the deployed platform: asked for, given, proved, and enforced."""

import importlib.util
import json
import secrets
from pathlib import Path

import pytest
from e2e_consent import (
    FORM,
    agreed,
    ask,
    codes,
    marketing,
    moment,
    person,
    request_of,
    send,
    settled,
    shown,
    status,
    tap,
)

from cli.demo import audit_files
from functions.core.consent.checking import check

pytestmark = pytest.mark.usefixtures("offer")


def test_without_consent_marketing_does_not_leave_and_the_reason_is_told(platform, consents):
    phone, _ = person(platform, consents)

    assert codes(platform, marketing(phone)) == ["consent_missing"]
    message = settled(platform, send(platform, marketing(phone)))
    assert message["status"] == "refused"
    assert [reason["code"] for reason in message["reasons"]] == ["consent_missing"]
    assert not any(each["type"] == "template" for each in shown(platform, phone))


def test_a_marketing_template_is_never_sent_as_something_else(platform, consents):
    phone, _ = person(platform, consents)

    disguised = {**marketing(phone), "purpose": "utility"}
    assert codes(platform, disguised) == ["purpose_mismatch"]
    assert settled(platform, send(platform, disguised))["status"] == "refused"


def test_a_template_nobody_told_of_needs_a_purpose(platform):
    unheard = {"name": "never_heard_of", "language": {"code": "en"}}
    message = {"to": "+15550000000", "type": "template", "template": unheard}
    answer = platform.api.send(message, key=secrets.token_hex(8))

    assert answer.status == 400
    assert answer.body["errors"][0]["field"] == "purpose"
    assert "marketing" in answer.body["errors"][0]["reason"]


def test_the_person_is_asked_agrees_and_gets_the_message(platform, consents):
    phone, contact_id = agreed(platform, consents)

    (question,) = [each for each in shown(platform, phone) if each["type"] == "interactive"]
    assert "Example Clinic" in question["interactive"]["body"]["text"]
    assert codes(platform, marketing(phone)) == []
    message_id = send(platform, marketing(phone))
    platform.eventually(lambda: platform.message(message_id)["wamid"])
    history = ask(platform, consents, "GET", f"/v1/contacts/{contact_id}/consents/history").body
    # Meta tells seconds: asked and answered may be in the same one
    found = {each["kind"]: each for each in history["items"]}
    assert sorted(found) == ["given", "requested"]
    evidence = found["given"]["evidence"]
    assert evidence["request"]["wamid"].startswith("wamid.")
    assert evidence["reply"]["wamid"].startswith("wamid.")
    assert len(evidence["reply"]["webhook_sha256"]) == 64


def test_the_receipt_proves_itself_to_an_auditor_with_the_files_only(platform, consents, tmp_path):
    _, contact_id = agreed(platform, consents)
    path = f"/v1/contacts/{contact_id}/consents/marketing/receipt"
    proved = []

    def has_proof():
        answer = ask(platform, consents, "GET", path)
        assert answer.status == 200, answer.text
        proved[:] = [answer]
        return b"c2sp.org/tlog-proof" in answer.raw

    platform.eventually(has_proof)
    key = audit_files.key(platform.facts)
    assert check(proved[0].raw, key).findings == ()

    spec = importlib.util.spec_from_file_location(
        "verify_audit", Path(__file__).parents[2] / "tools" / "verify_audit.py"
    )
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    file = tmp_path / "receipt.json"
    file.write_bytes(proved[0].raw)
    assert alone.main(["receipt", str(file), "--key", key.text]) == 0
    forged = json.loads(proved[0].raw)
    file.write_text(json.dumps(forged).replace("2026-", "2025-"))
    assert alone.main(["receipt", str(file), "--key", key.text]) != 0


def test_an_answer_to_somebody_elses_question_activates_nothing(platform, consents):
    phone, contact_id = person(platform, consents)
    other, other_id = person(platform, consents)
    told = request_of(platform, consents, other_id)
    tap(platform, phone, told["request_id"])

    path = f"/v1/contacts/{contact_id}/consents/history"
    platform.eventually(lambda: ask(platform, consents, "GET", path).body["items"])
    assert [e["kind"] for e in ask(platform, consents, "GET", path).body["items"]] == [
        "disregarded"
    ]
    assert status(platform, consents, contact_id) == "unknown"
    assert status(platform, consents, other_id) == "requested"
    assert other != phone


def test_unknown_purpose_notice_and_language_are_told_what_exists(platform, consents):
    _, contact_id = person(platform, consents)
    path = f"/v1/contacts/{contact_id}/consents"
    form = {"method": "web_form", "given_at": moment(), "evidence": FORM}
    for wrong, known in (
        ({"purpose": "spam"}, "marketing"),
        ({"purpose": "marketing", "notice": {"version": "1999"}}, "20"),
        ({"purpose": "marketing", "notice": {"language": "tlh"}}, "de"),
    ):
        key = {"Idempotency-Key": secrets.token_hex(8)}
        answer = ask(platform, consents, "POST", path, {**form, **wrong}, **key)
        assert answer.status == 400, answer.text
        assert known in answer.text
