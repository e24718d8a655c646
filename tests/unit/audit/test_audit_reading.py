"""Entries, proofs and searches: what is read is what was signed; what is found is all there is."""

import json
from collections import Counter
from datetime import datetime
from itertools import chain, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.audit.errors import ExpiredError, LogDamagedError, UnknownEntryError
from functions.core.audit.merkle import EMPTY_ROOT, is_consistent
from functions.core.audit.model import Actor, Event, Link, chained
from functions.core.audit.note import checkpoint_from
from functions.core.audit.proof import proof_from
from functions.core.audit.reading import LogReader
from functions.core.audit.searching import Found, Search, Wanted
from functions.core.audit.vocabulary import Action
from tests.fakes.audit_log import (
    START_MS,
    AuditLog,
    MemoryFiles,
    Signer,
    all_entries,
    sample,
    without,
)
from tests.fakes.witnessing import WITNESS

SIZES = (1, 255, 256, 257, 700)


def reader(log, *gone):
    return LogReader(MemoryFiles(without(log.files, *gone)))


def replaced(log):
    """Partial files that a full one has made superfluous."""
    return [n for n in log.files if ".p/" in n and n.partition(".p/")[0] in log.files]


@pytest.fixture(scope="module", params=SIZES)
def log(request):
    return sample(request.param, batch=97)


class TestEntries:
    def test_each_is_given_as_it_was_written(self, log):
        found = reader(log)
        told = [found.entry(index) for index in range(found.checkpoint().size)]
        assert told == all_entries(log)

    def test_beyond_the_end_there_is_none(self, log):
        with pytest.raises(UnknownEntryError):
            reader(log).entry(log.edge.size)
        with pytest.raises(UnknownEntryError):
            reader(log).proof(log.edge.size)

    def test_before_the_first_there_is_none(self, log):
        for ask in (reader(log).entry, reader(log).proof):
            with pytest.raises(UnknownEntryError):
                ask(-1)

    def test_of_an_empty_log_there_is_none(self):
        found = LogReader(MemoryFiles({}))
        assert (found.checkpoint().size, found.cosigned()) == (0, None)
        with pytest.raises(UnknownEntryError):
            found.entry(0)

    def test_one_past_its_retention_is_expired_and_others_are_there(self):
        log = sample(700)
        found = reader(log, "tile/entries/000")
        with pytest.raises(ExpiredError):
            found.entry(255)
        with pytest.raises(ExpiredError):
            found.proof(0)
        assert found.entry(256) == all_entries(log)[256]
        assert found.proof(256).holds()


