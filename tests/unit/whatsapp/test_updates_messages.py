import pytest

from functions.core.whatsapp.model import MessageStatus, Unknown, UpdateKind
from tests.unit.whatsapp.builders import (
    BUSINESS,
    METADATA,
    NUMBER_ID,
    PERSON,
    WABA,
    aliases,
    one,
    read,
    read_value,
    status,
    text_message,
    value,
    webhook,
)


def test_a_message_is_placed_and_timed():
    update = one(read_value(messages=[text_message()]))

    assert update.kind is UpdateKind.MESSAGE
    assert (update.waba_id, update.phone_number_id) == (WABA, NUMBER_ID)
    assert (update.field, update.element) == ("messages", "messages")
    assert (update.message_id, update.type) == ("wamid.A1", "text")
    assert update.at_ms == 1_750_000_000_000
    assert update.raw == text_message()
    assert update.unknown is None


def test_every_element_of_every_array_of_every_change_of_every_entry_is_an_update():
    document = webhook(
        value(messages=[text_message(id="1"), text_message(id="2")], statuses=[status(id="3")]),
        value(messages=[text_message(id="4")]),
    )
    document["entry"] += webhook(value(statuses=[status(id="5"), status(id="6")]))["entry"]

    assert [update.message_id for update in read(document)] == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1750000000", 1_750_000_000_000),
        (1750000000, 1_750_000_000_000),
        ("1602532300000", 1_602_532_300_000),
        ("0", 0),
        ("<TIMESTAMP>", 7_000),
        ("", 7_000),
        (None, 7_000),
        (-5, 7_000),
        (1.5, 7_000),
        (True, 7_000),
        ("\u0661\u0662", 7_000),
        ("9" * 40, 7_000),
        ({}, 7_000),
    ],
)
def test_a_time_is_the_elements_own_or_else_the_entrys(written, expected):
    found = read(webhook(value(messages=[text_message(timestamp=written)]), time=7))

    assert one(found).at_ms == expected


def test_without_any_time_it_is_zero():
    assert one(read_value(messages=[text_message(timestamp=None)])).at_ms == 0


@pytest.mark.parametrize(
    ("kind", "opens"),
    [
        ("text", True),
        ("reaction", True),
        ("unsupported", True),
        ("something new", True),
        ("system", False),
        ("edit", False),
        ("revoke", False),
        ("request_welcome", False),
    ],
)
def test_only_what_the_person_writes_opens_the_window(kind, opens):
    assert one(read_value(messages=[text_message(type=kind)])).opens_window is opens


def test_echoes_and_history_open_no_window():
    thread = {"id": PERSON, "messages": [text_message()]}
    found = [
        *read_value(message_echoes=[text_message(**{"from": BUSINESS, "to": PERSON})]),
        *read_value("history", history=[{"threads": [thread]}]),
        *read_value("history", messages=[text_message()]),
    ]

    assert [update.kind for update in found] == ["echo", "history_message", "history_message"]
    assert not any(update.opens_window for update in found)


def test_what_the_business_wrote_opens_no_window_wherever_it_is_shown():
    update = one(read_value("standby", messages=[text_message(**{"from": BUSINESS, "to": PERSON})]))

    assert (update.by_business, update.opens_window) == (True, False)
    assert aliases(update.aliases) == [("phone", PERSON)]


@pytest.mark.parametrize(
    ("referral", "entry_point"),
    [
        ({"source_type": "ad"}, True),
        ({"source_type": "post"}, True),
        ({"ctwa_clid": "Aff"}, True),
        ({"source_type": "other"}, False),
        ({}, False),
        (None, False),
        ("ad", False),
    ],
)
def test_an_ad_or_page_button_is_an_entry_point(referral, entry_point):
    update = one(read_value(messages=[text_message(referral=referral)]))

    assert update.entry_point is entry_point


@pytest.mark.parametrize("said", ["sent", "delivered", "read", "played", "failed"])
def test_statuses_are_known(said):
    update = one(read_value(statuses=[status(status=said)]))

    assert (update.kind, update.status) == (UpdateKind.STATUS, MessageStatus(said))
    assert not update.opens_window


@pytest.mark.parametrize("said", ["warning", None, 5, [], ""])
def test_a_status_not_heard_of_is_unknown_and_counted(said):
    update = one(read_value(statuses=[status(status=said)]))

    assert (update.status, update.unknown) == (MessageStatus.UNKNOWN, Unknown.STATUS)
    assert update.raw["status"] == said


def test_a_status_carries_callback_price_and_errors():
    pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
    error = {"code": 131026, "title": "T", "message": "M", "error_data": {"details": "D"}}
    update = one(
        read_value(
            statuses=[
                status(
                    status="failed",
                    biz_opaque_callback_data="m_1",
                    pricing=pricing,
                    errors=[error, None, "x"],
                )
            ]
        )
    )

    assert update.callback == "m_1"
    assert update.pricing.model_dump() == pricing
    assert [(e.code, e.title, e.details) for e in update.errors] == [(131026, "T", "D")]


