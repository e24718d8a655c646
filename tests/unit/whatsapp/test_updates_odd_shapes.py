"""Whatever Meta or a stranger sends is stored, and its neighbours are unaffected."""

import base64
import json

import pytest

from functions.core.whatsapp.model import Unknown, UpdateKind
from functions.core.whatsapp.updates import updates
from functions.core.whatsapp.vocabulary import FIELDS
from tests.unit.whatsapp.builders import (
    METADATA,
    NUMBER_ID,
    WABA,
    one,
    read,
    read_value,
    text_message,
    value,
    webhook,
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b'{"entry":[',
        b"[" * 5_000 + b"]" * 5_000,
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b"\x00",
        b'{"a":1}{"b":2}',
    ],
)
def test_what_is_not_usable_json_is_one_unknown_update_of_its_text(body):
    update = one(updates(body))

    assert (update.kind, update.unknown) == (UpdateKind.ACCOUNT, Unknown.BODY)
    assert update.raw == {"unparsed": body.decode()}


@pytest.mark.parametrize("body", [b"\xff\xfe", '{"a":"\u00e9"}'.encode("latin-1")])
def test_what_is_not_utf8_is_kept_as_base64(body):
    assert one(updates(body)).raw == {"unparsed_base64": base64.b64encode(body).decode()}


def test_a_byte_order_mark_does_no_harm():
    body = b"\xef\xbb\xbf" + json.dumps(webhook(value(messages=[text_message()]))).encode()

    assert one(updates(body)).kind is UpdateKind.MESSAGE


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5_000])
def test_numbers_json_cannot_hold_stay_as_they_were_written(number):
    body = json.dumps(webhook(value(messages=[text_message(odd="ODD")])))
    update = one(updates(body.replace('"ODD"', number).encode()))

    assert update.kind is UpdateKind.MESSAGE
    assert update.raw["odd"] == number


def test_a_name_written_twice_keeps_the_whole_text_beside_the_updates():
    body = json.dumps(webhook(value(messages=[text_message()]))).replace(
        '"type": "text"', '"type": "image", "type": "text"'
    )
    message, whole = updates(body.encode())

    assert message.kind is UpdateKind.MESSAGE
    assert whole.raw == {"unparsed": body}


@pytest.mark.parametrize("document", [None, 5, "text", [], {}, [webhook()], {"object": "page"}])
def test_json_that_is_no_webhook_is_one_unknown_update(document):
    update = one(read(document))

    assert (update.kind, update.unknown, update.raw) == (
        UpdateKind.ACCOUNT,
        Unknown.SHAPE,
        document,
    )


@pytest.mark.parametrize("entry", [None, 5, "x", [], {}, {"id": "1"}, {"id": "1", "changes": []}])
def test_an_odd_entry_is_kept_and_its_neighbour_unaffected(entry):
    document = webhook(value(messages=[text_message()]))
    document["entry"].insert(0, entry)
    odd, message = read(document)

    assert (odd.raw, odd.unknown) == (entry, Unknown.SHAPE)
    assert message.kind is UpdateKind.MESSAGE


@pytest.mark.parametrize("changes", [None, 5, {}, "x"])
def test_changes_that_are_no_list_are_kept(changes):
    document = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}

    assert one(read(document)).raw == {"id": "1", "changes": changes}


@pytest.mark.parametrize(
    "change", [None, 5, {}, {"field": "messages"}, {"field": "messages", "value": None}]
)
def test_an_odd_change_is_kept_and_its_neighbour_unaffected(change):
    document = webhook(value(messages=[text_message()]))
    document["entry"][0]["changes"].insert(0, change)
    odd, message = read(document)

    assert (odd.raw, odd.unknown, odd.waba_id) == (change, Unknown.SHAPE, WABA)
    assert message.kind is UpdateKind.MESSAGE


@pytest.mark.parametrize("element", [None, 5, "x", [], [1], True])
def test_an_odd_element_is_kept_and_its_neighbour_unaffected(element):
    odd, message = read_value(messages=[element, text_message()])

    assert (odd.kind, odd.raw, odd.unknown) == (UpdateKind.ACCOUNT, element, Unknown.SHAPE)
    assert message.kind is UpdateKind.MESSAGE


