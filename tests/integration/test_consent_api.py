"""The consent API over moto: contacts, consents recorded, asked for, withdrawn, shown, proved."""

import hashlib
import itertools
import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws
from sealed_platform import (
    at_rest,
    create_queue,
    create_stores,
    destroy,
    items,
    pseudonym_secret,
    start_anew,
)

from functions.consent_api import answers, handler, wiring
from functions.consent_api.operations import OPERATIONS
from functions.consent_api.scopes import READ, WRITE
from functions.consent_api.settings import ConsentApiSettings
from functions.core.audit.writer import Parcel
from functions.core.consent.checking import check
from functions.core.consent.fields import missing
from functions.core.consent.proving import Proving
from functions.core.consent.vocabulary import Purpose
from functions.core.runtime import clock
from functions.core.runtime.values import decode
from tests.fakes import build
from tests.fakes.sequencing import World
from tests.unit.messages_api.api import Answer, Context, event

ADA, BSUID, CANARY = "15550142424", "US.13491208655302741918", "canary Quetzalcoatl"
REQUESTS = itertools.count(1)
UNKNOWN = f"n{'a' * 20}~1790000000000"
FORM = {"url": "https://clinic.example/form", "form_version": "7"}
PURPOSES = [purpose.value for purpose in Purpose]


@pytest.fixture
def aws(monkeypatch):
    with mock_aws():
        create_stores()
        where = {"LocationConstraint": "eu-central-1"}
        boto3.client("s3").create_bucket(Bucket="audit", CreateBucketConfiguration=where)
        settings = ConsentApiSettings(
            consent_table="consent",
            consent_rules="{}",
            controller=build.CONTROLLER,
            conversations_table="conversations",
            keys_table="keys",
            outbound_queue_url=create_queue("outbound.fifo"),
            pseudonym_secret_arn=pseudonym_secret(),
            portfolio_id="portfolio-1",
            phone_number_ids=build.NUMBER,
            max_pending_per_conversation=3,
            audit_bucket="audit",
            compliance_table="compliance",
            exports_bucket="exports",
            import_machine_arn="arn:aws:states:eu-central-1:123456789012:stateMachine:none",
            outbox_table="outbox",
        )
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        start_anew(wiring)
        yield settings
    start_anew(wiring)


def ask(method, path, body=None, *, scope=f"{READ} {WRITE}", client="crm", key=None, **more):
    headers = {**({"Idempotency-Key": key} if key is not None else {}), **more.pop("headers", {})}
    told = handler.handler(
        event(
            method,
            path,
            body=body if isinstance(body, str) or body is None else json.dumps(body),
            claims={"client_id": client, "scope": scope},
            headers=headers,
            # API Gateway names each request once
            request=f"gateway-request-{next(REQUESTS)}",
            **more,
        ),
        Context(),
    )
    return Answer(told["statusCode"], told["multiValueHeaders"], json.loads(told["body"]))


def registered(person=None):
    answer = ask("POST", "/v1/contacts", person or {"to": f"+{ADA}"})
    assert answer.status in (200, 201), answer.body
    return answer.body["contact_id"]


def path_of(contact_id, *more):
    return "/".join([f"/v1/contacts/{contact_id}/consents", *more])


def form(**told):
    """A consent by web form, an hour ago."""
    return {
        "purpose": "marketing",
        "method": "web_form",
        "given_at": ago(hours=1),
        "notice": {"language": "de"},
        "evidence": FORM,
        **told,
    }


def ago(**much):
    return (datetime.now(UTC) - timedelta(**much)).isoformat()


def post(contact_id, body, key="key-1", **more):
    return ask("POST", path_of(contact_id), body, key=key, **more)


def status(contact_id, purpose="marketing"):
    body = ask("GET", path_of(contact_id)).body
    answers.Consents.model_validate(body)
    return next(each for each in body["consents"] if each["purpose"] == purpose)


def history(contact_id, **query):
    answer = ask("GET", path_of(contact_id, "history"), query=query)
    assert answer.status == 200, answer.body
    answers.History.model_validate(answer.body)
    return answer.body["items"]


