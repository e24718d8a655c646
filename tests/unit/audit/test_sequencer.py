"""Entries become leaves, each once, in one history, whatever dies, fails or races."""

import itertools
import json
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.audit.batch import batch_of
from functions.core.audit.errors import LogContentionError, LogDamagedError
from functions.core.audit.head import Head
from functions.core.audit.log_s3 import Lock, S3LockedLog
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.streams import Change
from functions.core.runtime.values import encode
from tests.fakes.audit_log import MINUTE, START_MS, Signer
from tests.fakes.sequencing import EVENT, World

SHARD = "shardId-0"


def written(world, count, *, function="sender", start=0):
    writer = world.writer(function)
    for number in range(start, start + count):
        writer.write(EVENT, key=f"{function} {number}")
    return writer


def told(leaf):
    return json.loads(leaf)


class TestWhatIsAppended:
    def test_entries_stand_in_the_log_as_they_were_written_and_a_batch_ends_with_its_seal(self):
        world = World()
        written(world, 3)
        world.deliver(world.sequencer())
        opened, *entries, sealed = world.leaves()
        assert told(opened)["facts"] == {"function": "sender", "number": 1}
        assert entries == [e for p in world.outbox.parcels.values() for e in p.entries]
        assert told(sealed)["action"] == "log:batch:sealed"
        assert told(sealed)["facts"] == {"entries": 4, "positions": {SHARD: "103"}}
        world.assert_whole()

    def test_what_comes_again_is_appended_once(self):
        world = World()
        written(world, 5)
        for _ in range(3):
            world.deliver(world.sequencer())
        world.deliver(world.sequencer(), first=2)
        world.assert_whole()
        assert world.reader.checkpoint().size == 7

    def test_a_heartbeat_seals_an_empty_batch_and_says_how_many_writers_there_are(self):
        world = World()
        written(world, 1)
        world.deliver(world.sequencer())
        world.outbox.now_ms += 5 * MINUTE
        world.sequencer().beat()
        sealed = told(world.leaves()[-1])
        assert sealed["facts"]["entries"] == 0
        assert sealed["facts"]["writers"] == {"sender": 1}
        world.assert_whole()

    def test_time_of_batches_never_goes_back(self):
        world = World()
        world.sequencer().beat()
        world.outbox.now_ms -= 60 * MINUTE
        world.sequencer().beat()
        first, second = map(told, world.leaves())
        assert first["at"] == second["at"]

    def test_more_than_a_tile_at_once_and_many_small_batches_give_the_same_tree(self):
        one, many = World(), World()
        written(one, 700)
        written(many, 700)
        one.deliver(one.sequencer())
        changes = many.outbox.shards[SHARD]
        sequencer = many.sequencer()
        for at in range(0, len(changes), 97):
            sequencer.take(SHARD, changes[at : at + 97])
        one.assert_whole()
        many.assert_whole()

    def test_a_shard_not_heard_of_for_more_than_a_day_is_forgotten(self):
        world = World()
        written(world, 1)
        world.deliver(world.sequencer())
        world.outbox.now_ms += 27 * 60 * MINUTE
        world.sequencer().beat()
        assert told(world.leaves()[-1])["facts"]["positions"] == {}

    def test_a_batch_tells_its_own_place_and_a_heartbeat_the_latest_of_all(self):
        """So that the seal fits into an entry however many shards there were."""
        head, last = Head(), 10**40
        changes = [Change(last, START_MS, "x", "", {}, encode({"pk": "x"}), removed=False)]
        for number in range(900):
            shard = f"shardId-{number:037}"
            head = batch_of(head, now_ms=START_MS + number, shard=shard, changes=changes).head
            assert told(head.leaves[-1])["facts"]["positions"] == {shard: str(last)}
        beat = batch_of(head, now_ms=START_MS + 900, writers={}).head
        places = told(beat.leaves[-1])["facts"]["positions"]
        assert set(places) == {f"shardId-{number:037}" for number in range(400, 900)}
        # what is told is not all that is remembered
        first = f"shardId-{0:037}"
        assert batch_of(beat, now_ms=START_MS + 901, shard=first, changes=changes) is None

    def test_what_is_no_parcel_is_entered_as_refused_and_stops_nothing(self):
        world = World()
        world.sequencer().beat()
        written(world, 1)
        sealed = world.leaves()[-1]  # only the sequencer makes its own entries
        strange = [
            {"pk": "x", "entries": []},
            {"pk": "x", "entries": ["ü"]},
            {"pk": "x", "entries": ["x" * 65_536]},
            {"pk": "x", "entries": [7]},
            {"pk": "x", "entries": [sealed]},
            {"pk": "WRITERS#sender", "function": "media", "number": 2},
            {"pk": "x"},
        ]
        changes = world.outbox.shards[SHARD]
        for item in strange:
            number = len(changes) + 100
            changes.append(
                Change(number, START_MS, item["pk"], "", {}, encode(item), removed=False)
            )
        written(world, 1, start=5)
        world.deliver(world.sequencer())
        refused = [leaf for leaf in map(told, world.leaves()) if leaf["outcome"] == "refused"]
        assert [leaf["action"] for leaf in refused] == ["log:item:refused"] * len(strange)
        world.assert_whole()

    def test_an_item_whose_time_is_over_leaves_nothing(self):
        world = World()
        written(world, 1)
        changes = world.outbox.shards[SHARD]
        changes.append(Change(999, START_MS, "x", "", {}, {}, removed=True))
        world.deliver(world.sequencer())
        world.assert_whole()


