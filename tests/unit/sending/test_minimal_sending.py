"""What was asked to be sent goes once it is settled, where its purpose keeps no content."""

from dataclasses import replace

import pytest

from functions.core.conversations.minimising import minimising
from functions.core.conversations.views import message_view
from functions.core.sending.errors import IdempotencyConflictError
from functions.core.whatsapp.graph_answers import NotSent
from tests.fakes.graph import refusal
from tests.fakes.platform import RULES, Platform


def platform(rules='{"service": {"store": "metadata"}}'):
    made = Platform(rules=replace(RULES, minimising=minimising(rules)))
    made.write_in()
    return made


def test_an_accepted_message_keeps_what_became_of_it_and_not_what_it_said():
    sending = platform()
    accepted = sending.accept()
    assert "hello" in sending.store.message(accepted.id)["intent"]
    sending.drain()
    stored = sending.store.message(accepted.id)
    assert "intent" not in stored
    assert (stored["send_state"], stored["withheld"]) == ("accepted", "metadata")
    assert stored["wamid"] == "wamid.1"
    view = message_view(accepted.id, stored, contact_id="n")
    assert (view["is_withheld"], view["type"], view["content"]) == (True, "text", {})
    assert view["direction"] == "outbound"


def test_content_stays_as_long_as_it_may_have_to_be_sent_again():
    sending = platform()
    sending.graph.script = [NotSent("timeout"), refusal(2)]
    accepted = sending.accept()
    sending.drain()
    assert [payload["text"]["body"] for payload in sending.graph.payloads] == ["hello"] * 3
    assert sending.state(accepted.id) == "accepted"
    assert "intent" not in sending.store.message(accepted.id)


@pytest.mark.parametrize("code", [131026, 131051])
def test_a_message_that_is_refused_for_good_keeps_nothing_either(code):
    sending = platform()
    sending.graph.script = [refusal(code)]
    accepted = sending.accept()
    sending.drain()
    stored = sending.store.message(accepted.id)
    assert (stored["send_state"], "intent" in stored) == ("failed", False)
    assert stored["error"]["code"] == code


def test_other_purposes_keep_everything():
    sending = platform('{"marketing": {"store": "metadata"}}')
    accepted = sending.accept()
    sending.drain()
    stored = sending.store.message(accepted.id)
    assert "hello" in stored["intent"]
    assert "withheld" not in stored


def test_a_repeat_is_recognised_when_the_content_is_gone():
    sending = platform()
    first = sending.accept("k1")
    sending.drain()
    again = sending.accept("k1")
    assert (again.id, again.is_repeat) == (first.id, True)
    with pytest.raises(IdempotencyConflictError):
        sending.accept("k1", text={"body": "something else"})
    assert len(sending.graph.payloads) == 1


def test_a_status_that_comes_later_leaves_the_message_in_its_place():
    sending = platform()
    accepted = sending.accept()
    sending.drain()
    before = sending.store.message(accepted.id)
    sending.clock.now += 60_000
    sending.status(accepted.id, "delivered")
    after = sending.store.message(accepted.id)
    assert (after["at"], after["thread"]) == (before["at"], before["thread"])
    assert message_view(accepted.id, after, contact_id="n")["status"] == "delivered"


def test_a_message_kept_for_days_is_found_when_they_are_over():
    sending = platform('{"service": {"days": 2}}')
    accepted = sending.accept()
    assert "retain_at" not in sending.store.message(accepted.id)
    sending.drain()
    stored = sending.store.message(accepted.id)
    assert stored["retain_shard"].startswith("content.service#")
    assert stored["retain_at"] == f"{stored['created_ms']:013d}#{accepted.id}"
    assert "hello" in stored["intent"]
