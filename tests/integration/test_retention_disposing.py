"""Threads, consents, records and people are disposed of where they lie (moto)."""

from collections import Counter

import pytest
from moto import mock_aws

from functions.core.contacts.model import person_at
from functions.core.content.errors import KeyDestroyedError
from functions.core.conversations.model import thread_id
from functions.core.retention.kinds import DataKind
from functions.core.rights.subject import Subject
from functions.core.runtime.records import Key
from tests.fakes import retention
from tests.fakes.retention import CUT, HORIZON, NOW, NUMBER, World, ago


@pytest.fixture
def world():
    with mock_aws():
        retention.create_stores()
        yield World()


def units(world, kind, disposer=None):
    listing = (disposer or world.disposer()).listing
    return [u for shard in range(8) for u in listing.due(kind, shard, before_ms=CUT)]


def due(world, kind, **how):
    disposer = world.disposer(**how)
    found = units(world, kind, disposer)
    return [disposer.unit(unit, before_ms=CUT, horizon=HORIZON) for unit in found]


def test_what_is_due_of_a_thread_goes_with_everything_beside_it_and_the_rest_stays(world):
    node = world.person(1, since=ago(300))
    old = world.message(node, ago(200), members=120, large=True, medium=True)
    world.message(node, ago(150))
    new = world.message(node, ago(50), large=True, medium=True)
    (disposed,) = due(world, DataKind.COMMUNICATIONS)
    assert disposed.counts == {
        "conversations.message": 2, "conversations.participant": 120, "conversations.media": 1,
        "conversations.access": 1, "media.object": 2,
    }  # fmt: skip
    left = world.left()
    assert f"{new.pk}|MESSAGE" in left
    assert not [each for each in left if each.startswith(old.pk)]
    assert all(new.pk.partition("#")[2] in name for name in world.objects())
    assert len(world.objects()) == 3
    # its time is counted from what is the oldest by now: not due again before
    assert not units(world, DataKind.COMMUNICATIONS)


def test_a_thread_of_which_nothing_is_left_goes_itself_and_its_person_is_remembered(world):
    node = world.person(1, since=ago(300))
    world.message(node, ago(120))
    world.message(node, ago(101))
    (disposed,) = due(world, DataKind.COMMUNICATIONS)
    assert disposed.counts == {"conversations.message": 2, "conversations.thread": 1}
    assert not [each for each in world.left() if each.startswith(("THREAD", "MESSAGE"))]
    item = world.plain.load([Key(f"NODE#{node}", "NODE")])[Key(f"NODE#{node}", "NODE")]
    assert item["retain_at"].startswith(str(ago(101)))


def test_a_rehearsal_counts_what_would_go_and_leaves_everything(world):
    node = world.person(1, since=ago(300))
    world.message(node, ago(200), members=3, large=True, medium=True)
    world.consent(node, ago(200))
    world.export("e_1", ago(200))
    before = (world.left(), world.left("consent"), world.left("compliance"), world.objects())
    kinds = (DataKind.COMMUNICATIONS, DataKind.CONSENT, DataKind.EXPORT)
    told = [retention_sum(due(world, kind, rehearse=True)) for kind in kinds]
    assert (
        world.left(),
        world.left("consent"),
        world.left("compliance"),
        world.objects(),
    ) == before
    assert [retention_sum(due(world, kind)) for kind in kinds] == told
    assert told[0]["conversations.participant"] == 3


def retention_sum(parts):
    total = Counter()
    for part in parts:
        total.update(part.counts)
    return total


def test_a_hold_on_a_range_keeps_what_lies_in_it_and_counts_it(world):
    node = world.person(1, since=ago(300))
    world.message(node, ago(200))
    kept = world.message(node, ago(150), medium=True)
    world.hold(node, from_ms=ago(160), until_ms=ago(140))
    (disposed,) = due(world, DataKind.COMMUNICATIONS)
    assert disposed.held == {"h_1": 2}
    assert disposed.counts == {"conversations.message": 1}
    assert {f"{kept.pk}|MESSAGE", f"THREAD#{thread_id(NUMBER, node)}|THREAD"} <= world.left()


def test_a_hold_on_another_number_of_the_business_keeps_nothing(world):
    node = world.person(1, since=ago(300))
    world.message(node, ago(200))
    world.hold(node, phone_number_id="999")
    (disposed,) = due(world, DataKind.COMMUNICATIONS)
    assert not disposed.held
    assert disposed.counts["conversations.thread"] == 1