class TestWhatIsStored:
    def test_everything_is_locked_for_its_time_and_partial_tiles_are_marked(self):
        world = World()
        written(world, 300)
        world.deliver(world.sequencer())
        start = datetime.fromtimestamp(START_MS / 1000, UTC)
        for name, versions in world.s3.versions.items():
            is_partial = ".p/" in name and not name.startswith("tile/2/")
            days = 1 if name == "sequencer/head" else 9 if is_partial else 30
            for version in versions:
                assert version.mode == "GOVERNANCE"
                assert version.until == start + timedelta(days=days)
                assert version.tagging == ("partial=yes" if is_partial else "")

    def test_a_tile_that_is_there_already_and_another_stops_everything(self):
        world = World()
        lock = Lock(mode="GOVERNANCE", days=1, partial_days=1, now=lambda: datetime.now(UTC))
        S3LockedLog(world.s3, "audit", lock=lock).add({"tile/entries/000.p/3": b"forged"})
        written(world, 1)
        with pytest.raises(LogDamagedError, match=r"tile/entries/000\.p/3"):
            world.deliver(world.sequencer())
        assert "checkpoint" not in world.s3.versions
        assert world.kms.signed == []


class TestWhatContradicts:
    @pytest.fixture
    def world(self):
        world = World()
        written(world, 3)
        world.deliver(world.sequencer())
        return world

    def replace(self, world, name, data):
        world.s3.versions[name].append(
            world.s3.versions[name][-1].__class__(
                data, '"forged"', "GOVERNANCE", datetime.now(UTC), ""
            )
        )

    def assert_refused(self, world):
        signed = len(world.kms.signed)
        with pytest.raises(LogDamagedError):
            world.sequencer().beat()
        assert len(world.kms.signed) == signed

    def test_a_checkpoint_of_another_key_is_not_built_upon(self, world):
        edge = world.sequencer()._log.head()[0].edge
        self.replace(world, "checkpoint", Signer(secret=7).checkpoint(edge).note)
        self.assert_refused(world)

    def test_a_head_with_another_history_is_not_signed(self, world):
        head = json.loads(world.s3.versions["sequencer/head"][-1].data)
        head["leaves"][0] = head["leaves"][0].replace("sender", "vendor")
        self.replace(world, "sequencer/head", json.dumps(head).encode())
        self.assert_refused(world)

    def test_a_head_put_back_to_an_earlier_one_is_not_signed(self, world):
        old = world.s3.versions["sequencer/head"][-1].data
        written(world, 400, start=10)
        world.deliver(world.sequencer())
        self.replace(world, "sequencer/head", old)
        with pytest.raises(LogDamagedError, match="put back"):
            world.sequencer().beat()

    @pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"v":1}'])
    def test_a_head_that_is_none_is_refused(self, world, data):
        self.replace(world, "sequencer/head", data)
        self.assert_refused(world)

    def test_a_checkpoint_that_is_gone_is_not_signed_anew(self, world):
        world.sequencer().beat()
        del world.s3.versions["checkpoint"]
        self.assert_refused(world)


class Killed(BaseException):
    pass


class Faults:
    """One moment at which something happens; moments are before and after every call."""

    def __init__(self, moment, what):
        self.moment, self.what, self.seen = moment, what, 0

    def around(self, part):
        return _Watched(part, self)

    def pass_by(self):
        self.seen += 1
        if self.seen == self.moment:
            raise self.what


