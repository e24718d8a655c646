"""Keys at hand: made once, asked for once, forgotten in time, and gone when destroyed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from time import sleep

import pytest

from functions.core.content.binding import Binding
from functions.core.content.errors import (
    CiphertextRefusedError,
    EpochUnusableError,
    KeyDestroyedError,
    NoEpochError,
)
from functions.core.content.keyring import MAX_AGE_SECONDS
from functions.core.content.keystore import EpochState
from tests.fakes.keys import MemoryKeys, MemoryRoots, key_ring

HERE = Binding("conversations", "r", "f")


class Time:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def keys():
    keys = MemoryKeys()
    keys.open_epoch()
    return keys


def test_a_key_is_made_on_first_use_and_is_the_same_for_everybody(keys):
    roots = MemoryRoots()
    sealed = key_ring(keys, roots).seal("n1~0", HERE, b"hello")
    assert key_ring(keys, roots).open("n1~0", HERE, sealed) == b"hello"
    assert list(keys.keys) == ["n1~0"]


def test_many_people_cost_one_request_to_kms_and_one_to_the_table(keys):
    roots = MemoryRoots()
    people = [f"n{i}~0" for i in range(100)]
    ring = key_ring(keys, roots)
    ring.prepare(people, create=True)
    keys.loads = 0
    fresh = key_ring(keys, roots)
    roots.calls.clear()
    fresh.prepare(people, create=False)
    for person in people * 10:
        fresh.open(person, HERE, ring.seal(person, HERE, b"hello"))
    assert roots.calls == {1: 1}
    assert keys.loads == 1


def test_two_environments_at_first_contact_end_with_one_key(keys):
    roots = MemoryRoots()
    one, other = key_ring(keys, roots), key_ring(keys, roots)
    create = keys.create

    def overtaken(key, *, replaces):
        keys.create = create
        other.prepare(["n1~0"], create=True)
        return create(key, replaces=replaces)

    keys.create = overtaken
    sealed = one.seal("n1~0", HERE, b"hello")
    assert other.open("n1~0", HERE, sealed) == b"hello"


def test_without_an_epoch_nothing_is_sealed():
    with pytest.raises(NoEpochError) as error:
        key_ring(MemoryKeys()).seal("n1~0", HERE, b"hello")
    assert error.value.retryable


def test_a_closed_epoch_takes_no_new_key_though_it_is_still_in_memory(keys):
    roots = MemoryRoots()
    ring = key_ring(keys, roots)
    ring.prepare(["n1~0"], create=True)
    keys.epochs[1] = _in_state(keys.epochs[1], EpochState.CLOSED)
    keys.open_epoch(2)
    ring.prepare(["n2~0"], create=True)
    assert keys.keys["n2~0"].epoch == 2
    assert ring.open("n1~0", HERE, ring.seal("n1~0", HERE, b"hello")) == b"hello"


def test_a_destroyed_key_is_forgotten_within_its_time_in_memory(keys):
    clock, roots = Time(), MemoryRoots()
    ring = key_ring(keys, roots, clock=clock)
    sealed = ring.seal("n1~0", HERE, b"hello")
    others = ring.seal("n2~0", HERE, b"hello")
    assert keys.destroy(keys.keys["n1~0"], now_ms=42)
    clock.now += MAX_AGE_SECONDS
    with pytest.raises(KeyDestroyedError) as error:
        ring.open("n1~0", HERE, sealed)
    assert error.value.destroyed_ms == 42
    assert ring.open("n2~0", HERE, others) == b"hello"


def test_who_writes_again_gets_a_new_key_and_the_old_content_stays_gone(keys):
    ring = key_ring(keys)
    old = ring.seal("n1~0", HERE, b"old")
    keys.destroy(keys.keys["n1~0"], now_ms=42)
    ring = key_ring(keys)
    new = ring.seal("n1~0", HERE, b"new")
    assert ring.open("n1~0", HERE, new) == b"new"
    assert keys.keys["n1~0"].version == 2
    with pytest.raises(KeyDestroyedError) as error:
        ring.open("n1~0", HERE, old)
    assert error.value.destroyed_ms == 42


def test_a_key_nobody_knows_is_as_good_as_destroyed(keys):
    sealed = key_ring(keys).seal("n1~0", HERE, b"hello")
    keys.keys.clear()
    with pytest.raises(KeyDestroyedError) as error:
        key_ring(keys).open("n1~0", HERE, sealed)
    assert error.value.destroyed_ms is None


def test_a_wrapped_key_moved_to_another_person_is_refused(keys):
    roots = MemoryRoots()
    ring = key_ring(keys, roots)
    sealed = ring.seal("n1~0", HERE, b"hello")
    ring.prepare(["n2~0"], create=True)
    stolen = keys.keys["n1~0"]
    keys.keys["n2~0"] = _renamed(stolen, "n2~0")
    with pytest.raises(CiphertextRefusedError):
        key_ring(keys, roots).open("n2~0", HERE, sealed)


def test_when_kms_has_forgotten_the_epoch_its_keys_are_useless(keys):
    roots = MemoryRoots()
    sealed = key_ring(keys, roots).seal("n1~0", HERE, b"hello")
    roots.deleted.add(1)
    with pytest.raises(EpochUnusableError):
        key_ring(keys, roots).open("n1~0", HERE, sealed)


def test_memory_is_bounded(keys):
    ring = key_ring(keys)
    for number in range(5000):
        ring.prepare([f"n{number}~0"], create=True)
    assert len(ring._held) == 4096


def test_people_met_at_once_get_their_keys_side_by_side(keys):
    """Each creation waits until another one is under way: one after the other would never end."""
    together, create = Barrier(2, timeout=10), keys.create

    def slow(key, *, replaces):
        together.wait()
        return create(key, replaces=replaces)

    keys.create = slow
    ring = key_ring(keys)
    with ThreadPoolExecutor(2) as pool:
        sealed = list(pool.map(lambda who: ring.seal(who, HERE, b"hello"), ["n1~0", "n2~0"]))
    assert ring.open("n1~0", HERE, sealed[0]) == ring.open("n2~0", HERE, sealed[1]) == b"hello"


def test_threads_that_need_the_same_root_ask_kms_once(keys):
    roots = MemoryRoots()
    key_ring(keys, roots).prepare([f"n{i}~0" for i in range(8)], create=True)
    roots.calls.clear()
    unwrap = roots.unwrap

    def slow(epoch):
        sleep(0.05)
        return unwrap(epoch)

    roots.unwrap = slow
    ring = key_ring(keys, roots)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: ring.prepare([f"n{i}~0"], create=False), range(8)))
    assert roots.calls == {1: 1}


def test_threads_that_meet_one_person_at_once_make_one_key(keys):
    made, create = [], keys.create

    def slow(key, *, replaces):
        made.append(key.id)
        sleep(0.05)
        return create(key, replaces=replaces)

    keys.create = slow
    ring = key_ring(keys)
    with ThreadPoolExecutor(8) as pool:
        sealed = set(pool.map(lambda _: ring.seal("n1~0", HERE, b"hello"), range(32)))
    assert len(sealed) == 1
    assert made == ["n1~0"]
    assert ring._making == {}


def _in_state(epoch, state):
    return replace(epoch, state=state)


def _renamed(key, key_id):
    return replace(key, id=key_id)
