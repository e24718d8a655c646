"""What Meta tells: its switch for marketing, its errors, changed numbers, aliases that are one."""

import json
from pathlib import Path

import pytest

from functions.core.consent.vocabulary import Kind, Method, Purpose, Status
from tests.fakes import build
from tests.fakes.consenting import World, yes
from tests.fakes.platform import PERSON
from tests.fakes.reaper import Killed, Reaper

EVENTS = Path(__file__).parents[3] / "events"
BSUID = "US.15550100001"
NEW = "15550100009"
MARKETING, UTILITY, AUTHENTICATION = Purpose.MARKETING, Purpose.UTILITY, Purpose.AUTHENTICATION


@pytest.fixture
def world():
    world = World()
    world.write("good morning")
    return world


def preference(world, value, category="marketing_messages", who=PERSON):
    world.clock.now += 1000
    told = {"wa_id": who, "category": category, "value": value}
    told["timestamp"] = world.clock.now // 1000
    return build.change("user_preferences", user_preferences=[told])


def failed(world, code, **more):
    world.clock.now += 1000
    error = {"code": code, "title": "an error"}
    at = world.clock.now // 1000
    told = build.status("wamid.s", "failed", recipient=PERSON, at=at, errors=[error], **more)
    return build.change(statuses=[told])


def changed_number(world, before=PERSON, after=NEW):
    world.clock.now += 1000
    system = {"type": "user_changed_number", "wa_id": after, "body": "changed"}
    at = world.clock.now // 1000
    told = build.text_message("wamid.moved", sender=before, at=at, type="system", system=system)
    return build.change(messages=[told])


def agree(world):
    world.tap(yes(world.asked()))
    assert world.status() is Status.GIVEN
    return world


def test_metas_switch_turned_off_withdraws_marketing_and_nothing_else(world):
    agree(world)
    before = world.said()
    world.deliver(build.webhook(preference(world, "stop")))

    assert world.status() is Status.WITHDRAWN
    assert world.status(UTILITY) is Status.UNKNOWN
    assert world.store.everything()[-1].method is Method.WHATSAPP_PREFERENCE
    assert world.said() == before


@pytest.mark.parametrize(
    ("value", "category"),
    [("resume", "marketing_messages"), ("stop", "other"), ("", "marketing_messages")],
)
def test_the_switch_turned_on_or_another_one_is_nothing(world, value, category):
    world.write("stop")
    before, said = world.store.everything(), world.said()
    world.deliver(build.webhook(preference(world, value, category)))

    assert (world.store.everything(), world.said()) == (before, said)


def test_an_error_that_tells_of_an_opt_out_withdraws_marketing(world):
    agree(world)
    world.deliver(build.webhook(failed(world, 131050)))

    event = world.store.everything()[-1]
    assert (event.kind, event.purpose) == (Kind.WITHDRAWN, MARKETING)
    assert event.method is Method.WHATSAPP_ERROR
    assert len(event.evidence["webhook_sha256"]) == 64


def test_an_error_that_tells_of_a_move_suspends_what_the_rules_say(world):
    agree(world)
    world.deliver(build.webhook(failed(world, 137000)))

    assert [world.status(purpose) for purpose in (MARKETING, AUTHENTICATION)] == [
        Status.INVALIDATED
    ] * 2
    assert world.status(UTILITY) is Status.UNKNOWN


@pytest.mark.parametrize("code", [131026, 131049, 130472])
def test_other_errors_say_nothing_about_consent(world, code):
    world.deliver(build.webhook(failed(world, code)))

    assert world.store.everything() == []


def test_in_a_group_the_member_is_meant_that_the_status_is_about(world):
    group = {"recipient_type": "group", "recipient_participant_id": PERSON}
    change = failed(world, 131050, **group)
    change["value"]["statuses"][0]["recipient_id"] = "R3JvdXA"
    world.deliver(build.webhook(change))

    assert {event.node for event in world.store.everything()} == {world.node()}


@pytest.mark.parametrize("name", ["status_opted_out", "user_preferences_stop"])
def test_the_scenarios_of_this_project_withdraw(name):
    world = World()
    world.deliver(json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8")))

    assert world.kinds() == [("withdrawn", "marketing")]


@pytest.mark.parametrize(
    "name",
    ["message_system_changed_number", "message_system_changed_user_id", "user_id_update"],
)
def test_every_way_to_tell_of_a_move_suspends(name):
    world = World()
    world.deliver(json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8")))

    assert sorted(world.kinds()) == [
        ("invalidated", "authentication"),
        ("invalidated", "marketing"),
    ]


def test_a_consent_waits_after_a_change_of_number_until_it_is_given_again(world):
    agree(world)
    world.deliver(build.webhook(changed_number(world)))
    assert world.status(sender=NEW) is Status.INVALIDATED

    world.tap(yes(world.asked(key="again", contact_id=world.contact_id(NEW))), sender=NEW)
    assert world.status(sender=NEW) is Status.GIVEN


def test_a_withdrawal_follows_who_changes_number(world):
    world.write("stop")
    world.deliver(build.webhook(changed_number(world)))

    assert world.status(UTILITY, sender=NEW) is Status.WITHDRAWN
    assert against_at(world, world.node(NEW), UTILITY)


def test_a_stage_may_suspend_nothing():
    world = World(changes='{"marketing":{"suspend":false},"authentication":{"suspend":false}}')
    world.deliver(build.webhook(changed_number(world)))

    assert world.store.everything() == []


def joined(world):
    """A message that tells both aliases of the person."""
    world.write("it is me", from_user_id=BSUID)


def only_bsuid(world):
    told = world.message({"text": {"body": "stop"}}, sender=None, from_user_id=BSUID)
    world.deliver(build.webhook(told))


def against_at(world, node, purpose=MARKETING):
    state = world.store.states().get(f"CONSENT#{node}")
    return state is not None and bool(state.cells[purpose].against)


def test_what_was_said_at_one_alias_holds_at_the_other_once_they_are_one(world):
    agree(world)
    only_bsuid(world)
    assert world.status() is Status.GIVEN
    joined(world)

    assert world.status() is Status.WITHDRAWN
    assert against_at(world, world.node())


def test_legal_holds_are_told_of_aliases_that_become_one_and_of_no_others(world):
    world.write("good morning")
    only_bsuid(world)
    assert world.holds.nodes == []

    joined(world)

    assert world.node() in world.holds.nodes


def test_known_links_are_not_carried_again(world):
    joined(world)
    reaper = Reaper()
    world.start(reaper.around)
    joined(world)

    assert reaper.calls == []


def test_dying_while_a_withdrawal_is_carried_is_made_up_for():
    def prepared():
        world = World()
        world.write("good morning")
        only_bsuid(world)
        return world

    world, reaper = prepared(), Reaper()
    world.start(reaper.around)
    joined(world)
    assert "records.write" in reaper.calls
    for at, label in enumerate(reaper.calls):
        for after in (False, True):
            world = prepared()
            world.start(Reaper(at=at, after=after).around)
            told = build.webhook(world.message({"text": {"body": "me"}}, from_user_id=BSUID))
            with pytest.raises(Killed):
                world.deliver(told)
            world.start()
            world.deliver(told)
            assert world.node() in world.holds.nodes, (label, after)

            assert against_at(world, world.node()), label