def entries():
    """What set out for the audit log."""
    found = [item for item in items("outbox") if "entries" in item]
    return [json.loads(entry["S"]) for item in found for entry in item["entries"]["L"]]


def acts():
    return sorted((entry["action"], entry["outcome"]) for entry in entries())


def fields(answer, code=400, kind="invalid-request"):
    assert (answer.status, answer.body["type"]) == (code, f"urn:amana:problem:{kind}")
    return {error["field"]: error["reason"] for error in answer.body["errors"]}


@pytest.mark.parametrize("person", [{"to": f"+{ADA}"}, {"recipient": BSUID}])
def test_a_contact_is_found_once_it_is_registered_and_registered_once(aws, person):
    assert ask("POST", "/v1/contacts/search", person).status == 404
    first = ask("POST", "/v1/contacts", person)
    answers.Contact.model_validate(first.body)
    again = ask("POST", "/v1/contacts", person)
    assert (first.status, again.status) == (201, 200)
    found = ask("POST", "/v1/contacts/search", person)
    assert found.body == first.body == again.body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("no json", "body"),
        ("[]", "body"),
        ({}, "body"),
        ({"to": f"+{ADA}", "recipient": BSUID}, "body"),
        ({"to": ADA}, "to"),
        ({"to": 7}, "to"),
        ({"recipient": CANARY}, "recipient"),
        ({"to": f"+{ADA}", "name": CANARY}, "name"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/contacts", "/v1/contacts/search"])
def test_of_a_wrong_address_the_field_is_told_and_never_what_it_held(aws, path, body, field):
    answer = ask("POST", path, body)
    assert set(fields(answer)) == {field}
    assert CANARY not in json.dumps(answer.body)
    assert items("conversations") == []


def test_a_consent_by_web_form_is_recorded_shown_and_proved(aws):
    contact_id = registered()
    answer = post(contact_id, form())
    assert answer.status == 201, answer.body
    answers.Recorded.model_validate(answer.body)
    assert (answer.body["kind"], answer.body["strength"]) == ("given", "expressed")
    shown = status(contact_id)
    assert (shown["status"], shown["strength"]) == ("given", "expressed")
    assert shown["event"] == answer.body["id"]
    assert shown["notice"]["language"] == "de"
    assert shown["since"] < shown["until"]
    [event] = history(contact_id)
    assert event["evidence"] == form()["evidence"]
    assert event["by"] == "crm"


@pytest.mark.parametrize(
    ("method", "evidence", "strength"),
    [
        ("web_form", {**FORM, "ip_hash": "ab" * 32, "submission_id": "s-1"}, "expressed"),
        ("call_centre", {"call_id": "c-1", "agent": "a-7"}, "attested"),
        ("paper", {"document_id": "D 2026/7"}, "attested"),
    ],
)  # fmt: skip
def test_each_way_has_its_own_evidence_and_strength(aws, method, evidence, strength):
    contact_id = registered()
    answer = post(contact_id, form(method=method, evidence=evidence))
    assert (answer.status, answer.body["strength"]) == (201, strength)
    assert history(contact_id)[0]["evidence"] == evidence


def test_the_same_key_is_the_same_answer_and_one_event(aws):
    contact_id, body = registered(), form()
    first, again = post(contact_id, body), post(contact_id, body)
    assert (first.status, first.body) == (again.status, again.body)
    assert len(history(contact_id)) == 1
    assert fields(post(contact_id, {**body, "purpose": "utility"}), 409, "idempotency-conflict")
    other = registered({"recipient": BSUID})
    assert post(other, body).status == 409
    assert post(other, body, client="shop").status == 201


@pytest.mark.parametrize(
    ("change", "field", "named"),
    [
        ({"purpose": "newsletter"}, "purpose", "marketing"),
        ({"method": "telepathy"}, "method", "call_centre"),
        ({"method": None}, "method", "web_form"),
        ({"notice": {"id": "none"}}, "notice", "marketing"),
        ({"notice": {"version": "1999-01-01"}}, "notice", "2026"),
        ({"notice": {"language": "xx"}}, "notice", "pl"),
        ({"notice": {"id": "privacy"}}, "notice.id", "marketing"),
        ({"notice": None}, "notice", "required"),
        ({"given_at": None}, "given_at", "required"),
        ({"given_at": "yesterday"}, "given_at", "zone"),
        ({"given_at": "2026-11-01T10:00:00"}, "given_at", "zone"),
        ({"given_at": ago(hours=-1)}, "given_at", "future"),
        ({"evidence": None}, "evidence", "required"),
        ({"evidence": {}}, "evidence.url", "required"),
        ({"evidence": {**FORM, "form_version": ""}}, "evidence.form_version", "characters"),
        ({"decision": "maybe"}, "decision", "given"),
        ({"surname": CANARY}, "surname", "field"),
        ({"method": "staff", "evidence": None}, "decision", "required"),
        ({"method": "api", "decision": "given", "evidence": None}, "decision", "refused"),
    ],
)  # fmt: skip
def test_what_cannot_be_recorded_is_named_with_what_exists(aws, change, field, named):
    contact_id = registered()
    told = fields(post(contact_id, form(**change)))
    assert field in told
    assert named in told[field]
    assert history(contact_id) == []
    assert CANARY not in json.dumps(told)


def test_a_refusal_needs_neither_notice_nor_evidence(aws):
    contact_id = registered()
    post(contact_id, form())
    refusal = {"purpose": "marketing", "method": "staff", "decision": "refused"}
    first = post(contact_id, refusal, "key-2")
    assert (first.status, first.body["kind"]) == (201, "refused")
    assert post(contact_id, refusal, "key-2").body == first.body
    assert status(contact_id)["status"] == "refused"


def test_a_double_opt_in_asks_once_and_waits(aws):
    contact_id = registered()
    body = {"purpose": "marketing", "method": "double_opt_in", "notice": {"language": "de"}}
    first, again = post(contact_id, body), post(contact_id, body)
    assert (first.status, again.status) == (202, 202)
    assert first.body == again.body
    answers.Asked.model_validate(first.body)
    shown = status(contact_id)
    assert shown["status"] == "requested"
    assert shown["open_request"]["id"] == first.body["request_id"]
    assert shown["open_request"]["expires_at"] == first.body["expires_at"]
    assert len(items("conversations", "MESSAGE#")) == 1
    other = {**body, "purpose": "utility"}
    assert fields(post(contact_id, other, "key-2"), 409, "request-open")
    assert fields(post(contact_id, other), 409, "idempotency-conflict")
    unknown = {**body, "phone_number_id": "1"}
    assert "phone_number_id" in fields(post(contact_id, unknown, "key-3"))


def test_a_double_opt_in_may_go_by_template(aws):
    contact_id = registered()
    body = {
        "purpose": "utility",
        "method": "double_opt_in",
        "template": {"name": "opt_in", "language": "de"},
        "phone_number_id": build.NUMBER,
    }
    assert post(contact_id, body).status == 202
    body["template"] = {"name": "OPT IN", "language": "de"}
    assert set(fields(post(contact_id, body, "key-2"))) == {"template.name"}


@pytest.mark.parametrize("purpose", ["marketing", "MARKETING", "%20Marketing%20"])
def test_a_withdrawal_holds_at_once_however_it_is_written(aws, purpose):
    contact_id = registered()
    post(contact_id, form())
    answer = ask(
        "DELETE",
        path_of(contact_id, purpose),
        "not even json",
        query={"because": CANARY},
        headers={"Amana-Purpose": "Not A Word"},
    )
    assert answer.status == 200, answer.body
    answers.Consents.model_validate(answer.body)
    assert answer.body == ask("GET", path_of(contact_id)).body
    assert status(contact_id)["status"] == "withdrawn"
    assert status(contact_id, "utility")["status"] == "unknown"


def test_all_purposes_are_withdrawn_together(aws):
    contact_id = registered()
    answer = ask("DELETE", path_of(contact_id))
    assert answer.status == 200
    assert [each["status"] for each in answer.body["consents"]] == ["withdrawn"] * len(PURPOSES)
    assert sorted(event["purpose"] for event in history(contact_id)) == sorted(PURPOSES)


@pytest.mark.parametrize("key", ["k", "", "ключ", "x" * 3000])
def test_a_key_makes_a_repeated_withdrawal_one_whatever_the_key(aws, key):
    contact_id = registered()
    for _ in range(2):
        assert ask("DELETE", path_of(contact_id, "marketing"), key=key).status == 200
    assert len(history(contact_id)) == (1 if key else 2)


def test_a_key_from_before_a_consent_still_withdraws_it(aws):
    contact_id = registered()
    ask("DELETE", path_of(contact_id, "marketing"), key="k")
    post(contact_id, form(given_at=ago(seconds=0)))
    assert status(contact_id)["status"] == "given"
    for _ in range(2):
        answer = ask("DELETE", path_of(contact_id, "marketing"), key="k")
        assert answer.body["consents"][0]["status"] == "withdrawn"
    assert [event["kind"] for event in history(contact_id)] == ["withdrawn", "given", "withdrawn"]


def test_of_an_unknown_purpose_those_that_exist_are_told(aws):
    answer = ask("DELETE", path_of(registered(), "newsletters"))
    assert fields(answer)["purpose"] == f"must be one of {', '.join(PURPOSES)}"


def test_history_comes_newest_first_in_pages_that_lose_nothing(aws):
    contact_id = registered()
    for days in range(1, 6):
        post(contact_id, form(given_at=ago(days=days)), f"key-{days}")
    everything = history(contact_id)
    assert [each["at"] for each in everything] == sorted(
        (each["at"] for each in everything), reverse=True
    )
    paged, cursor = [], None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = ask("GET", path_of(contact_id, "history"), query=query).body
        paged += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == everything
    for query in ({"limit": "0"}, {"cursor": CANARY}, {"x": "1"}):
        assert fields(ask("GET", path_of(contact_id, "history"), query=query))


def test_evidence_whose_key_was_destroyed_is_told_as_such(aws):
    contact_id = registered()
    post(contact_id, form())
    stored = next(each for each in items("consent", "CONSENT#") if "key" in each)
    destroy(stored["key"]["S"])
    start_anew(wiring)
    [event] = history(contact_id)
    assert (event["is_destroyed"], event["evidence"]) == (True, {})
    assert status(contact_id)["status"] == "given"
    assert ask("GET", path_of(contact_id, "marketing", "receipt")).status == 410


def test_a_restriction_is_set_and_lifted(aws):
    contact_id = registered()
    path = f"/v1/contacts/{contact_id}/restriction"
    for method, on in (("PUT", True), ("PUT", True), ("DELETE", False)):
        answer = ask(method, path)
        answers.Restricted.model_validate(answer.body)
        assert (answer.status, answer.body["restricted"]) == (200, on)
        assert ask("GET", path_of(contact_id)).body["restricted"] is on
    done = [entry for entry in entries() if entry["outcome"] == "done"]
    facts = [e["facts"]["on"] for e in done if e["action"] == "record:contact:restricted"]
    assert sorted(facts) == [False, True, True]


def test_a_receipt_holds_the_notice_and_opens_the_commitment(aws):
    contact_id = registered()
    assert ask("GET", path_of(contact_id, "marketing", "receipt")).status == 404
    post(contact_id, form())
    answer = ask("GET", path_of(contact_id, "marketing", "receipt"))
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == ["application/ld+json"]
    committed = hashlib.sha256(answer.body["amana:committed"].encode()).hexdigest()
    given = next(e for e in entries() if e["action"] == "consent:purpose:given")
    assert given["facts"]["commitment"] == committed
    assert "amana:proof" not in answer.body  # not sealed yet


def sealed():
    """An audit log of what set out for it so far, read by what gives proofs."""
    world = World()
    world.outbox.now_ms = clock.now_ms()
    told_of = [decode(item) for item in items("outbox")]
    for told in sorted(told_of, key=lambda each: each.get("seq", -1)):
        if "entries" not in told:
            world.outbox.open(told["function"])
            continue
        texts = tuple(told["entries"])
        world.outbox.put(Parcel(told["pk"], told["writer"], told["seq"], texts))
    world.outbox.now_ms += 5000
    world.deliver(world.sequencer())
    return world


def test_a_receipt_is_proved_by_the_log_and_verifies_offline(aws, monkeypatch):
    contact_id = registered()
    post(contact_id, form())
    ask("DELETE", path_of(contact_id, "utility"))
    world = sealed()
    monkeypatch.setattr(wiring, "proving", lambda: Proving(world.reader))
    key = world.kms.signer.key
    for purpose in ("marketing", "UTILITY"):
        answer = ask("GET", path_of(contact_id, purpose, "receipt"))
        assert answer.status == 200, answer.body
        assert missing(answer.body["dpv:hasRecordOfActivity"][0]) == []
        assert list(check(json.dumps(answer.body).encode(), key).findings) == []
    other = json.dumps(answer.body).replace("withdrawn", "given")
    assert list(check(other.encode(), key).findings)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_nobody_gets_further_without_the_scope_or_with_a_contact_that_is_not_there(aws, operation):
    examples = {"contact_id": UNKNOWN, "purpose": "marketing", "number": "1"}
    path = operation.path.format(**examples, import_id=f"i_{'a' * 26}")
    other = {READ: WRITE, WRITE: READ}[operation.scope]
    assert ask(operation.method, path, scope=other, key="k").status == 403
    if "{contact_id}" in operation.path:
        body = form() if operation.id == "postConsent" else None
        assert ask(operation.method, path, body, key="k").status == 404
        assert ask(operation.method, path.replace(UNKNOWN, "ada"), body, key="k").status == 404


def test_every_request_is_entered_once_with_whom_it_was_about(aws):
    contact_id = registered()
    ask("POST", "/v1/contacts/search", {"to": f"+{ADA}"})
    post(contact_id, form())
    post(contact_id, form(purpose="newsletter"), "key-2")
    ask("GET", path_of(contact_id))
    history(contact_id)
    ask("DELETE", path_of(contact_id, "marketing"))
    assert acts() == [
        ("consent:event:posted", "refused"),
        ("consent:purpose:given", "done"),
        ("consent:purpose:read", "done"),
        ("consent:purpose:read", "done"),
        ("consent:purpose:withdrawn", "done"),
        ("key:content:created", "done"),
        ("record:contact:registered", "begun"),
        ("record:contact:registered", "done"),
        ("record:contact:searched", "done"),
    ]
    about = [entry["on"] for entry in entries() if entry["by"]["id"] == "crm" and "on" in entry]
    assert about == [[contact_id]] * 6


def test_numbers_texts_and_keys_stand_nowhere_in_clear(aws, capsys):
    contact_id = registered()
    evidence = {"call_id": CANARY, "agent": CANARY}
    post(contact_id, form(method="call_centre", evidence=evidence), CANARY)
    ask("DELETE", path_of(contact_id, "marketing"), CANARY, key=CANARY, query={CANARY: CANARY})
    ask("DELETE", path_of(contact_id, CANARY))
    ask("GET", path_of(contact_id, "marketing", "receipt"))
    told = "".join(capsys.readouterr())
    kept = at_rest()
    for canary in (CANARY, ADA, "quetzalcoatl"):
        assert canary not in told
        assert canary.encode() not in kept
    assert history(contact_id)[-1]["evidence"] == evidence


def test_card_numbers_do_not_get_into_evidence(aws):
    contact_id = registered()
    card = "4111 1111 1111 1111"
    body = form(method="call_centre", evidence={"call_id": f"card {card}", "agent": "a"})
    assert post(contact_id, body).status == 201
    assert card not in json.dumps(history(contact_id))


def test_a_receipt_shows_the_notice_as_it_was_when_the_business_has_another_name(aws, monkeypatch):
    contact_id = registered()
    post(contact_id, form(notice={"language": "de"}))
    controller = {**json.loads(build.CONTROLLER), "name": "Another Clinic"}
    monkeypatch.setenv("AMANA_CONTROLLER", json.dumps(controller))
    start_anew(wiring)

    receipt = ask("GET", path_of(contact_id, "marketing", "receipt")).body
    (notice,) = receipt["dpv:hasRecordOfActivity"][0]["dpv:hasNotice"]
    assert "Example Clinic" in notice["schema:text"]
    assert hashlib.sha256(notice["schema:text"].encode()).hexdigest() in notice["@id"]