@pytest.mark.parametrize("part", [None, {}, [], "x", 5])
@pytest.mark.parametrize("name", ["messages", "statuses", "contacts", "errors", "history"])
def test_an_array_that_is_none_is_kept_beside_the_others(name, part):
    if name == "messages":
        other, rest = read_value(calls=[{"id": "1"}], messages=part)
    else:
        other, rest = read_value(messages=[text_message()], **{name: part})

    assert other.element in ("messages", "calls")
    assert (rest.raw, rest.unknown) == ({name: part}, Unknown.SHAPE)


@pytest.mark.parametrize("part", ["system", "referral", "context", "text", "pricing", "errors"])
@pytest.mark.parametrize("odd", [None, 5, "x", [], [None], {}])
def test_a_null_where_an_object_is_expected_does_no_harm(part, odd):
    update = one(read_value(messages=[text_message(type="system", **{part: odd})]))

    assert update.raw[part] == odd


@pytest.mark.parametrize("odd", [None, 5, "x", [None], [5], [{}], [{"profile": None}]])
def test_odd_contacts_do_no_harm(odd):
    found = read_value(messages=[text_message()], contacts=odd)

    assert found[0].kind is UpdateKind.MESSAGE


def test_a_field_not_heard_of_is_kept_whole_and_counted():
    update = one(read(webhook({"event": "X", "list": [{"a": 1}]}, field="brand_new")))

    assert (update.kind, update.unknown, update.field) == (
        UpdateKind.ACCOUNT,
        Unknown.FIELD,
        "brand_new",
    )
    assert update.raw == {"event": "X", "list": [{"a": 1}]}


def test_an_array_not_heard_of_is_taken_apart():
    found = read_value("brand_new", things=[{"a": 1}, {"a": 2}])

    assert [(u.element, u.raw) for u in found] == [("things", {"a": 1}), ("things", {"a": 2})]


def test_an_account_event_stays_whole_whatever_arrays_it_has():
    event = {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"type": "A"}, {"type": "B"}]}
    update = one(read(webhook(event, field="account_update", time=7)))

    assert (update.raw, update.at_ms, update.unknown) == (event, 7_000, None)


def test_a_value_without_its_entry_is_read():
    update = one(read({"messaging_product": "whatsapp", "metadata": METADATA, "history": [{}]}))

    assert (update.field, update.element, update.raw) == ("history", "history", {})
    assert update.phone_number_id == NUMBER_ID


def test_a_change_without_its_entry_is_read():
    update = one(read({"field": "messages", "value": value(messages=[text_message()])}))

    assert (update.kind, update.field) == (UpdateKind.MESSAGE, "messages")


def test_a_field_beside_changes_is_the_field():
    document = webhook({"event": "PARTNER_APP_INSTALLED"}, field="account_update")
    del document["entry"][0]["changes"][0]["field"]
    document["entry"][0]["field"] = "account_update"
    update = one(read(document))

    assert (update.field, update.unknown) == ("account_update", None)


def test_what_stands_beside_the_frame_is_kept():
    document = webhook(value(messages=[text_message()], more=1), new_entry_field=2)
    document["entry"][0]["changes"][0]["new_change_field"] = 3
    document["new_field"] = 4
    found = read(document)

    assert [update.raw for update in found[1:]] == [
        {"more": 1},
        {"new_change_field": 3},
        {"new_entry_field": 2},
        {"new_field": 4},
    ]
    assert {update.unknown for update in found[1:]} == {Unknown.SHAPE}


def test_a_new_word_in_metadata_is_kept():
    metadata = METADATA | {"new": 1}
    message, rest = read(webhook(value(messages=[text_message()], metadata=metadata)))

    assert message.phone_number_id == NUMBER_ID
    assert rest.raw == {"metadata": metadata}


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_every_known_field_is_known(field):
    assert one(read(webhook({"event": "X"}, field=field))).unknown is None


def test_a_thousand_updates_are_a_thousand_updates():
    found = read_value(messages=[text_message(id=str(number)) for number in range(1_000)])

    assert len({update.key for update in found}) == 1_000
