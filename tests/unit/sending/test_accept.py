"""Accepting an intent: once per key, for a known contact, in order."""

import pytest

from functions.core.runtime.errors import StoreUnavailableError
from functions.core.sending.errors import (
    IdempotencyConflictError,
    TooManyPendingError,
    UnknownContactError,
    UnknownMessageError,
    UnknownPhoneNumberError,
)
from tests.fakes import build
from tests.fakes.platform import PERSON, Platform


def test_an_intent_is_queued_with_an_opaque_id_and_the_sender_is_woken():
    platform = Platform()
    accepted = platform.accept()
    assert accepted.status == "queued"
    assert accepted.conversation_id == f"{build.NUMBER}.{accepted.contact_id}"
    assert PERSON not in str(accepted)
    assert len(platform.wake_ups.sent) == 1


def test_the_same_key_and_body_give_the_first_answer_and_one_message():
    platform = Platform()
    platform.write_in()
    first = platform.accept()
    platform.drain()
    assert platform.accept() == first
    platform.run_until_settled()
    assert platform.graph.accepted == [first.id]


def test_a_body_that_differs_only_in_order_of_names_is_the_same_body():
    platform = Platform()
    first = platform.accept(text={"body": "a", "preview_url": True})
    assert platform.accept(text={"preview_url": True, "body": "a"}) == first


def test_the_same_key_with_another_body_is_a_conflict():
    platform = Platform()
    platform.accept()
    with pytest.raises(IdempotencyConflictError):
        platform.accept(text={"body": "other"})


def test_keys_of_different_clients_do_not_meet():
    platform = Platform()
    assert platform.accept(client="a").id != platform.accept(client="b").id


def test_a_repeat_wakes_the_sender_again_until_the_message_is_settled():
    platform = Platform()
    platform.write_in()
    platform.accept()
    platform.accept()
    assert len(platform.wake_ups.sent) == 2
    platform.drain()
    platform.accept()
    assert len(platform.wake_ups.sent) == 2


def test_a_lost_wake_up_is_made_good_by_the_sweeper():
    platform = Platform()
    platform.write_in()

    def refuse(thread, cause):
        raise StoreUnavailableError("queue down")

    platform.wake_ups.send = refuse
    accepted = platform.accept()
    platform.clock.now += 61_000
    platform.sweep()
    assert platform.graph.accepted == [accepted.id]


def test_answering_by_contact_id_reaches_the_number_that_wrote():
    platform = Platform()
    platform.write_in(from_user_id="US.1")
    contact = platform.accept("k0").contact_id
    accepted = platform.accept("k1", to=None, contact_id=contact)
    assert accepted.contact_id == contact
    platform.drain()
    assert [p["to"] for p in platform.graph.payloads] == [f"+{PERSON}"] * 2


def test_a_contact_known_only_by_bsuid_is_written_to_by_bsuid():
    platform = Platform()
    message = build.text_message("wamid.b", at=platform.clock.now // 1000, from_user_id="US.77")
    platform.conversations.fold(build.body(build.webhook(build.change(messages=[message]))))
    accepted = platform.accept(to=None, recipient="US.77")
    assert platform.accept("k2", to=None, contact_id=accepted.contact_id)
    platform.drain()
    assert [p["recipient"] for p in platform.graph.payloads] == ["US.77"] * 2


def test_what_cannot_become_an_intent_is_refused_by_name():
    platform = Platform()
    with pytest.raises(UnknownContactError):
        platform.accept(to=None, contact_id="nobody~1")
    with pytest.raises(UnknownPhoneNumberError):
        platform.accept(phone_number_id="999")
    with pytest.raises(UnknownMessageError):
        platform.accept(to=None, type="read", text=None, read={"message_id": "wamid.unknown"})
    assert not [key for key in platform.records.items if key.sk == "MESSAGE"]


def test_a_contact_with_too_many_waiting_messages_takes_no_more():
    platform = Platform()
    for index in range(5):
        platform.accept(f"k{index}")
    with pytest.raises(TooManyPendingError):
        platform.accept("one too many")
