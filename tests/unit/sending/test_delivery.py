"""Delivering: order, window, pace, and what a message refers to."""

import pytest

from functions.core.sending.dynamodb import message_key
from tests.fakes.graph import refusal
from tests.fakes.platform import HOUR_MS, PERSON, Platform

TEMPLATE = {
    "type": "template",
    "text": None,
    "template": {"name": "hello_world", "language": {"code": "en_US"}},
}


def item(platform, message_id):
    return platform.store.message(message_id)


def test_a_message_inside_the_window_is_sent_with_our_id():
    platform = Platform()
    platform.write_in()
    accepted = platform.accept()
    report = platform.drain()
    assert report.settled == ("accepted",)
    [payload] = platform.graph.payloads
    assert payload["biz_opaque_callback_data"] == accepted.id
    assert item(platform, accepted.id)["wamid"] == "wamid.1"


def test_free_form_outside_the_window_is_refused_with_a_reason_that_names_templates():
    platform = Platform()
    accepted = platform.accept()
    platform.drain()
    assert platform.state(accepted.id) == "refused"
    [reason] = item(platform, accepted.id)["reasons"]
    assert reason["code"] == "outside_customer_service_window"
    assert "template" in reason["detail"]
    assert platform.graph.payloads == []


def test_a_template_needs_no_window():
    platform = Platform()
    accepted = platform.accept(**TEMPLATE)
    platform.drain()
    assert platform.graph.accepted == [accepted.id]


@pytest.mark.parametrize(("after_ms", "state"), [(-1, "accepted"), (0, "refused")])
def test_the_window_closes_24_hours_after_the_persons_last_word(after_ms, state):
    platform = Platform()
    platform.clock.now = 1_790_000_000_000
    platform.write_in()
    platform.clock.now += 24 * HOUR_MS + after_ms
    accepted = platform.accept()
    platform.drain()
    assert platform.state(accepted.id) == state


def test_the_window_is_checked_again_when_the_message_leaves():
    platform = Platform()
    platform.write_in()
    platform.clock.now += 23 * HOUR_MS
    accepted = platform.accept()
    platform.clock.now += 2 * HOUR_MS
    platform.drain()
    assert platform.state(accepted.id) == "refused"


@pytest.mark.parametrize(("answered", "state"), [(True, "accepted"), (False, "refused")])
def test_an_ad_opens_72_hours_when_the_business_answers_within_24(answered, state):
    platform = Platform()
    platform.write_in(referral={"source_type": "ad", "source_id": "1"})
    if answered:
        platform.clock.now += HOUR_MS
        platform.accept("answer")
        platform.drain()
    platform.clock.now += 40 * HOUR_MS
    accepted = platform.accept("late")
    platform.drain()
    assert platform.state(accepted.id) == state


def test_the_window_of_the_person_counts_whichever_alias_they_wrote_from():
    platform = Platform()
    first = platform.accept("before", **TEMPLATE)
    platform.drain()
    platform.clock.now += 60_000
    platform.write_in(from_user_id="US.1")
    accepted = platform.accept("after")
    assert accepted.contact_id == first.contact_id
    platform.drain()
    assert platform.state(accepted.id) == "accepted"


@pytest.mark.parametrize("known_by", ["number", "bsuid"])
def test_the_word_of_a_numbers_last_owner_opens_nothing_for_the_next(known_by):
    platform = Platform()
    ids = ({"from_user_id": "US.1"}, {"user_id": "US.2"}) if known_by == "bsuid" else ({}, {})
    platform.write_in(**ids[0])
    platform.clock.now += 60_000
    system = {"type": "user_changed_number", "wa_id": "15550100009", **ids[1]}
    platform.write_in(wamid="wamid.moved", type="system", system=system, **ids[0])
    platform.clock.now += 60_000
    refused = platform.accept("to the next owner")
    platform.drain()
    moved = platform.accept("to the one who moved", to="+15550100009")
    platform.drain()
    assert (platform.state(refused.id), platform.state(moved.id)) == ("refused", "accepted")
    assert refused.contact_id != moved.contact_id


def test_messages_of_one_conversation_leave_in_the_order_they_were_accepted():
    platform = Platform()
    platform.write_in()
    ids = [platform.accept(f"k{index}").id for index in range(5)]
    platform.drain()
    assert platform.graph.accepted == ids


def test_a_message_that_must_wait_holds_back_the_ones_behind_it():
    platform = Platform(longest_wait_ms=0)
    platform.write_in()
    platform.graph.script = [refusal(131056)]
    ids = [platform.accept(f"k{index}").id for index in range(3)]
    assert platform.drain().waiting
    assert platform.graph.accepted == []
    platform.run_until_settled(2)
    assert platform.graph.accepted == ids


def test_a_pair_sends_a_burst_and_then_one_every_six_seconds():
    platform = Platform(pair_burst=3)
    platform.write_in()
    began = platform.clock.now
    for index in range(5):
        platform.accept(f"k{index}")
    platform.drain()
    assert platform.clock.now - began == 2 * 6_000


def test_a_wait_too_long_to_sleep_is_left_to_the_sweeper():
    platform = Platform(pair_burst=1, pair_interval_ms=60_000)
    platform.write_in()
    for index in range(2):
        platform.accept(f"k{index}")
    report = platform.drain()
    assert (len(report.settled), report.waiting) == (1, True)
    platform.run_until_settled(3)
    assert len(platform.graph.accepted) == 2


def test_a_number_sends_no_more_than_its_rate_in_a_second():
    platform = Platform(messages_per_second=2)
    platform.write_in()
    began = platform.clock.now // 1000
    for index in range(5):
        platform.accept(f"k{index}")
    platform.drain()
    assert platform.clock.now // 1000 - began == 2


def test_marking_as_read_names_the_wamid_of_our_id():
    platform = Platform()
    platform.write_in(wamid="wamid.question")
    [message_id] = [
        k.pk.removeprefix("MESSAGE#") for k in platform.records.items if k.sk == "MESSAGE"
    ]
    read = {"message_id": message_id, "typing_indicator": True}
    platform.accept(to=None, type="read", text=None, read=read)
    platform.drain()
    [payload] = platform.graph.payloads
    assert (payload["status"], payload["message_id"]) == ("read", "wamid.question")


def test_a_reply_to_a_message_never_accepted_is_refused_with_its_reason():
    platform = Platform()
    first = platform.accept("refused, no window")
    platform.drain()
    platform.write_in()
    second = platform.accept("k2", context={"message_id": first.id})
    platform.drain()
    [reason] = item(platform, second.id)["reasons"]
    assert reason["code"] == "referenced_message_not_on_whatsapp"


def test_a_message_that_stricter_limits_no_longer_allow_is_refused_and_frees_the_next():
    platform = Platform()
    platform.write_in()
    ids = [platform.accept(f"k{index}").id for index in range(2)]
    platform.records.items[message_key(ids[0])]["intent"] = '{"type": "text"}'
    platform.drain()
    assert [platform.state(i) for i in ids] == ["refused", "accepted"]


def test_a_drain_that_runs_out_of_time_leaves_the_rest_for_the_sweeper():
    platform = Platform()
    platform.write_in()
    ids = [platform.accept(f"k{index}").id for index in range(2)]
    platform._drain.run(platform.wake_ups.sent[-1], until_ms=platform.clock.now)
    assert platform.graph.accepted == []
    platform.sweep()
    assert platform.graph.accepted == ids
    assert PERSON not in str(platform.wake_ups.sent)
