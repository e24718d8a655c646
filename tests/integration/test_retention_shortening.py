"""Content goes when its days are over, with its files, once, and not where a hold keeps it."""

from collections import Counter

import pytest
from moto import mock_aws

from functions.core.consent.vocabulary import Purpose
from functions.core.conversations.minimising import minimising
from functions.core.conversations.model import fold_message, moment_ms
from functions.core.conversations.views import message_view
from functions.core.holds.guard import Covered, node_key
from functions.core.retention.due import SHARDS
from functions.core.retention.rules import DAY_MS
from functions.core.retention.shortening import Progress, Shortener
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Key, fold_all
from tests.fakes import retention
from tests.fakes.retention import NOW, World, ago

RULES = minimising('{"service": {"days": 7}, "marketing": {"days": 30}}')
LATER = NOW + DAY_MS


@pytest.fixture
def world():
    with mock_aws():
        retention.create_stores()
        yield World()


def write(world, node, at_ms, *, purpose=Purpose.SERVICE, **how):
    """As inbound files it in a stage that keeps content for days."""
    key = world.message(node, at_ms, **how)
    expression = Expression()
    name = key.pk.partition("#")[2]
    for attribute, value in RULES.due_attributes(purpose, name, at_ms, by=node).items():
        expression.set(attribute, value)
    assert world.plain.update(expression, key)
    return key


def shortener(world, guards=None, **how):
    parts = world.disposer(**how)
    if guards is not None:
        parts.deleter.guards = guards
    return Shortener(
        deleter=parts.deleter,
        listing=parts.listing,
        records=world.plain,
        minimising=RULES,
        now_ms=lambda: world.now,
    )


def run(world, **how):
    """Counts and holds of a whole run."""
    counts, held = Counter(), Counter()
    for shard in range(SHARDS):
        done, left = shortener(world, **how).run(shard, Progress(), started_ms=NOW, until_ms=LATER)
        assert left is None
        counts += done.counts
        held += done.held
    return dict(counts), dict(held)


def stored(world, key):
    return world.plain.load([key], consistent=True)[key]


def test_what_is_older_than_its_days_loses_its_content_and_nothing_else_does(world):
    node = world.person(1, since=ago(50))
    old, new = write(world, node, ago(7.1)), write(world, node, ago(6.9))
    other = write(world, node, ago(20), purpose=Purpose.MARKETING)
    before = {key: stored(world, key) for key in (old, new, other)}
    assert run(world) == ({"conversations.content": 1}, {})
    after = stored(world, old)
    [told], [full] = after["facts"].values(), before[old]["facts"].values()
    assert told == {k: v for k, v in full.items() if k != "sealed"} | {"withheld": "shortened"}
    assert {"retain_at", "retain_shard"}.isdisjoint(after)
    assert (after["thread"], after["at"]) == (before[old]["thread"], before[old]["at"])
    assert [stored(world, key) for key in (new, other)] == [before[new], before[other]]
    view = message_view("w", after, contact_id="n")
    assert (view["is_withheld"], view["type"], view["content"]) == (True, "text", {})


def test_large_content_and_files_go_with_every_version(world):
    node = world.person(1, since=ago(50))
    old = write(world, node, ago(8), large=True, medium=True)
    kept = write(world, node, ago(1), large=True, medium=True)
    # a file of another message that came in the same moment stays
    neighbour = world.message(node, moment_ms(stored(world, old)["at"]), medium=True)
    counts, _ = run(world)
    assert counts == {
        "conversations.content": 1, "conversations.media": 1, "conversations.access": 1,
        "media.object": 2,
    }  # fmt: skip
    names = {key.pk.partition("#")[2] for key in (kept, neighbour)}
    assert all(any(name in each for name in names) for each in world.objects())
    assert f"{old.pk}|MESSAGE" in world.left()


def test_an_intent_loses_what_was_asked_to_be_sent(world):
    node = world.person(1, since=ago(50))
    key = write(world, node, ago(31), purpose=Purpose.MARKETING)
    expression = Expression()
    for name, value in {"send_state": "accepted", "sealed_intent": b"x", "type": "text"}.items():
        expression.set(name, value)
    world.plain.update(expression, key)
    run(world)
    item = stored(world, key)
    assert ("sealed_intent" in item, item["withheld"]) == (False, "shortened")


