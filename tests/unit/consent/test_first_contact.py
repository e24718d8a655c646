"""The privacy notice on first contact: once per person, version and language."""

import pytest

from functions.core.consent.vocabulary import Status
from tests.fakes import build
from tests.fakes.consenting import NOTICES, World, say
from tests.fakes.platform import PERSON
from tests.fakes.reaper import Killed, Reaper

NOTICE = NOTICES.privacy("en").text


@pytest.fixture
def world():
    return World(greets=True)


def test_who_writes_for_the_first_time_is_sent_the_notice_once(world):
    for text in ("hello", "are you there?", "hello?"):
        world.write(text)
    world.clock.now += 365 * 86_400_000
    world.write("me again")

    assert world.said() == [NOTICE]


def test_everybody_of_a_webhook_is_and_nobody_twice(world):
    senders = [PERSON, "15550100002", PERSON]
    changes = [world.message({"text": {"body": "hello"}}, sender=sender) for sender in senders]
    world.deliver(build.webhook(*changes))

    assert world.said() == [NOTICE, NOTICE]


def test_a_person_is_told_once_under_all_their_aliases(world):
    world.write("hello", from_user_id="US.1")
    told = world.message({"text": {"body": "hello"}}, sender=None, from_user_id="US.1")
    world.deliver(build.webhook(told))

    assert world.said() == [NOTICE]


def test_a_new_version_is_told_anew(world, monkeypatch):
    world.write("hello")
    greeting = world.watch._first_contact
    privacy = NOTICES.find("privacy", language="de")
    monkeypatch.setattr(greeting, "_language", "de")
    world.write("hello again")

    assert world.said() == [NOTICE, privacy.text]


def test_nobody_is_greeted_where_the_stage_does_not_ask_for_it():
    world = World()
    world.write("hello")

    assert world.said() == []


def test_who_wants_to_hear_nothing_is_not_greeted(world):
    world.write("stop")

    assert world.said() == [say("withdrawn")]


@pytest.mark.parametrize("more", [{"type": "system"}, {"type": "revoke"}, {"group_id": "R3JvdXA"}])
def test_what_opens_no_chat_is_no_first_contact(world, more):
    world.write("hello", **more)

    assert world.said() == []


def test_an_old_message_is_not_greeted(world):
    told = world.message({"text": {"body": "hello"}})
    world.clock.now += 2 * 3_600_000
    world.deliver(build.webhook(told))

    assert world.said() == []


def test_what_a_person_was_told_survives_what_they_say(world):
    world.write("hello")
    world.write("stop")
    world.write("start")
    world.write("hello")

    assert world.said().count(NOTICE) == 1
    assert world.status() is Status.WITHDRAWN


def test_dying_anywhere_greets_once():
    world, reaper = World(greets=True), Reaper()
    world.start(reaper.around)
    world.write("hello")
    assert {"store.note_told", "sending.accept"} <= set(reaper.calls)
    for at, label in enumerate(reaper.calls):
        for after in (False, True):
            world = World(greets=True)
            world.start(Reaper(at=at, after=after).around)
            told = build.webhook(world.message({"text": {"body": "hello"}}))
            with pytest.raises(Killed):
                world.deliver(told)
            world.start()
            world.deliver(told)
            world.write("hello again")

            assert world.said() == [NOTICE], label
