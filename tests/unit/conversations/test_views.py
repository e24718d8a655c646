"""One message as the API shows it, whatever the order in which its facts were stored."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.conversations.model import moment
from functions.core.conversations.views import message_view

AT = 1_790_000_000_000
THREAD = "106540000000001#nabc"


def fact(kind, update, *, at=AT, direction="inbound", element="messages"):
    raw = json.dumps({"update": update, "contact": None, "element": element, "waba_id": "1"})
    return {"kind": kind, "at_ms": at, "thread": THREAD, "direction": direction, "raw": raw}


def message(update, *, kind="message", **more):
    return fact(kind, {"id": "wamid.A", "timestamp": "1790000000", **update}, **more)


def status(state, *, at=AT, **more):
    update = {"id": "wamid.A", "status": state, "recipient_id": "15550100001", **more}
    return fact("status", update, at=at, direction="outbound", element="statuses")


def view(*facts, **item):
    facts = {f"f{index}": one for index, one in enumerate(facts)}
    stored = {"thread": THREAD, "at": moment(AT, "w_1"), "facts": facts, **item}
    return message_view("w_1", stored, contact_id="nabc")


def sent(*facts, **item):
    return view(message({"type": "text", "text": {"body": "x"}}, kind="echo", direction="outbound"),
                *facts, **item)  # fmt: skip


def intent(*facts, state="queued", **item):
    command = {
        "to": "+15550100001",
        "type": "text",
        "text": {"body": "Hello"},
        "context": {"message_id": "w_0"},
    }
    return view(*facts, intent=json.dumps(command), send_state=state, **item)


def test_an_inbound_message_shows_its_content_without_ids():
    shown = view(
        message(
            {
                "from": "15550100001",
                "from_user_id": "US.1",
                "type": "text",
                "text": {"body": "Hi"},
                "context": {"from": "15550109999", "id": "wamid.B"},
                "referral": {"source_type": "ad"},
            }
        )
    )

    assert shown == {
        "id": "w_1",
        "conversation_id": "106540000000001.nabc",
        "contact_id": "nabc",
        "phone_number_id": "106540000000001",
        "wamid": "wamid.A",
        "direction": "inbound",
        "type": "text",
        "status": "received",
        "timestamp": "2026-09-21T14:13:20.000Z",
        "content": {"text": {"body": "Hi"}, "referral": {"source_type": "ad"}},
        "context": {"from": "15550109999", "id": "wamid.B"},
        "author": None,
        "statuses": [],
        "errors": [],
        "reasons": [],
        "versions": [],
        "masked_card_numbers": 0,
        "is_destroyed": False,
        "is_withheld": False,
        "destroyed_at": None,
    }


def test_an_intent_shows_the_command_and_what_was_told_about_it():
    reason = {"code": "outside_customer_service_window", "detail": "Send a template."}

    shown = intent(state="refused", reasons=[reason])

    assert shown["content"] == {"text": {"body": "Hello"}}
    assert shown["context"] == {"message_id": "w_0"}
    assert (shown["direction"], shown["status"], shown["wamid"]) == ("outbound", "refused", None)
    assert shown["reasons"] == [reason]


def test_graphs_error_stands_in_errors():
    error = {"code": 131026, "title": "Message undeliverable", "class": "permanent"}

    assert intent(state="failed", error=error)["errors"] == [error]


@pytest.mark.parametrize("state", ["queued", "sending", "ambiguous", "failed", "unconfirmed"])
def test_a_reported_status_overrules_what_sending_knows(state):
    shown = intent(status("delivered"), state=state)

    assert shown["status"] == "delivered"
    assert shown["wamid"] == "wamid.A"


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (["accepted", "sent"], "sent"),
        (["read", "sent"], "read"),
        (["read"], "read"),
        (["played", "delivered"], "played"),
        (["failed", "sent"], "failed"),
        (["failed", "accepted"], "failed"),
        (["failed", "delivered"], "delivered"),
        (["failed", "read", "delivered"], "read"),
        (["warming_up", "sent"], "sent"),
        (["warming_up"], "sent"),
        ([None], "sent"),
    ],
)
def test_statuses_only_climb(reported, expected):
    assert sent(*(status(state) for state in reported))["status"] == expected


def test_only_unknown_statuses_of_an_unknown_message_say_nothing():
    shown = view(status("warming_up"))

    assert (shown["type"], shown["status"], shown["content"]) == ("unknown", "unknown", {})
    assert [entry["status"] for entry in shown["statuses"]] == ["warming_up"]


def test_statuses_are_told_once_for_each_recipient_earliest_first():
    pricing = {"billable": True, "category": "utility"}
    shown = sent(
        status("read", at=AT + 9000),
        status("delivered", at=AT + 5000, pricing=pricing),
        status("delivered", at=AT + 4000),
        status("delivered", at=AT + 6000, recipient_id="15550100002"),
        status("new_one", at=AT + 1000),
        status("sent", at=AT + 2000, conversation={"id": "c1"}),
    )

    told = [(s["status"], s["recipient_id"], s["timestamp"][17:19]) for s in shown["statuses"]]
    assert told == [
        ("sent", "15550100001", "22"),
        ("delivered", "15550100001", "24"),
        ("delivered", "15550100002", "26"),
        ("read", "15550100001", "29"),
        ("new_one", "15550100001", "21"),
    ]
    assert shown["statuses"][0]["conversation"] == {"id": "c1"}
    assert shown["statuses"][1]["pricing"] == pricing, "taken from the later report"


def test_errors_of_statuses_stand_with_the_status_and_the_message():
    error = {"code": 131049, "title": "Not delivered"}

    shown = sent(status("failed", errors=[error]))

    assert shown["statuses"][0]["errors"] == [error]
    assert shown["errors"] == [error]


def test_errors_of_a_status_told_twice_add_up():
    first, second = {"code": 131000}, {"code": 131050}

    shown = sent(
        status("failed", errors=[first]), status("failed", at=AT + 1, errors=[first, second])
    )

    assert shown["statuses"][0]["errors"] == [first, second]


def test_statuses_of_participants_count_for_a_group_message():
    marker = {"kind": "participants", "at_ms": AT, "thread": THREAD, "direction": "outbound"}
    member = status("read", recipient_id="group-1", recipient_participant_id="15550100001")
    item = {
        "thread": THREAD,
        "at": moment(AT, "w_1"),
        "facts": {"participants": marker, "f": status("sent", recipient_id="group-1")},
    }

    shown = message_view("w_1", item, contact_id="gabc", participants=[{"facts": {"f": member}}])

    assert shown["status"] == "read"
    assert [s.get("recipient_participant_id") for s in shown["statuses"]] == [None, "15550100001"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("READ", "read"), ("PLAYED", "played"), ("ERROR", "failed"), ("PENDING", "accepted")],
)
def test_imported_history_says_how_far_a_message_got(word, expected):
    update = {"type": "text", "text": {"body": "x"}, "history_context": {"status": word}}

    assert view(message(update, kind="history", direction="outbound"))["status"] == expected
    assert view(message(update, kind="history"))["status"] == "received"


def test_the_picture_replaces_its_placeholder_even_with_an_earlier_time():
    placeholder = message({"type": "media_placeholder"}, kind="history", at=AT + 5000)
    picture = message({"type": "image", "image": {"id": "1"}}, kind="history", at=AT)

    shown = view(placeholder, picture)

    assert (shown["type"], shown["content"]) == ("image", {"image": {"id": "1"}})
    assert [version["type"] for version in shown["versions"]] == ["media_placeholder"]


def test_a_stand_in_keeps_its_errors_when_the_message_comes_after_all():
    error = {"code": 131060, "title": "This message is unavailable"}
    stand_in = message({"type": "unsupported", "errors": [error]})

    shown = view(stand_in, message({"type": "text", "text": {"body": "x"}}))

    assert shown["errors"] == []
    assert [version["errors"] for version in shown["versions"]] == [[error]]


def test_the_same_message_told_again_is_no_other_version():
    update = {"type": "text", "text": {"body": "x"}}
    again = {**update, "history_context": {"status": "READ"}}

    assert view(message(update), message(again, kind="history"))["versions"] == []


def test_in_a_group_the_author_is_told():
    update = {"from": "15550100001", "group_id": "g", "type": "text", "text": {"body": "x"}}

    assert view(message(update))["author"] == {"from": "15550100001"}


def test_a_call_shows_its_end_and_the_statuses_told_about_it():
    connect = fact("call", {"id": "wacid.A", "event": "connect"}, element="calls")
    end = fact("call", {"id": "wacid.A", "event": "terminate"}, at=AT + 1, element="calls")
    ring = fact("call", {"id": "wacid.A", "type": "call", "status": "RINGING"}, element="statuses")

    shown = view(connect, end, ring)

    assert (shown["type"], shown["content"]["event"]) == ("call", "terminate")
    assert (shown["status"], shown["wamid"]) == ("received", "wacid.A")
    assert [s["status"] for s in shown["statuses"]] == ["RINGING"]
    assert [v["content"]["event"] for v in shown["versions"]] == ["connect"]


@pytest.mark.parametrize("update", [None, [], "text", 5, {}, {"type": None, "errors": "x"}])
def test_updates_of_any_shape_are_shown(update):
    shown = view(fact("message", update), fact("status", update, element="statuses"))

    assert shown["type"] == "unknown"


def test_content_that_is_not_at_hand_is_left_empty():
    stored = {"kind": "message", "at_ms": AT, "thread": THREAD, "direction": "inbound", "ref": "x"}

    assert view(stored)["content"] == {}


@pytest.mark.parametrize(
    ("at", "expected"),
    [(0, None), (10**16, "9999-12-31T23:59:59.999Z"), (1, "1970-01-01T00:00:00.001Z")],
)
def test_times_beyond_the_calendar_are_no_error(at, expected):
    assert sent(status("sent", at=at))["statuses"][0]["timestamp"] == expected


FACTS = [
    message({"type": "media_placeholder"}, kind="history", at=AT + 1),
    message({"type": "image", "image": {"id": "1"}}, at=AT),
    message({"type": "image", "image": {"id": "2"}}, kind="echo", at=AT),
    status("sent", at=AT + 1),
    status("sent", at=AT + 2, pricing={"billable": False}),
    status("failed", at=AT + 1, errors=[{"code": 1}]),
    status("delivered", at=AT + 1, recipient_id="15550100002"),
    status("new", at=AT + 1),
]


@given(st.permutations(list(enumerate(FACTS))))
def test_the_order_in_which_facts_were_stored_does_not_matter(order):
    def item(numbered):
        facts = {f"f{number}": one for number, one in numbered}
        return {"thread": THREAD, "at": moment(AT, "w_1"), "facts": facts}

    shown = message_view("w_1", item(order), contact_id="nabc")

    expected = message_view("w_1", item(enumerate(FACTS)), contact_id="nabc")
    assert json.dumps(shown) == json.dumps(expected)
