"""Content goes when its days are over, once, and not where a hold keeps it."""

import json
from collections import Counter
from dataclasses import dataclass, field

import boto3
import pytest
from moto import mock_aws

from functions.core.content.records import SealedRecords
from functions.core.conversations.minimising import minimising
from functions.core.conversations.model import split_thread
from functions.core.conversations.views import message_view
from functions.core.holds.guard import Covered, Guards, node_key
from functions.core.retention.due import SHARDS
from functions.core.retention.shortening import Shortener
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import Key
from functions.core.runtime.values import decode
from tests.fakes import build, tables
from tests.fakes.keys import sealing

RULES = minimising('{"service": {"days": 7}}')
DAY_MS = 86_400_000
AT = 1_790_000_000
NOW = AT * 1000 + 7 * DAY_MS
OLD, NEW, LARGE = "an old secret", "a new secret", "x" * 70_000


@dataclass
class Blobs:
    """`dies`: the next erasure fails, as when the function is killed."""

    erased: list[str] = field(default_factory=list)
    dies: bool = False

    def erase(self, name):
        if self.dies:
            self.dies = False
            raise RuntimeError
        self.erased.append(name)


class World:
    def __init__(self):
        self.client = boto3.client("dynamodb")
        tables.create(self.client)
        self.records = SealedRecords(DynamoRecords(self.client, "conversations"), sealing())
        self.service = build.conversations(self.records, minimising=RULES)
        self.guards = Guards(self.client, "compliance")
        self.blobs = Blobs()

    def write(self, wamid, text, *, sender="15550100001", at=AT):
        message = build.text_message(wamid, sender=sender, at=at, text={"body": text})
        self.service.fold(build.body(build.webhook(build.change(messages=[message]))))

    def shortener(self, guards=None):
        return Shortener(
            self.client,
            "conversations",
            guards=guards or self.guards,
            blobs=self.blobs,
            minimising=RULES,
            now_ms=lambda: NOW,
        )

    def run(self, goes_on=lambda: True):
        done = Counter()
        for shard in range(SHARDS):
            done += self.shortener().run(shard, goes_on=goes_on)
        return done

    def messages(self):
        found = [decode(item) for item in self.client.scan(TableName="conversations")["Items"]]
        return {item["pk"]: item for item in found if item["pk"].startswith("MESSAGE#")}

    def texts(self):
        keys = [Key(pk, "MESSAGE") for pk in self.messages()]
        facts = [f for item in self.records.load(keys).values() for f in item["facts"].values()]
        return sorted(json.loads(f["raw"])["update"]["text"]["body"] for f in facts if "raw" in f)


@pytest.fixture
def world():
    with mock_aws():
        yield World()


def test_what_is_older_than_its_days_loses_its_content_and_nothing_else_does(world):
    world.write("wamid.1", OLD, at=AT - 1)
    world.write("wamid.2", NEW, at=AT)
    before = world.messages()
    assert world.run() == {"shortened": 1}
    assert world.texts() == [NEW]
    [(pk, item)] = [each for each in world.messages().items() if each != (each[0], before[each[0]])]
    [told] = item["facts"].values()
    [full] = before[pk]["facts"].values()
    assert told == {k: v for k, v in full.items() if k != "sealed"} | {"withheld": "shortened"}
    assert {"retain_at", "retain_shard", "erasing"}.isdisjoint(item)
    assert (item["thread"], item["at"]) == (before[pk]["thread"], before[pk]["at"])
    view = message_view("w", item, contact_id="n")
    assert (view["is_withheld"], view["type"]) == (True, "text")


def test_a_second_run_finds_nothing_to_do(world):
    world.write("wamid.1", OLD, at=AT - 1)
    world.run()
    after = world.messages()
    assert world.run() == {}
    assert world.messages() == after


def test_what_is_told_again_later_does_not_bring_the_content_back(world):
    world.write("wamid.1", OLD, at=AT - 1)
    world.run()
    after = world.messages()
    world.write("wamid.1", OLD, at=AT - 1)
    assert world.messages() == after


def test_a_run_that_has_no_time_left_is_taken_up_by_the_next(world):
    for number in range(3):
        world.write(f"wamid.{number}", OLD, at=AT - 1 - number)
    left = iter([True, True, False])
    assert world.run(lambda: next(left, False)) == {"shortened": 2}
    assert world.run() == {"shortened": 1}
    assert world.texts() == []


def test_large_content_is_erased_as_an_object_also_when_a_run_died_before_it(world):
    world.write("wamid.1", LARGE, at=AT - 1)
    [before] = world.messages().values()
    [fact] = before["facts"].values()
    world.blobs.dies = True
    with pytest.raises(RuntimeError):
        world.run()
    assert world.blobs.erased == []
    [between] = world.messages().values()
    assert "ref" not in next(iter(between["facts"].values()))
    assert world.run() == {"shortened": 1}
    assert world.blobs.erased == [fact["ref"]]
    [after] = world.messages().values()
    assert {"retain_at", "erasing"}.isdisjoint(after)


def node_of(world):
    return split_thread(next(iter(world.messages().values()))["thread"])[1]


def test_what_a_hold_covers_stays_until_it_is_lifted(world):
    world.write("wamid.1", OLD, at=AT - 1)
    keys = [node_key(node_of(world))]
    world.guards.change(keys, "h_1", Covered())
    assert world.run() == {"held": 1}
    assert world.texts() == [OLD]
    world.guards.change(keys, "h_1", None)
    assert world.run() == {"shortened": 1}


def test_a_hold_on_another_time_keeps_nothing(world):
    world.write("wamid.1", OLD, at=AT - 1)
    world.guards.change([node_key(node_of(world))], "h_1", Covered(from_ms=AT * 1000))
    assert world.run() == {"shortened": 1}


class Placing(Guards):
    """Somebody places a hold after the guards were read."""

    def __init__(self, world):
        super().__init__(world.client, "compliance")
        self._world = world

    def read(self, nodes):
        found = super().read(nodes)
        self._world.guards.change([node_key(node) for node in nodes], "h_1", Covered())
        return found


def test_a_hold_that_is_placed_in_the_same_moment_holds(world):
    world.write("wamid.1", OLD, at=AT - 1)
    [pk] = world.messages()
    assert world.shortener(Placing(world)).shorten(Key(pk, "MESSAGE")) == "changed"
    assert world.texts() == [OLD]
    assert world.run() == {"held": 1}


def test_a_message_that_is_gone_costs_nothing(world):
    assert world.shortener().shorten(Key("MESSAGE#w_none", "MESSAGE")) == "changed"
