"""Delivering: order, window, pace, Graph's answers, and sends that nobody knows the end of."""

import pytest

from functions.core.whatsapp.graph_answers import Accepted, Ambiguous, NotSent
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
    platform = Platform()
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


@pytest.mark.parametrize("code", [131026, 131047, 131049, 131050, 132001, 100, 131053, 999999])
def test_a_permanent_refusal_settles_the_message_and_frees_the_next(code):
    platform = Platform()
    platform.write_in()
    platform.graph.script = [refusal(code)]
    ids = [platform.accept(f"k{index}").id for index in range(2)]
    platform.drain()
    assert [platform.state(i) for i in ids] == ["failed", "accepted"]
    assert item(platform, ids[0])["error"]["code"] == code


@pytest.mark.parametrize("code", [2, 131000, 131016, 133004])
def test_a_transient_refusal_is_tried_again_and_given_up_after_bounded_tries(code):
    platform = Platform()
    platform.write_in()
    platform.graph.script = [refusal(code)] * 4
    accepted = platform.accept()
    platform.drain()
    platform.run_until_settled()
    assert platform.state(accepted.id) == "failed"
    assert len(platform.graph.payloads) == 4


@pytest.mark.parametrize("code", [0, 190, 3, 10, 200, 299, 131005, 131031, 368, 131042, 133010])
def test_a_stopped_channel_keeps_messages_queued_and_recovers_by_itself(code):
    platform = Platform()
    platform.write_in()
    platform.graph.script = [refusal(code)] * 3
    ids = [platform.accept(f"k{index}").id for index in range(2)]
    report = platform.drain()
    assert report.stopped is not None
    assert [platform.state(i) for i in ids] == ["queued", "queued"]
    assert platform.graph.accepted == []
    asked = len(platform.graph.payloads)
    platform.drain()
    assert len(platform.graph.payloads) == asked, "no asking before the probe's time"
    platform.run_until_settled(30)
    assert platform.graph.accepted == ids
    assert platform.channels.channels == {}


def test_a_stopped_channel_does_not_use_up_tries():
    platform = Platform()
    platform.write_in()
    platform.graph.script = [refusal(190)] * 20
    accepted = platform.accept()
    platform.drain()
    platform.run_until_settled(200)
    assert platform.graph.accepted == [accepted.id]


def test_a_slowed_number_slows_every_conversation_of_it():
    platform = Platform()
    platform.write_in()
    platform.write_in(sender="15550100002", wamid="wamid.in2")
    platform.graph.script = [refusal(130429)]
    platform.accept("k1")
    platform.drain()
    platform.accept("k2", to="+15550100002")
    assert platform.drain().waiting
    assert platform.graph.accepted == []


def test_nothing_sent_is_tried_again_without_doubt():
    platform = Platform()
    platform.write_in()
    platform.graph.script = [NotSent("connection refused")]
    accepted = platform.accept()
    platform.drain()
    assert platform.state(accepted.id) == "queued"
    platform.run_until_settled(2)
    assert platform.graph.accepted == [accepted.id]


def test_a_message_that_another_sender_has_in_hand_is_left_alone():
    platform = Platform()
    platform.write_in()
    meanwhile = []

    def slow():
        meanwhile.append(platform.drain())
        meanwhile.append(platform.state(accepted.id))
        return Accepted("wamid.slow", "accepted")

    platform.graph.script = [slow]
    accepted = platform.accept()
    assert platform.drain().settled == ("accepted",)
    report, state = meanwhile
    assert (report.waiting, report.settled, state) == (True, (), "sending")
    assert len(platform.graph.payloads) == 1


def test_an_ambiguous_send_is_resolved_by_a_status_that_carries_our_id():
    platform = Platform()
    platform.write_in()
    platform.graph.script = [Ambiguous("timeout")]
    accepted = platform.accept()
    platform.drain()
    assert platform.state(accepted.id) == "ambiguous"
    platform.status(accepted.id, "sent")
    platform.run_until_settled(3)
    assert platform.state(accepted.id) == "accepted"
    assert item(platform, accepted.id)["wamid"] == f"wamid.of.{accepted.id}"
    assert len(platform.graph.payloads) == 1


@pytest.mark.parametrize(
    ("policy", "state", "asked"),
    [("at_most_once", "unconfirmed", 1), ("at_least_once", "accepted", 2)],
)
def test_silence_after_an_ambiguous_send_is_decided_by_the_policy(policy, state, asked):
    platform = Platform()
    platform.write_in()
    platform.graph.script = [Ambiguous("timeout")]
    accepted = platform.accept(policy=policy)
    platform.drain()
    platform.run_until_settled(5)
    assert platform.state(accepted.id) == state
    assert len(platform.graph.payloads) == asked


def test_messages_behind_an_ambiguous_one_wait_for_it():
    platform = Platform()
    platform.write_in()
    platform.graph.script = [Ambiguous("timeout")]
    ids = [platform.accept(f"k{index}").id for index in range(2)]
    platform.drain()
    assert platform.graph.accepted == []
    platform.run_until_settled(5)
    assert [platform.state(i) for i in ids] == ["unconfirmed", "accepted"]


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
    platform.store.advance(ids[0], "queued", {"intent": '{"type": "text"}'})
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
