"""Rights requests through the API: identity, what takes effect at once, bad input, lists."""

import threading

import boto3
import pytest
from botocore.client import BaseClient

from functions.core.consent import wiring as consents
from functions.core.consent.vocabulary import Purpose
from functions.core.contacts.meeting import meet
from functions.core.contacts.model import Alias, AliasKind
from functions.core.rights.model import State
from functions.rights_api import requesting
from functions.rights_api.scopes import APPROVE, READ, WRITE
from tests.fakes import rights_desk
from tests.fakes.audit import own_writer
from tests.fakes.rights_desk import DAY_MS, UNKNOWN

ADA, BOB = "15550142424", "15550142525"
ALL = "/v1/rights/requests"


@pytest.fixture
def desk(monkeypatch):
    with rights_desk.opened(monkeypatch) as opened:
        yield opened


@pytest.fixture
def ada(desk):
    return desk.writes(ADA, "hello", ago_days=0.04)


def sent(desk, request):
    return desk.until(request["id"], lambda shown: shown["identity"]["codes_sent"])


def guess(desk, request, code="00000000"):
    return desk.done(request["id"], "identity", {"code": code})


def fields(answer):
    return {each["field"]: each["reason"] for each in answer.body["errors"]}


def test_the_code_goes_to_the_person_and_only_its_keyed_hash_is_stored(desk, ada):
    request = desk.filed("access", ada)
    sent(desk, request)
    (code,) = desk.codes()
    (message,) = desk.said()
    assert (message["contact_id"], message["legal_duty"]) == (ada, "gdpr-12")
    stored = str([boto3.client("dynamodb").scan(TableName=t)["Items"] for t in _tables()])
    assert code not in stored


def _tables():
    return boto3.client("dynamodb").list_tables()["TableNames"]


def test_five_wrong_codes_lock_it_and_then_not_even_the_right_one_does(desk, ada, capsys):
    request = desk.filed("access", ada)
    sent(desk, request)
    answers = [guess(desk, request) for _ in range(5)]
    assert [each.body["type"].rpartition(":")[2] for each in answers] == [
        *["wrong-code"] * 4,
        "code-locked",
    ]
    shown = desk.shown(request["id"])
    assert (shown["state"], shown["identity"]["staff_must_verify"]) == ("requires_input", "locked")
    assert shown["clock_runs"] is False
    assert guess(desk, request, desk.codes()[-1]).body["type"].endswith("not-now")
    assert '"RightsLocked":1' in capsys.readouterr().out
    entered = [e for e in desk.entries() if e["action"] == "request:identity:locked"]
    assert [each["on"] for each in entered] == [[ada]]
    # staff find out who it is, and it goes on
    verified = desk.done(request["id"], "identity", {"verified_by": "id_document"}, client="clerk")
    assert verified.body["state"] == "pending"


def test_a_code_counts_once_and_for_a_quarter_of_an_hour(desk, ada):
    request = desk.filed("access", ada)
    sent(desk, request)
    code = desk.codes()[-1]
    desk.clock.ahead_ms = 15 * 60_000 + 5_000
    assert guess(desk, request, code).body["type"].endswith("wrong-code")
    # another one is sent, and the old one does not count any more
    assert desk.done(request["id"], "identity", {"send_code": True}).status == 200
    desk.until(request["id"], lambda shown: shown["identity"]["codes_sent"] == 2)
    if code != desk.codes()[-1]:
        assert guess(desk, request, code).body["type"].endswith("wrong-code")
    assert guess(desk, request, desk.codes()[-1]).body["state"] == "pending"
    assert guess(desk, request, desk.codes()[-1]).body["type"].endswith("not-now")


def test_a_new_code_gives_no_new_guesses_and_there_are_three(desk, ada):
    request = desk.filed("access", ada)
    sent(desk, request)
    for _ in range(3):
        guess(desk, request)
    for number in (2, 3):
        desk.done(request["id"], "identity", {"send_code": True})
        desk.until(
            request["id"], lambda shown, number=number: shown["identity"]["codes_sent"] == number
        )
    refused = desk.done(request["id"], "identity", {"send_code": True})
    assert (refused.status, refused.body["type"]) == (409, "urn:amana:problem:too-many-codes")
    assert guess(desk, request).body["type"].endswith("wrong-code")
    assert guess(desk, request).body["type"].endswith("code-locked")


