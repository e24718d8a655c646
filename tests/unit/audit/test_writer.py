"""Numbers are used up when an entry is stored, and only then, whatever happens in between."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.audit.model import Actor, Event, digest
from functions.core.audit.vocabulary import Action
from functions.core.runtime.errors import StoreUnavailableError
from tests.fakes.audit import MemoryOutbox, audit_writer

EVENT = Event(action=Action.MESSAGE_READ, by=Actor(kind="client", id="c"))


class Failing(MemoryOutbox):
    """Fails before or after it has stored, as told, one word for each call."""

    def __init__(self, script):
        super().__init__()
        self.script = iter(script)

    def put(self, parcel):
        what = next(self.script, "ok")
        if what == "before":
            raise StoreUnavailableError("refused")
        stored = super().put(parcel)
        if what == "after":
            raise StoreUnavailableError("the answer got lost")
        return stored


def chains(outbox):
    """Entries of each writer, by number; fails on two with one number."""
    found = {}
    for parcel in outbox.parcels.values():
        for offset, entry in enumerate(parcel.entries):
            told = json.loads(entry)
            assert (told["writer"], told["seq"]) == (parcel.writer, parcel.first + offset)
            mine = found.setdefault(parcel.writer, {})
            assert told["seq"] not in mine
            mine[told["seq"]] = entry
    return found


def assert_whole(outbox):
    for entries in chains(outbox).values():
        assert sorted(entries) == list(range(len(entries)))
        for number, entry in entries.items():
            previous = digest(entries[number - 1]) if number else ""
            assert json.loads(entry)["prev"] == previous


def test_a_writer_opens_once_and_numbers_its_entries():
    outbox = MemoryOutbox()
    writer = audit_writer(outbox, "sender")
    for number in range(3):
        writer.write(EVENT, key=f"k{number}")
    assert list(chains(outbox)) == ["sender.1"]
    assert_whole(outbox)


def test_several_events_are_stored_in_one_item():
    outbox = MemoryOutbox()
    audit_writer(outbox).write(EVENT, EVENT, EVENT, key="k")
    assert [len(parcel.entries) for parcel in outbox.parcels.values()] == [3]
    assert_whole(outbox)


def test_what_no_item_holds_is_stored_in_several_that_follow_on_each_other():
    outbox = MemoryOutbox()
    large = Event(action=Action.MESSAGE_READ, by=EVENT.by, facts={"x": "y" * 40_000})
    audit_writer(outbox).write(*[large] * 20, key="k")
    sizes = [sum(map(len, parcel.entries)) for parcel in outbox.parcels.values()]
    assert len(sizes) > 1
    assert max(sizes) < 400_000
    assert_whole(outbox)


def test_the_same_fact_is_entered_once_and_uses_no_number():
    outbox = MemoryOutbox()
    writer = audit_writer(outbox)
    writer.write(EVENT, key="fact")
    writer.write(EVENT, key="fact")
    audit_writer(outbox).write(EVENT, key="fact")
    writer.write(EVENT, key="another")
    assert len(outbox.entries) == 2
    assert_whole(outbox)


def test_nothing_is_used_up_by_a_transaction_that_did_not_happen():
    outbox = MemoryOutbox()
    writer = audit_writer(outbox)
    assert not writer.within(EVENT, lambda _: False)
    assert writer.within(EVENT, outbox.put)
    assert_whole(outbox)
    assert len(outbox.entries) == 1


def test_a_writer_whose_fate_is_unknown_is_given_up_and_another_begins():
    outbox = Failing(["ok", "after", "ok"])
    writer = audit_writer(outbox, "sender")
    writer.write(EVENT, key="k0")
    with pytest.raises(StoreUnavailableError):
        writer.write(EVENT, key="k1")
    writer.write(EVENT, key="k2")
    assert {writer: len(entries) for writer, entries in chains(outbox).items()} == {
        "sender.1": 2,
        "sender.2": 1,
    }
    assert_whole(outbox)


@given(st.lists(st.sampled_from(["ok", "before", "after"]), max_size=30))
def test_whatever_fails_there_is_neither_a_gap_nor_a_number_twice(script):
    outbox = Failing(script)
    writer = audit_writer(outbox)
    for number in range(len(script) + 2):
        for _ in range(50):  # the caller's message comes back
            try:
                writer.write(EVENT, key=f"k{number}")
            except StoreUnavailableError:
                continue
            break
    assert len(outbox.entries) == len(script) + 2
    assert_whole(outbox)


def test_threads_of_one_environment_take_turns():
    outbox = MemoryOutbox()
    writer = audit_writer(outbox)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: writer.write(EVENT, key=f"k{number}"), range(200)))
    assert outbox.writers.total() == 1
    assert_whole(outbox)
    assert len(outbox.entries) == 200
