"""Consent on the deployed platform: asked for, given, proved, withdrawn, and enforced."""

import importlib.util
import json
import secrets
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.client import ApiClient
from cli.demo import audit_files
from cli.demo.messages import a_text, invented_phone
from cli.http import call, call_json
from functions.core.consent.checking import check

SCOPES = ("amana/consents:read", "amana/consents:write")
FORM = {"url": "https://clinic.example/news", "form_version": "7"}
OFFER = {"name": "spring_offer", "language": {"code": "en"}}


@pytest.fixture(scope="module")
def consents(platform):
    return ApiClient(platform.facts, scopes=SCOPES)


@pytest.fixture(scope="module", autouse=True)
def offer(platform):
    definition = {"name": OFFER["name"], "language": "en", "category": "MARKETING"}
    platform.meta.approve({**definition, "body": "Spring offers are here."})
    platform.settle()
    platform.eventually(lambda: gate(platform, marketing("15550000000"))["purpose"] == "marketing")


def ask(platform, client, method, path, body=None, **headers):
    url = f"{platform.facts.api_url}{path}"
    headers = {**client.authorization, **headers}
    if body is None:
        return call(method, url, headers=headers)
    return call_json(method, url, body, headers=headers)


def gate(platform, message):
    answer = ask(platform, platform.api, "POST", "/v1/gate/check", message)
    return answer.body if answer.status == 200 else {"purpose": None}


def codes(platform, message):
    return [reason["code"] for reason in gate(platform, message)["reasons"]]


def marketing(phone):
    return {"to": f"+{phone}", "type": "template", "template": OFFER}


def contact_of(platform, consents, phone):
    answer = ask(platform, consents, "POST", "/v1/contacts/search", {"to": f"+{phone}"})
    assert answer.status == 200, answer.text
    return answer.body["contact_id"]


def person(platform, consents):
    """Somebody who has just written."""
    phone = invented_phone()
    platform.meta.write({"from": phone, "text": "Good morning, when are you open?"})
    platform.eventually(lambda: platform.conversation_with(phone))
    return phone, contact_of(platform, consents, phone)


def request_of(platform, consents, contact_id, **more):
    body = {"purpose": "marketing", "method": "double_opt_in", **more}
    path = f"/v1/contacts/{contact_id}/consents"
    key = secrets.token_hex(8)
    answer = ask(platform, consents, "POST", path, body, **{"Idempotency-Key": key})
    assert answer.status == 202, answer.text
    return answer.body


def shown(platform, phone):
    """Messages that reached this person, the first first."""
    return [each["payload"] for each in platform.meta.accepted() if each["to"] == phone]


def tap(platform, phone, request_id, answer="yes"):
    button = {"id": f"consent:{request_id}:{answer}", "title": "Yes"}
    reply = {"type": "button_reply", "button_reply": button}
    platform.meta.write({"from": phone, "type": "interactive", "interactive": reply})


def status(platform, consents, contact_id, purpose="marketing"):
    answer = ask(platform, consents, "GET", f"/v1/contacts/{contact_id}/consents")
    found = {each["purpose"]: each for each in answer.body["consents"]}
    return found[purpose]["status"]


def agreed(platform, consents):
    phone, contact_id = person(platform, consents)
    told = request_of(platform, consents, contact_id)
    platform.eventually(
        lambda: any(each["type"] == "interactive" for each in shown(platform, phone))
    )
    tap(platform, phone, told["request_id"])
    platform.eventually(lambda: status(platform, consents, contact_id) == "given")
    return phone, contact_id


def send(platform, message):
    answer = platform.api.send(message, key=secrets.token_hex(8))
    assert answer.status == 202, answer.text
    return answer.body["id"]


def settled(platform, message_id):
    platform.eventually(lambda: platform.message(message_id)["status"] not in ("queued", "sending"))
    return platform.message(message_id)


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
    assert [each["kind"] for each in history["items"]] == ["given", "requested"]
    evidence = history["items"][0]["evidence"]
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


