"""A number that changed hands: of one owner nothing is left, of the other everything."""

import pytest
from moto import mock_aws

from tests.fakes import build
from tests.fakes.access import NOW
from tests.fakes.erasing import DAY, FREE, WORDS, ErasingWorld, rules

OLD, NEW = "US.1", "US.2"
OLD_SAYS, NEW_SAYS = "canary-old-chaac", "canary-new-kukulkan"
T = NOW - 90 * DAY


@pytest.fixture
def world(monkeypatch):
    """Both write from one number; what tells their accounts apart comes late."""
    with mock_aws():
        world = ErasingWorld(monkeypatch, chosen=rules(communications_days=0))
        wrote(world, "wamid.o1", T, OLD_SAYS, account=OLD)
        wrote(world, "wamid.o2", T + DAY, OLD_SAYS)
        consented(world, T + DAY, OLD_SAYS, "o")
        # nobody knows yet that the number has another owner
        wrote(world, "wamid.n1", T + 20 * DAY, NEW_SAYS)
        wrote(world, "wamid.nl", T + 20 * DAY + 1, NEW_SAYS * 5000)
        consented(world, T + 20 * DAY, NEW_SAYS, "n")
        wrote(world, "wamid.n2", T + 21 * DAY, NEW_SAYS, account=NEW)
        # a late delivery says since when
        left(world, T + 10 * DAY)
        wrote(world, "wamid.n3", T + 22 * DAY, NEW_SAYS)
        world.archive()
        yield world


def wrote(world, wamid, at, words, *, account=None):
    extra = {"from_user_id": account} if account else {}
    message = build.text_message(wamid, sender=FREE, at=at, text={"body": words}, **extra)
    name = {"wa_id": FREE, "profile": {"name": f"name {words[:20]}"}}
    world.told(build.change(messages=[message], contacts=[name]), at=at)


def left(world, at):
    system = {"type": "user_changed_number", "wa_id": "15550170000", "body": "changed"}
    message = {"from": FREE, "id": f"wamid.left{at}", "timestamp": str(at), "type": "system"}
    world.told(build.change(messages=[{**message, "system": system}]), at=at)


def consented(world, at, words, name):
    world.consents(FREE, f"evidence {words}", at_ms=at * 1000, name=name)


def owner(world, at):
    person, _ = world.directory.person_behind(world.node(FREE), at * 1000)
    return person.contact_id


def places(world, word):
    return world.eye.where(word)


def tables(world, word):
    return [each[:200] for each in world.tables_readable() if word.encode() in each]


def test_the_first_owner_goes_and_the_second_keeps_what_can_be_kept(world):
    first, second = owner(world, T), owner(world, T + 22 * DAY)
    assert first != second
    before = len(tables(world, NEW_SAYS))
    world.asks(first, name="q_first")
    assert world.erased("q_first") == "erased"
    world.anew()
    assert places(world, OLD_SAYS) == []
    assert len(tables(world, NEW_SAYS)) == before
    assert NEW_SAYS * 5000 in world.everything_readable().decode(errors="replace")
    assert owner(world, T + 22 * DAY) == second
    assert world.node_of(FREE).value == FREE


def test_the_second_owner_goes_and_the_first_stays(world):
    first, second = owner(world, T), owner(world, T + 22 * DAY)
    world.asks(second, name="q_second")
    assert world.erased("q_second") == "erased"
    world.anew()
    assert tables(world, NEW_SAYS) == []
    assert len(tables(world, OLD_SAYS)) > 3
    assert owner(world, T) == first


def test_who_is_met_there_next_is_new_and_late_words_of_who_went_are_dropped(world):
    second = owner(world, T + 22 * DAY)
    world.asks(second, name="q_second")
    world.erased("q_second")
    world.anew()
    world.redelivered(FREE, "wamid.n9", at=T + 22 * DAY)
    assert WORDS[FREE] not in world.everything_readable().decode(errors="replace")
    wrote(world, "wamid.x", NOW + DAY, "somebody new")
    assert owner(world, NOW + DAY) not in (second, owner(world, T))
    assert len(tables(world, "somebody new")) == 2, "what was written, and the name"


def test_both_may_go_one_after_the_other(world):
    for at, name in ((T, "q_first"), (T + 22 * DAY, "q_second")):
        world.asks(owner(world, at), name=name)
        assert world.erased(name) == "erased"
        world.anew()
    assert tables(world, OLD_SAYS) == tables(world, NEW_SAYS) == []
    assert places(world, OLD_SAYS) == places(world, NEW_SAYS) == []