def test_a_second_run_finds_nothing_to_do(world):
    write(world, world.person(1, since=ago(50)), ago(8))
    run(world)
    assert run(world) == ({}, {})


def test_a_status_that_comes_later_is_added_to_what_is_left(world):
    node = world.person(1, since=ago(50))
    key = write(world, node, ago(8))
    run(world)
    told = retention._fact("s1", retention.FactKind.STATUS, ago(1), stored(world, key)["thread"],
                           {"raw": "{}"})  # fmt: skip
    fold_all(world.records, {key: lambda item: fold_message(item, "w", [told])})
    facts = stored(world, key)["facts"]
    assert sorted("withheld" in fact for fact in facts.values()) == [False, True]
    assert run(world) == ({}, {})


def test_a_rehearsal_counts_what_would_go_and_leaves_it(world):
    key = write(world, world.person(1, since=ago(50)), ago(8), large=True, medium=True)
    before = stored(world, key), world.left(), world.objects()
    counts, _ = run(world, rehearse=True)
    assert (stored(world, key), world.left(), world.objects()) == before
    assert counts == run(world)[0]


def test_a_run_that_has_no_time_left_goes_on_where_it_stopped(world):
    node = world.person(1, since=ago(50))
    for day in (10, 9, 8):
        write(world, node, ago(day))
    [shard] = {int(i["retain_shard"][-1]) for i in (stored(world, k) for k in due(world))}
    tool, progress, steps = shortener(world), Progress(), 0
    while progress is not None:
        done, progress = tool.run(shard, progress, started_ms=NOW, until_ms=world.now)
        assert done.counts == ({"conversations.content": 1} if steps < 3 else {})
        steps += 1
    assert steps == 4
    assert due(world) == []


def due(world):
    listing = world.disposer().listing
    return [
        key
        for shard in range(SHARDS)
        for key, _ in listing.shortened(f"content.service#{shard}", before_ms=ago(7))
    ]


def test_what_a_hold_covers_stays_with_its_files_until_it_is_lifted(world):
    node = world.person(1, since=ago(50))
    key = write(world, node, ago(8), medium=True)
    before = stored(world, key), world.objects()
    world.hold(node, from_ms=ago(9), until_ms=ago(7))
    assert run(world) == ({}, {"h_1": 1})
    assert (stored(world, key), world.objects()) == before
    world.guards.change([node_key(node)], "h_1", None)
    assert run(world)[0]["conversations.content"] == 1


def test_a_hold_on_another_time_keeps_nothing(world):
    node = world.person(1, since=ago(50))
    write(world, node, ago(8))
    world.hold(node, from_ms=ago(6))
    assert run(world) == ({"conversations.content": 1}, {})


class Placing:
    """Somebody places a hold right after the guards were read."""

    def __init__(self, world, node):
        self._world, self._node = world, node

    def read(self, nodes):
        found = self._world.guards.read(nodes)
        self._world.guards.change([node_key(self._node)], "h_1", Covered())
        return found

    def conditions(self, guards):
        return self._world.guards.conditions(guards)


def test_a_hold_that_is_placed_in_the_same_moment_holds(world):
    node = world.person(1, since=ago(50))
    key = write(world, node, ago(8), large=True, medium=True)
    before = stored(world, key), world.objects()
    assert shortener(world, Placing(world, node)).shorten(key).counts == {}
    assert (stored(world, key), world.objects()) == before
    assert run(world) == ({}, {"h_1": 1})


def test_a_file_that_is_being_fetched_is_waited_for(world):
    node = world.person(1, since=ago(50))
    key = write(world, node, ago(8), medium=True)
    medium = Key(f"MEDIA#f_{key.pk.partition('#')[2]}", "MEDIA")
    expression = Expression()
    expression.set("lease_ms", NOW + 1)
    world.plain.update(expression, medium)
    assert run(world) == ({}, {})
    world.now = NOW + 2
    assert run(world)[0]["conversations.media"] == 1


def test_a_message_that_is_gone_costs_nothing(world):
    assert shortener(world).shorten(Key("MESSAGE#w_none", "MESSAGE")).counts == {}
