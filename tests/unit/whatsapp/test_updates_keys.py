"""A key names an update for ever, however it is redelivered."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.whatsapp.updates import updates
from tests.unit.whatsapp.builders import (
    EVENTS,
    METADATA,
    PERSON,
    one,
    read,
    read_value,
    status,
    text_message,
    value,
    webhook,
)


def key(**arrays):
    return one(read_value(**arrays)).key


def test_a_message_is_its_id_and_type():
    first = key(messages=[text_message()])

    assert key(messages=[text_message(text={"body": "other"}, timestamp="1")]) == first
    assert key(messages=[text_message(id="wamid.A2")]) != first
    assert key(messages=[text_message(type="unsupported")]) != first


def test_a_status_is_its_id_status_and_recipient():
    first = key(statuses=[status()])

    assert key(statuses=[status(timestamp="1", pricing={"billable": True})]) == first
    assert key(statuses=[status(status="read")]) != first
    assert key(statuses=[status(recipient_id="15550100002")]) != first
    assert key(statuses=[status(id="wamid.B2")]) != first


def test_a_status_of_a_group_is_one_members():
    group = {"recipient_id": "G1", "recipient_type": "group"}
    first = key(statuses=[status(**group, recipient_participant_id="15550100001")])

    assert key(statuses=[status(**group, recipient_participant_id="15550100002")]) != first


def test_a_call_is_its_id_and_event():
    first = key(calls=[{"id": "wacid.1", "event": "connect"}])

    assert key(calls=[{"id": "wacid.1", "event": "terminate"}]) != first


def test_message_echo_and_history_of_one_id_are_three_updates():
    message = text_message(to=PERSON)
    keys = {
        one(read_value(messages=[message])).key,
        one(read_value(message_echoes=[message])).key,
        one(read_value("history", messages=[message])).key,
    }

    assert len(keys) == 3


def test_the_contact_beside_a_message_does_not_change_its_key():
    contact = {"wa_id": PERSON, "user_id": "US.1", "profile": {"name": "N"}}

    assert key(messages=[text_message()], contacts=[contact]) == key(messages=[text_message()])
    assert key(statuses=[status()], contacts=[contact]) == key(statuses=[status()])


def test_an_event_without_a_time_is_told_from_a_later_one_by_its_entrys_time():
    event = {"event": "PIN_CHANGED"}
    first = one(read(webhook(event, field="security", time=1))).key

    assert one(read(webhook(event, field="security", time=1))).key == first
    assert one(read(webhook(event, field="security", time=2))).key != first


def test_an_element_with_a_time_does_not_depend_on_its_entry():
    preference = {"wa_id": PERSON, "value": "stop", "timestamp": "1750000000"}
    body = value(user_preferences=[preference])
    found = [one(read(webhook(body, field="user_preferences", time=time))) for time in (1, 2)]

    assert found[0].key == found[1].key


def test_equal_statements_of_two_numbers_are_two():
    chunk = {"metadata": {"phase": 0, "chunk_order": 1, "progress": 100}}
    other = METADATA | {"phone_number_id": "900000000000009"}
    first = one(read(webhook(value(history=[chunk]), field="history")))
    second = one(read(webhook(value(history=[chunk], metadata=other), field="history")))

    assert first.key != second.key


def test_the_order_of_names_does_not_change_a_key():
    event = {"event": "X", "b": {"c": 1, "d": 2}}
    turned = {"b": {"d": 2, "c": 1}, "event": "X"}

    assert one(read(webhook(event))).key == one(read(webhook(turned))).key


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_the_updates_of_one_scenario_have_different_keys(path):
    found = updates(path.read_bytes())

    assert len({update.key for update in found}) == len(found)


@given(st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_regrouping_a_delivery_changes_no_update(random, parts):
    """Meta may redeliver the same updates in other POSTs, entries and arrays."""
    messages = [text_message(id=f"m{n}", **{"from": f"1555010000{n}"}) for n in range(1, 7)]
    statuses = [status(id=f"s{n}", recipient_id=f"1555010000{n}") for n in range(1, 7)]
    contacts = [{"wa_id": f"1555010000{n}", "profile": {"name": f"N{n}"}} for n in range(1, 7)]
    whole = read_value(messages=messages, statuses=statuses, contacts=contacts)

    elements = [("messages", each) for each in messages] + [("statuses", s) for s in statuses]
    random.shuffle(elements)
    regrouped = []
    for start in range(parts):
        arrays = {"messages": [], "statuses": []}
        for name, element in elements[start::parts]:
            arrays[name].append(element)
        numbers = {e.get("from", e.get("recipient_id")) for array in arrays.values() for e in array}
        arrays["contacts"] = [c for c in contacts if c["wa_id"] in numbers]
        regrouped += read_value(**{name: array for name, array in arrays.items() if array})

    def facts(found):
        dumped = [update.model_dump(mode="json", exclude={"envelope"}) for update in found]
        return sorted(json.dumps(each, sort_keys=True) for each in dumped)

    assert facts(regrouped) == facts(whole)