class _Watched:
    def __init__(self, part, faults):
        self._part, self._faults = part, faults

    def __getattr__(self, name):
        method = getattr(self._part, name)

        def run(*args, **more):
            self._faults.pass_by()
            answer = method(*args, **more)
            self._faults.pass_by()
            return answer

        return run


def story(world, sequencer, done):
    """Batches of two shards, a heartbeat in between; `done` counts what need not come again."""
    steps = [
        lambda: world.deliver(sequencer, shard="shardId-0"),
        lambda: world.deliver(sequencer, shard="shardId-1"),
        sequencer.beat,
        lambda: world.deliver(sequencer),
    ]
    for step in steps[len(done) :]:
        step()
        done.append(step)


def fresh(entries=40):
    world = World(shards=2)
    written(world, entries)
    written(world, entries, function="media")
    return world


def error(code):
    return ClientError({"Error": {"Code": code, "Message": ""}}, "Call")


FAULTS = {
    "killed": Killed(),
    "throttled": error("SlowDown"),
    "internal": error("InternalError"),
    "throttled by KMS": error("ThrottlingException"),
    "conflict": error("ConditionalRequestConflict"),
    # also of a put whose answer got lost and that was sent again: it finds itself
    "precondition": error("PreconditionFailed"),
}


@pytest.mark.parametrize("what", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("entries", [3, 140])
def test_a_fault_at_any_moment_loses_nothing_doubles_nothing_and_forks_nothing(what, entries):
    """Before and after every call to S3 and KMS and the outbox's table, then all over again."""
    for moment in itertools.count(1):
        world, done = fresh(entries), []
        faults = Faults(moment, what)
        for _ in range(4):
            with suppress(Killed, StoreUnavailableError, LogContentionError, ClientError):
                story(world, world.sequencer(faults.around), done)
                break
        story(world, world.sequencer(), [])
        world.assert_whole()
        if faults.seen < moment:
            assert moment > 40
            return


@settings(max_examples=40)
@given(st.lists(st.integers(min_value=1, max_value=60), min_size=2, max_size=4))
def test_faults_that_follow_on_each_other_do_no_more_harm(moments):
    world, done = fresh(5), []
    for moment in moments:
        with suppress(Killed):
            story(world, world.sequencer(Faults(moment, Killed()).around), done)
    story(world, world.sequencer(), [])
    world.assert_whole()


def test_two_sequencers_interleaved_at_every_call_write_one_history():
    """While the first waits before each of its calls, the second runs from start to end."""
    for moment in itertools.count(1):
        world = fresh(30)
        other = world.sequencer()

        class Interrupt:
            seen = 0

            def around(self, part):
                return _Watched(part, self)

            def pass_by(self, world=world, other=other, moment=moment):
                self.seen += 1
                if self.seen == moment:
                    world.deliver(other)
                    other.beat()

        interrupt = Interrupt()
        first = world.sequencer(interrupt.around)
        world.deliver(first)
        first.beat()
        world.assert_whole()
        if interrupt.seen < moment:
            assert moment > 20
            return


def test_sequencers_in_threads_write_one_history():
    world = World(shards=4)
    for number in range(6):
        written(world, 60, function=f"sender{'abcdef'[number]}")

    def run(shard):
        changes = world.outbox.shards[shard]
        sequencer = world.sequencer()
        for at in range(0, len(changes), 10):
            while True:
                with suppress(LogContentionError):
                    sequencer.take(shard, changes[at : at + 10])
                    break

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, world.outbox.shards))
    world.sequencer().beat()
    world.assert_whole()


@settings(max_examples=30)
@given(st.integers(min_value=0))
def test_batches_cut_anew_and_delivered_again_in_any_order_of_shards(seed):
    draw = random.Random(seed)  # noqa: S311 - a test that can be repeated
    world = World(shards=3)
    written(world, 25)
    written(world, 25, function="media")
    places = dict.fromkeys(world.outbox.shards, 0)
    sequencer = world.sequencer()
    while any(places[shard] < len(world.outbox.shards[shard]) for shard in places):
        shard = draw.choice(sorted(places))
        changes = world.outbox.shards[shard]
        # a batch that failed comes again, from some way back
        start = max(places[shard] - draw.randint(0, 3), 0)
        end = min(start + draw.randint(1, 12), len(changes))
        if start < end:
            sequencer.take(shard, changes[start:end])
            places[shard] = max(places[shard], end)
    world.assert_whole()