@pytest.mark.parametrize(
    ("word", "starts"),
    [("STOPP!", None), ("arrêter", None), ("إيقاف", None), ("Ich will das nicht mehr bekommen", 0)],
)
def test_a_word_stops_it_in_any_language_and_is_confirmed_once(platform, consents, word, starts):
    phone, contact_id = agreed(platform, consents)
    before = len(shown(platform, phone))
    platform.meta.write({"from": phone, "text": word}, {"from": phone, "text": word})
    if starts is not None:  # no word of the lists: the person is asked
        platform.eventually(lambda: len(shown(platform, phone)) > before)
        stop = {"type": "button_reply", "button_reply": {"id": "consent:stop", "title": "Stop"}}
        platform.meta.write({"from": phone, "type": "interactive", "interactive": stop})
        before += 1

    platform.eventually(lambda: status(platform, consents, contact_id) == "withdrawn")
    platform.eventually(lambda: len(shown(platform, phone)) > before)
    platform.settle()
    assert codes(platform, marketing(phone)) == ["consent_withdrawn"]
    assert len([each for each in shown(platform, phone)[before:] if each["type"] == "text"]) == 1


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


def test_a_withdrawal_by_the_api_is_never_refused_for_its_form(platform, consents):
    _, contact_id = agreed(platform, consents)
    path = f"/v1/contacts/{contact_id}/consents/MARKETING%20?why=whatever"
    answer = ask(platform, consents, "DELETE", path, {"nonsense": [1]})

    assert answer.status == 200, answer.text
    assert status(platform, consents, contact_id) == "withdrawn"


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


def test_no_marketing_is_claimed_once_a_withdrawal_is_stored(platform, consents):
    """Messages go out in several conversations of one person while they withdraw."""
    phone, contact_id = agreed(platform, consents)
    accepted = []

    def keep_sending():
        accepted.extend(send(platform, marketing(phone)) for _ in range(15))

    sender = threading.Thread(target=keep_sending)
    sender.start()
    platform.eventually(lambda: len(accepted) > 4)
    path = f"/v1/contacts/{contact_id}/consents/marketing"
    assert ask(platform, consents, "DELETE", path).status == 200
    stored_ms = time.time() * 1000
    sender.join()

    ended = [settled(platform, message_id) for message_id in accepted]
    refused = [each for each in ended if each["status"] == "refused"]
    assert refused, "all were claimed before the withdrawal: the test shows nothing"
    assert all(
        "consent_withdrawn" in [reason["code"] for reason in each["reasons"]] for each in refused
    )
    claimed = claims(platform)
    for message in ended:
        if message["status"] != "refused":
            assert claimed[message["id"]] <= stored_ms


def claims(platform):
    """When each message was claimed, from its record (epoch ms)."""
    pages = platform.client("dynamodb").get_paginator("scan").paginate(TableName=platform.table)
    return {
        item["pk"]["S"].removeprefix("MESSAGE#"): int(item["claimed_ms"]["N"])
        for page in pages
        for item in page["Items"]
        if "claimed_ms" in item
    }


def moment(ago=timedelta(minutes=1)):
    return (datetime.now(UTC) - ago).isoformat(timespec="seconds")


def test_what_the_law_demands_passes_with_a_scope_that_only_one_client_has(platform, consents):
    phone, contact_id = person(platform, consents)
    ask(platform, consents, "DELETE", f"/v1/contacts/{contact_id}/consents")
    letter = {**a_text(phone, "Your data were seen by others."), "legal_duty": "gdpr-34"}

    assert codes(platform, a_text(phone, "Hello")) == ["consent_withdrawn"]
    assert platform.api.send(letter, key="k" + secrets.token_hex(4)).status == 403
    duty = duty_client(platform)
    answer = duty.send(letter, key=secrets.token_hex(8))
    assert answer.status == 202, answer.text
    platform.eventually(lambda: platform.message(answer.body["id"])["wamid"])

    auditor = ApiClient(platform.facts, scopes=("amana/audit:read",))

    def overrides():
        path = "/v1/audit/entries?action=message:gate:overridden&limit=10"
        items = auditor.get(path).body["items"]
        return [i["entry"] for i in items if answer.body["id"] in i["entry"]["what"]]

    platform.eventually(overrides)
    (entry,) = overrides()
    assert entry["facts"]["legal_duty"] == "gdpr-34"
    assert entry["facts"]["overridden"] == ["consent_withdrawn"]


def duty_client(platform):
    from dataclasses import replace

    outputs = platform.facts.outputs["amana-local-api"]
    described = platform.client("cognito-idp").describe_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientId=outputs["LegalDutyClientId"]
    )["UserPoolClient"]
    facts = replace(
        platform.facts,
        client_id=described["ClientId"],
        client_secret=described["ClientSecret"],
    )
    return ApiClient(facts, scopes=("amana/messages:send", "amana/messages:legal-duty"))


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