@pytest.mark.parametrize(("ago_days", "why"), [(100, "idle"), (30, "unreachable"), (0.04, None)])
def test_staff_verify_who_wrote_long_ago_or_cannot_be_reached(desk, ago_days, why):
    contact_id = desk.writes(ADA, "hello", ago_days=ago_days)
    request = desk.filed("access", contact_id)
    shown = desk.until(
        request["id"],
        lambda told: told["state"] == "requires_input" or told["identity"]["codes_sent"],
    )
    assert shown["identity"]["staff_must_verify"] == why
    assert len(desk.codes()) == (0 if why else 1)


def test_a_template_reaches_who_wrote_a_month_ago(monkeypatch):
    with rights_desk.opened(monkeypatch, code_template="our_code/en") as desk:
        request = desk.filed("access", desk.writes(ADA, "hello", ago_days=30))
        sent(desk, request)
        (message,) = desk.said()
    assert message["template"]["name"] == "our_code"
    body, button = message["template"]["components"]
    assert body["parameters"] == button["parameters"]
    assert len(body["parameters"][0]["text"]) == 8


def test_who_is_registered_but_never_wrote_gets_no_code(desk):
    met = meet(
        desk.directory(), desk.records(), Alias(AliasKind.PHONE, BOB), now_ms=desk.clock.now_ms()
    )
    request = desk.filed("access", met.person.contact_id)
    shown = desk.in_state(request["id"], "requires_input")
    assert shown["identity"]["staff_must_verify"] == "unreachable"


def test_a_second_one_of_the_same_right_is_a_duplicate_and_names_the_first(desk, ada):
    first = desk.filed("erasure", ada)
    second = desk.filed("erasure", ada, key="key-2")
    assert (second["state"], second["duplicate_of"]) == ("duplicate", first["id"])
    assert desk.filed("access", ada, key="key-3")["state"] == "identity_unverified"
    # nobody there has duplicates too
    unknown = [desk.filed("erasure", UNKNOWN, key=key) for key in ("key-4", "key-5")]
    assert unknown[1]["duplicate_of"] == unknown[0]["id"]


def test_the_same_key_with_another_body_is_refused(desk, ada):
    desk.filed("access", ada)
    answer = desk.ask("POST", ALL, {"right": "erasure", "contact_id": ada}, key="key-1")
    assert (answer.status, answer.body["type"]) == (409, "urn:amana:problem:idempotency-conflict")


def restricted(desk, contact_id):
    store = consents.store(consent_table="consent", keys_table="keys", audit=own_writer())
    return consents.ledger(store=store, directory=desk.directory()).view(contact_id)


def decided(desk, request, decision, **body):
    return desk.done(
        request["id"], "decision", {"decision": decision, **body}, client="officer", scope=APPROVE
    )


def test_a_restriction_is_effective_when_it_was_filed_and_lifted_when_denied(desk, ada):
    request = desk.filed("restriction", ada)
    assert restricted(desk, ada).restricted
    # the code gets through all the same: the law demands the answer
    desk.proved(request["id"])
    decided(desk, request, "deny", reason="The data are right.")
    assert not restricted(desk, ada).restricted


def test_an_approved_restriction_stays(desk, ada):
    request = desk.filed("restriction", ada)
    desk.proved(request["id"])
    desk.approved(request["id"])
    shown = desk.in_state(request["id"], "complete")
    assert shown["outcome"] == "restricted"
    assert restricted(desk, ada).restricted


def test_an_objection_ends_marketing_at_once_and_the_rest_until_it_is_decided(desk, ada):
    request = desk.filed("objection", ada)
    view = restricted(desk, ada)
    assert view.standings[Purpose.MARKETING].status == "withdrawn"
    assert view.standings[Purpose.UTILITY].status == "unknown"
    assert view.restricted
    desk.proved(request["id"])
    desk.approved(request["id"])
    assert desk.in_state(request["id"], "complete")["outcome"] == "objection_upheld"
    view = restricted(desk, ada)
    assert view.standings[Purpose.UTILITY].status == "withdrawn"
    assert not view.restricted