class TestProofs:
    def test_every_entry_is_proved_under_the_signed_checkpoint(self, log):
        size, found = log.edge.size, reader(log)
        for index in sorted({0, size // 2, size - 1, *range(250, min(size, 260))} & {*range(size)}):
            proof = proof_from(found.proof(index).file)
            assert proof.holds()
            assert log.signer.key.has_signed(proof.checkpoint)
            assert (proof.index, proof.entry) == (index, all_entries(log)[index])

    def test_any_two_checkpoints_are_shown_to_be_of_one_log(self, log):
        known = [checkpoint_from(note) for note in log.checkpoints]
        found = reader(log, *replaced(log))
        for old, new in [*pairwise(known), (known[0], known[-1])]:
            proof = found.consistency(old.size, new.size)
            assert is_consistent(
                old=old.size, new=new.size, old_root=old.root, new_root=new.root, proof=proof
            )
        assert is_consistent(
            old=0,
            new=known[-1].size,
            old_root=EMPTY_ROOT,
            new_root=known[-1].root,
            proof=found.consistency(0, known[-1].size),
        )

    def test_an_older_cosigned_checkpoint_is_served_from_the_full_tiles_of_now(self):
        """Partial tiles go when fuller ones are there; the older tree lies within those."""
        log = sample(700, batch=97)
        for note in log.checkpoints:
            old = checkpoint_from(note)
            cosigned = note + WITNESS.signature(old.text).line.encode()
            files = {**without(log.files, *replaced(log)), "cosigned": cosigned}
            proof = LogReader(MemoryFiles(files)).proof(old.size - 1)
            assert proof.holds()
            assert proof.checkpoint.size == old.size
            assert WITNESS.key.has_signed(proof.checkpoint)

    def test_an_entry_younger_than_the_cosigned_checkpoint_is_proved_under_the_current_one(self):
        log = sample(300, batch=97)
        log.files["cosigned"] = log.checkpoints[0]
        assert reader(log).proof(299).checkpoint.size == 300
        assert log.signer.key.has_signed(reader(log).proof(299).checkpoint)

    def test_a_proof_that_would_not_hold_is_not_given(self):
        log = sample(300)
        name = "tile/entries/000"
        changed = log.files[name].replace(b'"outcome":"done"', b'"outcome":"gone"', 3)
        found = LogReader(MemoryFiles({**log.files, name: changed}))
        bad = [i for i in range(256) if b'"gone"' in found.entry(i)]
        assert len(bad) == 3
        for index in bad:
            with pytest.raises(LogDamagedError, match=f"entry {index} "):
                found.proof(index)

    def test_a_tile_that_is_gone_is_named(self):
        with pytest.raises(LogDamagedError, match=r"tile/0/000 is not there"):
            reader(sample(700), "tile/0/000").proof(0)

    def test_a_checkpoint_that_is_none_is_damage(self):
        with pytest.raises(LogDamagedError, match="checkpoint"):
            LogReader(MemoryFiles({"checkpoint": b"x"})).checkpoint()


ACTORS, PEOPLE = ("client-1", "client-2", "client-11"), ("n1", "n2", "n1~3", "n1~4", "n11", "p_1")
ACTIONS = (Action.MESSAGE_READ, Action.SEND_SETTLED, Action.EPOCH_STEP)

events = st.builds(
    Event,
    action=st.sampled_from(ACTIONS),
    by=st.builds(Actor, kind=st.just("client"), id=st.sampled_from(ACTORS)),
    on=st.lists(st.sampled_from(PEOPLE), max_size=2).map(tuple),
    # what looks like a match, and is none
    facts=st.sampled_from(
        [{}, {"id": "client-2"}, {"of": "n2"}, {"action": "log:batch:sealed", "at": "2020"}]
    ),
)
# batches: seconds after the one before, and what is in it, so many times
batches = st.lists(
    st.tuples(st.integers(0, 3), st.lists(events, max_size=6), st.sampled_from([1, 1, 40, 110])),
    min_size=1,
    max_size=6,
)
moments = st.none() | st.integers(-1, 14).map(lambda second: START_MS + 1000 * second)
wanted = st.builds(
    Wanted,
    since_ms=moments,
    until_ms=moments,
    actor=st.none() | st.sampled_from(ACTORS),
    subject=st.none() | st.sampled_from(PEOPLE),
    action=st.none() | st.sampled_from([*ACTIONS, Action.LOG_BATCH_SEALED]),
)


def logged(parts):
    log = AuditLog()
    for seconds, told, times in parts:
        log.wait(seconds=seconds)
        # written some seconds before: time is that of sealing
        at_ms = log.now_ms - 4000
        log.outbox, _ = chained(told * times, Link("sender.1", 0, ""), at_ms=at_ms)
        log.seal()
    return log


def seen(log, wanted, first=0):
    """A look at all leaves, from the last to the first."""
    found, logged_at, person = [], None, (wanted.subject or "").partition("~")[0]
    for index, leaf in reversed([*enumerate(map(json.loads, all_entries(log)))]):
        if leaf["action"] == "log:batch:sealed":
            logged_at = leaf["at"]
        at_ms = round(datetime.fromisoformat(logged_at).timestamp() * 1000)
        if (
            index >= first
            and (wanted.since_ms is None or at_ms >= wanted.since_ms)
            and (wanted.until_ms is None or at_ms < wanted.until_ms)
            and (wanted.actor is None or leaf["by"]["id"] == wanted.actor)
            and (wanted.action is None or leaf["action"] == wanted.action)
            and (not person or person in {on.partition("~")[0] for on in leaf.get("on", [])})
        ):
            found.append(Found(index, leaf, logged_at))
    return found


def pages(log_reader, wanted, limit):
    search, cursor = Search(log_reader), None
    while True:
        page = search.page(wanted, cursor=cursor, limit=limit)
        assert len(page.found) <= limit
        yield page.found
        cursor = page.cursor
        if cursor is None:
            return


@settings(max_examples=150)
@given(batches, wanted, st.sampled_from([1, 3, 50, 10_000]))
def test_pages_together_are_what_a_look_at_all_entries_gives(parts, wanted, limit):
    log = logged(parts)
    found = [*chain.from_iterable(pages(reader(log), wanted, limit))]
    assert found == seen(log, wanted)


@settings(max_examples=40)
@given(st.lists(events, min_size=3, max_size=6), wanted, st.sampled_from([1, 7, 400]))
def test_a_search_ends_where_entries_are_past_their_retention(told, wanted, limit):
    log = logged([(1, told, 60)] * 3)
    gone = [name for name in log.files if name.startswith("tile/entries/000")]
    found = [*chain.from_iterable(pages(reader(log, *gone), wanted, limit))]
    assert found == seen(log, wanted, first=256)


def test_a_cursor_goes_on_where_it_was_though_the_log_grew():
    log = sample(600)
    search = Search(reader(log))
    first = search.page(Wanted(), cursor=None, limit=100)
    log.write(log.open("media"), 300)
    log.seal()
    second = Search(reader(log)).page(Wanted(), cursor=first.cursor, limit=1000)
    indices = [one.index for one in (*first.found, *second.found)]
    assert indices == [*range(599, -1, -1)]


def test_of_an_empty_log_nothing_is_found():
    page = Search(LogReader(MemoryFiles({}))).page(Wanted(), cursor=None, limit=5)
    assert (page.found, page.cursor) == ([], None)


def test_an_entry_that_cannot_be_read_is_passed_over():
    log = AuditLog()
    log.outbox = ['{"by":{"id":"client-1"', "[" * 20_000, '["id"]', "7"]
    log.seal()
    page = Search(reader(log)).page(Wanted(actor="client-1"), cursor=None, limit=5)
    assert (page.found, page.cursor) == ([], None)


class Counted(MemoryFiles):
    def __init__(self, files):
        super().__init__(files)
        self.reads = Counter()

    def read(self, name):
        self.reads[name] += 1
        return super().read(name)


@pytest.fixture(scope="module")
def long_log():
    """Of 120 bundles: more than one page may read."""
    return sample(120 * 256, batch=1000)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(actor="nobody"),
        Wanted(until_ms=START_MS + 300_000, actor="nobody"),
        Wanted(until_ms=START_MS, actor="nobody"),
        Wanted(since_ms=START_MS, until_ms=START_MS + 1),
    ],
)
def test_a_page_reads_no_more_than_it_may_and_all_pages_end(long_log, wanted):
    cursor, rounds = None, 0
    while True:
        files = Counted(long_log.files)
        page = Search(LogReader(files)).page(wanted, cursor=cursor, limit=50)
        # 64 bundles, the checkpoint, and at most five for each halving of 120 bundles
        assert files.reads.total() <= 64 + 1 + 5 * 8 + 2
        rounds, cursor = rounds + 1, page.cursor
        if cursor is None:
            break
    assert rounds <= 2


def test_time_is_found_without_reading_what_is_later(long_log):
    files = Counted(long_log.files)
    Search(LogReader(files)).page(Wanted(until_ms=START_MS + 60_000), cursor=None, limit=10)
    assert files.reads.total() < 40


def test_the_key_of_another_log_does_not_verify_a_proof():
    assert not Signer(secret=5).key.has_signed(reader(sample(300)).proof(7).checkpoint)
