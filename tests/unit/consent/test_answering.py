"""Answers on buttons: who may give them, until when, what is kept of them, what is replied."""

import json
from hashlib import sha256

import pytest

from functions.core.consent.vocabulary import Kind, Method, Purpose, Status, Strength
from tests.fakes import build
from tests.fakes.consenting import World, no, pressed, say, tapped, yes
from tests.fakes.platform import PERSON

DAY_MS = 86_400_000
OTHER = "15550100002"


@pytest.fixture
def world():
    world = World()
    world.write("good morning")
    return world


def last(world):
    return world.store.everything()[-1]


@pytest.mark.parametrize("form", [tapped, pressed], ids=["in the chat", "on a template"])
def test_a_tap_on_yes_confirms_for_as_long_as_the_rule_says(world, form):
    asked = world.asked()
    world.deliver(build.webhook(world.message(form(yes(asked)))))

    event = last(world)
    assert world.status() is Status.GIVEN
    assert (event.kind, event.method) == (Kind.GIVEN, Method.WHATSAPP_BUTTON)
    assert event.strength is Strength.CONFIRMED
    assert event.until_ms == event.at_ms + 730 * DAY_MS
    assert event.request == asked.request_id
    assert world.said() == [say("confirmed")]


def test_a_tap_on_no_refuses(world):
    world.tap(no(world.asked()), "No")

    assert world.status() is Status.REFUSED
    assert world.said() == [say("refused")]


def test_the_evidence_has_both_messages_both_webhooks_and_both_times(world):
    asked = world.asked()
    world.platform.status(asked.message_id, "delivered")
    told = world.tap(yes(asked), "Yes, please", wamid="wamid.reply")

    proof = last(world).evidence
    request, reply = proof["request"], proof["reply"]
    assert request["message_id"] == asked.message_id
    assert request["wamid"] == "wamid.1"
    assert len(request["webhooks_sha256"]) == 1
    assert request["expires_ms"] == asked.expires_ms
    assert reply["wamid"] == "wamid.reply"
    assert reply["webhook_sha256"] == sha256(json.dumps(told).encode()).hexdigest()
    assert (reply["by"], reply["text"]) == ("button", "Yes, please")
    assert reply["at_ms"] == last(world).at_ms
    assert reply["received_ms"] == world.clock.now


def test_an_answer_that_overtakes_what_graph_says_quotes_the_request(world):
    world.tap(yes(world.ask()))

    assert last(world).evidence["request"]["wamid"] == "wamid.quoted"


def test_a_template_is_named_in_the_evidence(world):
    template = {"name": "opt_in", "language": "de"}
    asked = world.asked(template=template)
    world.deliver(build.webhook(world.message(pressed(yes(asked)))))

    assert last(world).evidence["request"]["template"] == template


def test_a_late_yes_is_recorded_and_activates_nothing(world):
    asked = world.asked()
    world.clock.now = asked.expires_ms
    world.tap(yes(asked))

    assert last(world).kind is Kind.EXPIRED
    assert world.status() is Status.EXPIRED
    assert world.said() == [say("not_active")]


def test_a_yes_in_the_last_second_still_counts(world):
    asked = world.asked()
    world.tap(yes(asked), at=asked.expires_ms // 1000)

    assert last(world).kind is Kind.GIVEN


def test_no_is_never_too_late(world):
    asked = world.asked()
    world.clock.now = asked.expires_ms + DAY_MS
    world.tap(no(asked), "No")

    assert world.status() is Status.REFUSED


@pytest.mark.parametrize("button", [yes, no])
def test_somebody_elses_answer_is_recorded_and_changes_nothing(world, button):
    asked = world.asked()
    world.write("hello", sender=OTHER)
    world.tap(button(asked), sender=OTHER)

    assert last(world).kind is Kind.DISREGARDED
    assert last(world).node == world.node(OTHER)
    assert world.status() is Status.REQUESTED
    assert world.status(sender=OTHER) is Status.UNKNOWN


def test_the_next_owner_of_a_number_cannot_answer_for_the_last(world):
    asked = world.asked()
    _moves(world, PERSON, "15550100009")
    world.tap(yes(asked))

    assert last(world).kind is Kind.DISREGARDED


def test_who_changed_number_answers_for_themselves(world):
    asked = world.asked()
    _moves(world, PERSON, "15550100009")
    world.tap(yes(asked), sender="15550100009")

    assert last(world).kind is Kind.GIVEN
    assert world.status(sender="15550100009") is Status.GIVEN


def test_an_unknown_request_is_counted_and_nothing_else(world, capsys):
    name = f"consent:r_{'a' * 26}:yes"
    world.tap(name)

    assert world.store.everything() == []
    assert world.said() == []
    assert "UnknownConsentRequests" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["confirm-1047", "consent:", "consent:r_x:yes", "CONSENT:STOP"])
def test_buttons_of_others_are_no_answers(world, name):
    world.asked()
    world.tap(name, "Yes")
    world.tap(name, "STOP")

    assert world.kinds() == [("requested", "marketing")]


def test_the_last_tap_counts_in_whichever_order_they_arrive(world):
    asked = world.asked()
    taps = [world.message(tapped(no(asked))), world.message(tapped(yes(asked)))]
    for tap in reversed(taps):
        world.deliver(build.webhook(tap))

    assert world.status() is Status.GIVEN


def test_an_old_answer_is_recorded_without_a_reply(world):
    asked = world.asked()
    told = world.message(tapped(yes(asked)))
    world.clock.now += 2 * 3_600_000
    world.deliver(build.webhook(told))

    assert world.status() is Status.GIVEN
    assert world.said() == []


def test_a_consent_for_one_purpose_is_none_for_another(world):
    world.tap(yes(world.asked()))

    assert world.status(Purpose.UTILITY) is Status.UNKNOWN


def test_a_redelivered_answer_is_recorded_and_replied_to_once(world):
    told = world.tap(yes(world.asked()))
    before = dict(world.store.records.items), world.said()
    world.clock.now += 60_000
    for _ in range(3):
        world.deliver(told)

    assert (dict(world.store.records.items), world.said()) == before


def _moves(world, before, after):
    world.clock.now += 1000
    system = {"type": "user_changed_number", "wa_id": after, "body": "changed"}
    message = build.text_message(
        "wamid.moved", sender=before, at=world.clock.now // 1000, type="system", system=system
    )
    world.deliver(build.webhook(build.change(messages=[message])))