def test_an_objection_to_marketing_alone_restricts_nothing_else(desk, ada):
    request = desk.filed("objection", ada, purposes=["marketing"])
    view = restricted(desk, ada)
    assert view.standings[Purpose.MARKETING].status == "withdrawn"
    assert not view.restricted
    decided(desk, request, "deny", reason="Nobody knows who you are.")
    assert restricted(desk, ada).standings[Purpose.MARKETING].status == "withdrawn"


def test_a_denied_objection_does_not_lift_a_restriction_that_was_approved(desk, ada):
    objection = desk.filed("objection", ada)
    restriction = desk.filed("restriction", ada, key="key-2")
    desk.done(restriction["id"], "identity", {"verified_by": "in_person"}, client="clerk")
    desk.approved(restriction["id"])
    desk.in_state(restriction["id"], "complete")
    decided(desk, objection, "deny", reason="Our grounds weigh more.")
    assert restricted(desk, ada).restricted


def test_of_two_that_restrict_the_last_one_denied_lifts(desk, ada):
    objection = desk.filed("objection", ada)
    restriction = desk.filed("restriction", ada, key="key-2")
    decided(desk, objection, "deny", reason="Our grounds weigh more.")
    assert restricted(desk, ada).restricted
    decided(desk, restriction, "deny", reason="The data are right.")
    assert not restricted(desk, ada).restricted


def test_lists_by_state_page_by_page(desk, ada):
    filed = [desk.filed(right, ada, key=right) for right in ("access", "erasure", "portability")]
    desk.done(filed[0]["id"], "cancel", {"reason": "no more"})
    page = desk.ask("GET", ALL, query={"limit": "2"}).body
    rest = desk.ask("GET", ALL, query={"limit": "2", "cursor": page["next_cursor"]}).body
    ids = [each["id"] for each in page["items"] + rest["items"]]
    assert sorted(ids) == sorted(each["id"] for each in filed)
    assert rest["next_cursor"] is None
    canceled = desk.ask("GET", ALL, query={"state": "canceled"}).body["items"]
    assert [each["id"] for each in canceled] == [filed[0]["id"]]


def test_a_page_that_looks_for_one_state_reads_a_bounded_number(desk, ada, monkeypatch):
    monkeypatch.setattr(requesting, "_MOST_READ", 2)
    for number in range(3):
        request = desk.filed("access", ada, key=f"key-{number}")
        desk.done(request["id"], "cancel", {"reason": "no more"})
    page = desk.ask("GET", ALL, query={"state": "complete"}).body
    assert (page["items"], page["next_cursor"] is None) == ([], False)


def test_everything_is_entered_with_who_did_it(desk, ada):
    request = desk.filed("access", ada, note="canary note")
    desk.proved(request["id"])
    decided(desk, request, "deny", reason="canary reason")
    done = [e for e in desk.entries() if e.get("what") == f"rights/{request['id']}"]
    said = {(e["action"], e["by"]["id"], e["outcome"]) for e in done}
    assert said >= {
        ("request:right:filed", "crm", "done"),
        ("request:identity:asked", "rights", "done"),
        ("request:identity:verified", "crm", "done"),
        ("request:right:decided", "officer", "done"),
    }
    # once each: the request to the API is the deed
    assert len([e for e in done if e["action"] == "request:right:filed"]) == 1
    assert "canary" not in str(desk.entries())


