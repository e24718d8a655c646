"""The archiver dies at every call, meets itself, and is given any batches: one record a change."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.archive.segment import manifest_name
from functions.core.archive.verify import verify
from tests.fakes.archive import MemoryFiles, Room, history
from tests.fakes.reaper import Killed, Reaper

STEPS = [
    (0, "fact"),
    (1, "bookkeeping"),
    (2, "large"),
    (30_000, "two facts"),
    (60_000, "fact"),  # the next day
    (60_001, "fact"),
]


def room_with_objects():
    room = Room()
    room.source.objects["updates/large"] = b"ciphertext"
    return room


def whole():
    room = room_with_objects()
    room.archive(history(STEPS))
    return sorted(room.lines())


def assert_whole(room, where=""):
    assert sorted(room.lines()) == whole(), where
    assert [str(f) for f in verify(MemoryFiles(room.files())).findings] == [], where


def calls_of_a_whole_run():
    reaper = Reaper()
    room_with_objects().archiver(reaper.around).archive("one", history(STEPS))
    return reaper.calls


@pytest.mark.parametrize("then", ["whole", "halves", "one by one"])
def test_dying_anywhere_loses_nothing_and_writes_nothing_twice(then):
    labels = calls_of_a_whole_run()
    assert {"heads.read", "vault.add", "heads.move", "source.get"} <= set(labels)
    steps = history(STEPS)
    size = {"whole": len(steps), "halves": len(steps) // 2, "one by one": 1}[then]
    for at in range(len(labels)):
        for after in (False, True):
            room = room_with_objects()
            with pytest.raises(Killed):
                room.archiver(Reaper(at=at, after=after).around).archive("one", steps)
            for start in range(0, len(steps), size):
                room.archive(steps[start : start + size])
            assert_whole(room, f"{'after' if after else 'before'} call {at}, {labels[at]}")


@given(st.data())
def test_any_batches_with_any_deaths_give_every_record_once(data):
    """As Lambda does it: a batch begins where the last success ended, and may be cut anywhere."""
    room, steps, at = room_with_objects(), history(STEPS), 0
    for _ in range(30):
        if at == len(steps):
            break
        batch = steps[at : at + data.draw(st.integers(1, len(steps)), label="size")]
        again = steps[data.draw(st.integers(0, at), label="delivered again from") : at] + batch
        reaper = Reaper(
            at=data.draw(st.one_of(st.none(), st.integers(0, 12)), label="dies at"),
            after=data.draw(st.booleans(), label="after"),
        )
        try:
            room.archiver(reaper.around).archive("one", again)
        except Killed:
            continue
        at += len(batch)
    room.archive(steps[at:])
    assert_whole(room)


@given(st.data())
def test_two_functions_at_once_interleaved_in_any_way_write_every_record_once(data):
    """Each call of one is followed by a whole run of the other over another cut of the stream."""
    room, steps = room_with_objects(), history(STEPS)
    cut = data.draw(st.integers(1, len(steps)), label="the other's batch")
    moments = data.draw(st.sets(st.integers(0, 15)), label="when it runs")
    calls = 0

    class Interrupted:
        def __init__(self, part):
            self._part = part

        def __getattr__(self, method):
            def call(*args, **kwargs):
                nonlocal calls
                calls += 1
                if calls - 1 in moments:
                    room.archive(steps[:cut])
                return getattr(self._part, method)(*args, **kwargs)

            return call

    room.archiver(lambda _name, part: Interrupted(part)).archive("one", steps)
    assert_whole(room)


def test_functions_in_threads_write_every_record_once():
    room, steps = room_with_objects(), history(STEPS)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: room.archive(steps[: 1 + n % len(steps)]), range(48)))
    room.archive(steps)
    assert_whole(room)


def test_a_late_function_with_an_old_head_finds_everything_done():
    room, steps = room_with_objects(), history(STEPS)
    late = room.archiver(lambda name, part: StaleHeads(part) if name == "heads" else part)
    room.archive(steps[:1])
    room.archive(steps)
    files = dict(room.files())
    late.archive("one", steps)
    assert room.files() == files


class StaleHeads:
    """Read before anybody else began; every later reading is true."""

    def __init__(self, part):
        self._part, self._read = part, 0

    def read(self, shard):
        self._read += 1
        return None if self._read == 1 else self._part.read(shard)

    def move(self, *arguments):
        return self._part.move(*arguments)


def test_a_segment_nobody_vouches_for_is_named():
    room, steps = room_with_objects(), history(STEPS)
    added = [n for n, label in enumerate(calls_of_a_whole_run()) if label == "vault.add"]
    _object, _segment, manifest = added[:3]
    reaper = Reaper(at=manifest)
    with pytest.raises(Killed):
        room.archiver(reaper.around).archive("one", steps)
    orphans = [name for name in room.segments() if manifest_name(name) not in room.files()]
    assert orphans
    found = verify(MemoryFiles(room.files())).findings
    assert [f.name for f in found if f.kind == "extra"] == orphans
