"""Graph's answers, stopped channels, and sends that nobody knows the end of."""

import pytest

from functions.core.whatsapp.graph_answers import Accepted, Ambiguous, NotSent
from tests.fakes.graph import refusal
from tests.fakes.platform import Platform


def item(platform, message_id):
    return platform.store.message(message_id)


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
    platform = Platform(longest_wait_ms=0)
    platform.write_in()
    platform.write_in(sender="15550100002", wamid="wamid.in2")
    platform.graph.script = [refusal(130429)]
    platform.accept("k1")
    platform.drain()
    platform.accept("k2", to="+15550100002")
    assert platform.drain().waiting
    assert platform.graph.accepted == []


def test_a_short_wait_is_slept_instead_of_scheduled():
    platform = Platform()
    platform.write_in()
    began = platform.clock.now
    platform.graph.script = [refusal(130429), refusal(131000)]
    ids = [platform.accept(f"k{index}").id for index in range(2)]
    assert not platform.drain().waiting
    assert platform.graph.accepted == ids
    assert 2_000 + 4_000 <= platform.clock.now - began < 60_000


def test_nothing_sent_is_tried_again_without_doubt():
    platform = Platform(longest_wait_ms=0)
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
    platform.run_until_settled(9)
    assert platform.state(accepted.id) == "ambiguous"
    platform.run_until_settled(2)
    assert platform.state(accepted.id) == state
    assert len(platform.graph.payloads) == asked


def test_messages_behind_an_ambiguous_one_wait_for_it():
    platform = Platform()
    platform.write_in()
    platform.graph.script = [Ambiguous("timeout")]
    ids = [platform.accept(f"k{index}").id for index in range(2)]
    platform.drain()
    assert platform.graph.accepted == []
    platform.run_until_settled(11)
    assert [platform.state(i) for i in ids] == ["unconfirmed", "accepted"]


def test_messages_behind_an_ambiguous_one_go_on_soon_after_its_status_came():
    platform = Platform()
    platform.write_in()
    platform.graph.script = [Ambiguous("timeout")]
    ids = [platform.accept(f"k{index}").id for index in range(2)]
    platform.drain()
    platform.status(ids[0])
    platform.run_until_settled(1)
    assert [platform.state(i) for i in ids] == ["accepted", "accepted"]