def test_logs_name_requests_and_no_content(desk, ada, capsys):
    request = desk.filed("access", ada, note="canary note")
    desk.proved(request["id"])
    decided(desk, request, "deny", reason="canary reason")
    desk.ended()
    out = capsys.readouterr().out
    assert request["id"] in out
    for told in ("canary", ADA, *desk.codes()):
        assert told not in out


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"right": "acess", "contact_id": UNKNOWN}, "right"),
        ({"right": "access"}, "contact_id"),
        ({"right": "access", "contact_id": "a b"}, "contact_id"),
        ({"right": "access", "contact_id": UNKNOWN, "source": "person"}, "source"),
        ({"right": "access", "contact_id": UNKNOWN, "purposes": ["marketing"]}, "purposes"),
        ({"right": "objection", "contact_id": UNKNOWN, "purposes": ["fun"]}, "purposes.0"),
        ({"right": "access", "contact_id": UNKNOWN, "corrections": {"name": "A"}}, "corrections"),
        ({"right": "access", "contact_id": UNKNOWN, "received_at": "yesterday"}, "received_at"),
        (
            {"right": "access", "contact_id": UNKNOWN, "received_at": "2099-01-01T00:00:00Z"},
            "received_at",
        ),
        ({"right": "access", "contact_id": UNKNOWN, "note": ""}, "note"),
        ({"right": "access", "contact_id": UNKNOWN, "canary": 1}, "canary"),
        ([], "body"),
        ("{", "body"),
    ],
)
def test_what_cannot_be_filed_is_refused_field_by_field(desk, body, field):
    answer = desk.ask("POST", ALL, body, key="key-1")
    assert answer.status == 400
    assert field in fields(answer)
    assert desk.ask("GET", ALL).body["items"] == []


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("identity", {}, "body"),
        ("identity", {"code": "1234"}, "code"),
        ("identity", {"code": "12345678", "send_code": True}, "body"),
        ("identity", {"verified_by": "Saw her passport"}, "verified_by"),
        ("identity", {"send_code": False}, "send_code"),
        ("decision", {"decision": "maybe"}, "decision"),
        ("decision", {"decision": "deny"}, "reason"),
        ("decision", {"decision": "approve", "reason": "why not"}, "reason"),
        ("pause", {"reason": "  "}, "reason"),
        ("extend", {}, "reason"),
        ("cancel", {"reason": "x" * 1001}, "reason"),
    ],
)
def test_what_cannot_be_done_is_refused_field_by_field(desk, what, body, field):
    scope = APPROVE if what == "decision" else WRITE
    answer = desk.done(f"q_{'a' * 26}", what, body, scope=scope)
    assert (answer.status, list(fields(answer))) == (400, [field])


def test_what_does_not_exist_is_not_found_whatever_is_asked(desk):
    missing = f"q_{'a' * 26}"
    assert desk.ask("GET", f"{ALL}/{missing}").status == 404
    for what, body in (
        ("identity", {"code": "12345678"}),
        ("pause", {"reason": "why"}),
        ("resume", {}),
    ):
        assert desk.done(missing, what, body).status == 404


def test_scopes_are_asked_for(desk, ada):
    request = desk.filed("access", ada)
    one = f"{ALL}/{request['id']}"
    assert desk.ask("GET", one, scope=WRITE).status == 403
    assert desk.ask("POST", ALL, {}, key="k", scope=READ).status == 403
    assert decided_with(desk, request, f"{READ} {WRITE}").status == 403


def decided_with(desk, request, scope):
    return desk.done(request["id"], "decision", {"decision": "approve"}, scope=scope)


def test_a_letter_counts_from_the_day_it_was_received(desk, ada):
    late = desk.filed("access", ada, received_at="2026-11-02T09:00:00Z", source="staff")
    assert (late["filed_at"], late["due_on"]) == ("2026-11-02T09:00:00.000Z", "2026-12-02")


def test_every_state_can_be_looked_for(desk):
    for state in State:
        assert desk.ask("GET", ALL, query={"state": state.value}).status == 200
    assert desk.ask("GET", ALL, query={"state": "lost"}).status == 400


def test_a_number_that_somebody_else_had_lately_proves_nothing(desk, ada):
    # given a number that its owner left two days ago, and the next owner who writes from it
    at_ms = desk.clock.now_ms() - 2 * DAY_MS
    desk.leaves(ADA, at_ms=at_ms)
    bob = desk.writes(ADA, "hi, I am new", ago_days=0.5)
    assert bob != ada
    request = desk.filed("access", bob)
    shown = desk.in_state(request["id"], "requires_input")
    assert shown["identity"]["staff_must_verify"] == "changed"


@pytest.mark.parametrize("right", ["access", "erasure", "rectification", "portability"])
def test_aws_is_asked_the_same_for_whoever_is_there_and_for_nobody(desk, ada, right, monkeypatch):
    # given an environment that has served a request before
    desk.filed("portability" if right == "access" else "access", ada, key="warm")
    called = []
    make = BaseClient._make_api_call

    def counted(client, operation, parameters):
        # the state machine has threads of its own
        if threading.current_thread() is threading.main_thread():
            called.append(operation)
        return make(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    asked = {}
    for contact_id in (ada, UNKNOWN):
        called.clear()
        desk.filed(right, contact_id, key=contact_id)
        asked[contact_id] = list(called)
    assert asked[ada] == asked[UNKNOWN]