def test_a_hold_on_everybody_keeps_uploads_exports_and_account_updates(world):
    world.upload("f_up", ago(200))
    world.export("e_1", ago(200))
    world.account("u1", ago(200))
    world.hold(None, from_ms=ago(250), until_ms=ago(150))
    kinds = (DataKind.COMMUNICATIONS, DataKind.EXPORT, DataKind.ACCOUNT)
    parts = [part for kind in kinds for part in due(world, kind)]
    assert [dict(part.held) for part in parts] == [{"h_1": 1}] * 3
    world.guards.change([*map(retention.shard_key, range(8))], "h_1", None)
    gone = [part for kind in kinds for part in due(world, kind)]
    assert retention_sum(gone) == {
        "conversations.media": 1, "media.object": 1, "compliance.export": 1, "keys.key": 1,
        "conversations.account": 1,
    }  # fmt: skip
    assert not world.objects()


def test_a_consent_goes_with_its_requests_and_wishes_once_its_validity_is_long_over(world):
    node = world.person(1, since=ago(300))
    world.consent(node, ago(200), valid_days=120)  # until 80 days ago
    other = world.person(2, since=ago(300))
    world.consent(other, ago(200), valid_days=50)
    parts = due(world, DataKind.CONSENT)
    assert retention_sum(parts)["consent.event"] == 1
    left = world.left("consent")
    assert not [each for each in left if other in each]
    assert len([each for each in left if node in each]) >= 3


def test_who_has_nothing_left_goes_with_aliases_and_keys(world):
    node = world.person(1, since=ago(300))
    world.message(node, ago(200))
    (disposed,) = due(world, DataKind.CONTACT)  # its thread is still there: looked at later
    assert not disposed.counts
    due(world, DataKind.COMMUNICATIONS)
    (disposed,) = due(world, DataKind.CONTACT)
    assert disposed.counts == {
        "conversations.alias": 1, "conversations.node": 1, "keys.key": 1
    }  # fmt: skip
    assert not world.left()
    entry = next(e for e in world.entries() if e["action"] == "key:content:destroyed")
    assert entry["on"] == [node]
    with pytest.raises(KeyDestroyedError):
        World().ring.open(f"{node}~0", retention._PLACE, sealed_before(world, node))


def sealed_before(world, node):
    """By an environment that still has the key in memory."""
    return world.ring.seal(f"{node}~0", retention._PLACE, b"x")


def test_whom_a_hold_concerns_stays_and_so_do_their_keys(world):
    node = world.person(1, since=ago(300))
    world.hold(node, from_ms=ago(10))
    (disposed,) = due(world, DataKind.CONTACT)
    assert disposed.held == {"h_1": 1}
    assert len(world.left()) == 2


def test_a_held_key_keeps_the_person(world):
    node = world.person(1, since=ago(300))
    world.dynamodb.update_item(
        TableName="keys",
        Key={"pk": {"S": f"KEY#{node}~0"}},
        UpdateExpression="ADD holds :h",
        ExpressionAttributeValues={":h": {"SS": ["h_1"]}},
    )
    (disposed,) = due(world, DataKind.CONTACT)
    assert disposed.held
    assert f"NODE#{node}|NODE" in world.left()


def test_erasing_a_person_takes_everything_of_theirs_and_nothing_of_others(world):
    node, other = world.person(1, since=ago(30)), world.person(2, since=ago(30))
    for each in (node, other):
        world.message(each, ago(20), medium=True)
        world.message(each, ago(1))
        world.consent(each, ago(20))
    disposer = world.disposer(run="q_1")
    nodes = world.directory.nodes([node])
    disposer.thread(thread_id(NUMBER, node), before_ms=None)
    disposer.consent(node, before_ms=None)
    disposer.contact(Subject(person=person_at(nodes, node, NOW), nodes=nodes))
    assert not [each for each in world.left() | world.left("consent") if node in each]
    assert len([each for each in world.left("consent") if other in each]) == 5
    assert len(world.objects()) == 2
    told = Counter()
    for shard in range(8):
        for batch in disposer.batches.of(shard):
            told.update(batch.counts)
            assert not batch.objects
    assert told["conversations.message"] == 2
    assert told["consent.event"] == 1