@pytest.mark.parametrize(
    ("code", "expected"), [(131026, 131026), ("131026", 131026), ("<C>", None), (None, None)]
)
def test_an_errors_code_is_a_number_or_nothing(code, expected):
    update = one(read_value(messages=[text_message(type="unsupported", errors=[{"code": code}])]))

    assert update.errors[0].code == expected


def test_a_calls_status_is_about_a_call():
    update = one(read_value("calls", statuses=[status(type="call", status="RINGING")]))

    assert (update.kind, update.status, update.unknown) == (UpdateKind.CALL, None, None)


@pytest.mark.parametrize(
    ("call", "person", "by_business", "opens"),
    [
        ({"from": PERSON, "to": BUSINESS, "direction": "USER_INITIATED"}, PERSON, False, True),
        ({"from": BUSINESS, "to": PERSON, "direction": "BUSINESS_INITIATED"}, PERSON, True, False),
        # Meta's own samples swap the two
        ({"from": BUSINESS, "to": PERSON, "direction": "USER_INITIATED"}, PERSON, False, True),
        ({"from": PERSON, "to": BUSINESS, "direction": "BUSINESS_INITIATED"}, PERSON, True, False),
        ({"from": BUSINESS, "to": PERSON}, PERSON, False, False),
        ({"from": PERSON, "to": BUSINESS}, PERSON, False, False),
    ],
)
def test_the_person_of_a_call_is_who_is_not_the_business(call, person, by_business, opens):
    update = one(read_value("calls", calls=[{"id": "wacid.1", "event": "connect", **call}]))

    assert update.kind is UpdateKind.CALL
    assert aliases(update.aliases) == [("phone", person)]
    assert (update.by_business, update.opens_window) == (by_business, opens)
    assert (update.message_id, update.type) == ("wacid.1", "connect")


def test_a_history_chunk_becomes_its_messages_and_what_it_says_about_itself():
    theirs = text_message(id="1", history_context={"status": "READ"})
    ours = text_message(id="2", **{"from": BUSINESS}, history_context={"status": "PENDING"})
    chunk = {
        "metadata": {"phase": 0, "chunk_order": 1, "progress": 55},
        "threads": [{"id": PERSON, "messages": [theirs, ours]}],
    }
    first, second, about = read_value("history", history=[chunk])

    assert (first.by_business, second.by_business) == (False, True)
    assert aliases(first.aliases) == aliases(second.aliases) == [("phone", PERSON)]
    assert (first.status, second.status) == (MessageStatus.READ, MessageStatus.UNKNOWN)
    assert first.thread == {"id": PERSON}
    assert (about.kind, about.raw) == (UpdateKind.ACCOUNT, {"metadata": chunk["metadata"]})


def test_a_thread_of_a_hidden_number_is_known_by_its_bsuid():
    context = {"user_id": "US.1", "parent_user_id": "US.ENT.2", "username": "@x"}
    chunk = {"threads": [{"id": "US.1", "context": context, "messages": [text_message()]}]}
    [update] = read_value("history", history=[chunk])

    assert aliases(update.aliases)[:2] == [("bsuid", "US.1"), ("parent_bsuid", "US.ENT.2")]


def test_threads_without_messages_stay_with_their_chunk():
    chunk = {"threads": [{"id": "1"}, {"id": PERSON, "messages": [text_message()]}, None]}
    _, about = read_value("history", history=[chunk])

    assert about.raw == {"threads": [{"id": "1"}, None]}


def test_a_preference_is_the_persons():
    preference = {"wa_id": PERSON, "category": "marketing_messages", "value": "stop"}
    update = one(read_value("user_preferences", user_preferences=[preference]))

    assert update.kind is UpdateKind.USER_PREFERENCE
    assert aliases(update.aliases) == [("wa_id", PERSON)]


@pytest.mark.parametrize("number", ["", "a b", "x" * 65, None, {}, "1/2"])
def test_without_a_usable_phone_number_id_an_update_belongs_to_the_account(number):
    metadata = METADATA | {"phone_number_id": number}
    update = read(webhook(value(messages=[text_message()], metadata=metadata)))[0]

    assert (update.kind, update.phone_number_id) == (UpdateKind.ACCOUNT, None)
    assert (update.message_id, update.opens_window) == ("wamid.A1", False)


def test_without_a_person_an_update_belongs_to_the_account():
    anonymous = {"id": "wamid.1", "type": "text", "timestamp": "1"}

    assert one(read_value(messages=[anonymous])).kind is UpdateKind.ACCOUNT


@pytest.mark.parametrize("kind", ["something_new", None, 5])
def test_a_type_not_heard_of_is_counted_and_kept(kind):
    update = one(read_value(messages=[text_message(type=kind)]))

    assert (update.kind, update.unknown) == (UpdateKind.MESSAGE, Unknown.TYPE)


def test_nothing_about_a_person_shows_in_a_repr():
    message = text_message(text={"body": "canary text"})
    contact = {"profile": {"name": "Canary Name"}, "wa_id": PERSON}
    shown = repr(read_value(messages=[message], contacts=[contact]))

    for canary in ("canary text", "Canary Name", PERSON, "wamid.A1"):
        assert canary not in shown
