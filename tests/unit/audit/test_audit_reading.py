"""Entries, proofs and search, from files alone: what is found is what a naive reader finds."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.audit.errors import ExpiredError, LogDamagedError, UnknownEntryError
from functions.core.audit.merkle import is_consistent
from functions.core.audit.note import checkpoint_from
from functions.core.audit.reading import LogReader
from functions.core.audit.searching import Search, Wanted
from functions.core.audit.tiles import bundle_path
from functions.core.audit.vocabulary import Action
from tests.fakes.audit_log import MINUTE, START_MS, AuditLog, all_entries, event, sample


class Counting:
    """Files of a log, some of them gone, and what was asked for."""

    def __init__(self, files, gone=()):
        self.files = {name: data for name, data in files.items() if name not in gone}
        self.read_names = []

    def read(self, path):
        self.read_names.append(path)
        return self.files.get(path)


@pytest.fixture(scope="module")
def log():
    return sample(700, batch=90)


def reader(log, gone=()):
    return LogReader(Counting(log.files, gone))


class TestEntriesAndProofs:
    @pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 513, 700])
    def test_every_entry_is_proved_under_the_checkpoint(self, size):
        log = sample(size)
        wanted = all_entries(log)
        for index in {0, size // 2, size - 1, *range(0, size, 37)}:
            assert reader(log).entry(index) == wanted[index]
            proof = reader(log).proof(index)
            assert proof.entry == wanted[index]
            assert proof.checkpoint == checkpoint_from(log.checkpoint)
            assert proof.holds()

    def test_a_proof_reads_no_more_files_than_it_needs(self, log):
        files = Counting(log.files)
        LogReader(files).proof(300)
        # the two checkpoints, one bundle, and of each level the tiles beside the way
        assert len(files.read_names) <= 2 + 1 + 4

    def test_a_full_tile_stands_for_a_partial_one_that_is_gone(self, log):
        early = [c for c in map(checkpoint_from, log.checkpoints) if c.size < 256][-1]
        partial = [name for name in log.files if ".p/" in name and "tile/1" not in name]
        last = {bundle_path(2, 188), "tile/0/002.p/188"}
        files = Counting(log.files | {"cosigned": early.note}, set(partial) - last)
        proof = LogReader(files).proof(9)
        assert proof.checkpoint == early
        assert proof.holds()

    def test_a_proof_is_under_the_witnesss_checkpoint_where_that_has_the_entry(self, log):
        older, newest = checkpoint_from(log.checkpoints[3]), checkpoint_from(log.checkpoint)
        chosen = LogReader(Counting(log.files | {"cosigned": older.note}))
        assert chosen.proof(older.size - 1).checkpoint == older
        assert chosen.proof(older.size).checkpoint == newest

    def test_any_two_sizes_are_proved_consistent(self, log):
        points = [checkpoint_from(note) for note in log.checkpoints]
        for old in points:
            for new in points[points.index(old) :]:
                assert is_consistent(
                    old=old.size,
                    new=new.size,
                    old_root=old.root,
                    new_root=new.root,
                    proof=reader(log).consistency(old.size, new.size),
                )
        assert reader(log).consistency(0, 700) == ()

    @pytest.mark.parametrize("index", [-1, 700, 10**9])
    def test_an_entry_that_is_not_there_yet_is_unknown(self, log, index):
        for ask in (reader(log).entry, reader(log).proof):
            with pytest.raises(UnknownEntryError):
                ask(index)

    def test_an_empty_log_has_no_entry(self):
        empty = LogReader(Counting({}))
        assert empty.checkpoint().size == 0
        assert empty.cosigned() is None
        with pytest.raises(UnknownEntryError):
            empty.entry(0)

    def test_an_entry_past_its_retention_is_expired_and_others_are_still_proved(self, log):
        gone = reader(log, {bundle_path(0)})
        with pytest.raises(ExpiredError):
            gone.entry(3)
        with pytest.raises(ExpiredError):
            gone.proof(3)
        assert gone.proof(256).holds()

    def test_an_entry_that_was_changed_is_not_proved(self, log):
        changed = log.files[bundle_path(1)].replace(b"accepted", b"rejected", 1)
        altered = LogReader(Counting(log.files | {bundle_path(1): changed}))
        at = next(n for n, e in enumerate(all_entries(log)) if n >= 256 and b"accepted" in e)
        with pytest.raises(LogDamagedError, match=str(at)):
            altered.proof(at)

    def test_a_tile_that_is_missing_is_damage(self, log):
        with pytest.raises(LogDamagedError, match="tile/0/001"):
            reader(log, {"tile/0/001"}).proof(300)

    def test_a_checkpoint_that_is_none_is_damage(self, log):
        with pytest.raises(LogDamagedError):
            LogReader(Counting(log.files | {"checkpoint": b"none"})).checkpoint()


def varied():
    """Batches of very different sizes, times, actors and actions; one spans four bundles."""
    log = AuditLog()
    writers = [log.open("sender"), log.open("inbound")]
    for batch, size in enumerate([3, 40, 0, 1, 900, 7, 0, 300, 12, 255, 256, 2]):
        for number in range(size):
            log.write(writers[number % 2])
        log.wait(minutes=batch + 1)
        log.seal(heartbeat=not size)
        log.written += 5  # a few people who never appear
    return log


VARIED = varied()
ENTRIES = all_entries(VARIED)


def naive(wanted):
    """(index, entry, logged at), the latest first."""
    found, logged_at = [], ""
    for index in range(len(ENTRIES) - 1, -1, -1):
        entry = json.loads(ENTRIES[index])
        if entry["action"] == Action.LOG_BATCH_SEALED:
            logged_at = entry["at"]
        if wanted(entry, logged_at):
            found.append((index, entry, logged_at))
    return found


def paged(search, wanted, limit):
    found, cursor, pages = [], None, 0
    while True:
        page = search.page(wanted, cursor=cursor, limit=limit)
        assert len(page.found) <= limit
        found += [(one.index, one.entry, one.logged_at) for one in page.found]
        cursor, pages = page.cursor, pages + 1
        if cursor is None:
            return found, pages


@st.composite
def questions(draw):
    minutes = st.none() | st.integers(-1, 80)
    since, until = draw(minutes), draw(minutes)
    return Wanted(
        since_ms=None if since is None else START_MS + since * MINUTE,
        until_ms=None if until is None else START_MS + until * MINUTE,
        actor=draw(st.sampled_from([None, None, "3f2a1b4c5d6e", "sequencer", "nobody", '"x'])),
        subject=draw(
            st.none()
            | st.integers(0, 1800).map(lambda n: f"p_{n:016x}")
            | st.sampled_from(["p_", "p_0000000000000007~3", "é"])
        ),
        action=draw(st.sampled_from([None, None, "message:send:settled", "log:batch:sealed", "x"])),
    )


def matches(wanted):
    """The same question, asked as simply as can be."""

    def one(entry, logged_at):
        at = _ms(logged_at)
        person = wanted.subject and wanted.subject.split("~")[0]
        return all(
            (
                wanted.since_ms is None or at >= wanted.since_ms,
                wanted.until_ms is None or at < wanted.until_ms,
                wanted.actor is None or entry["by"]["id"] == wanted.actor,
                wanted.action is None or entry["action"] == wanted.action,
                not person or person in [p.split("~")[0] for p in entry.get("on", [])],
            )
        )

    return one


def _ms(text):
    from datetime import datetime

    return round(datetime.fromisoformat(text).timestamp() * 1000)


class TestSearch:
    @settings(max_examples=25)
    @given(questions(), st.integers(1, 700))
    def test_what_is_found_is_what_a_naive_reader_finds(self, wanted, limit):
        found, _ = paged(Search(reader(VARIED)), wanted, limit)
        assert found == naive(matches(wanted))

    def test_everything_is_found_the_latest_first(self):
        found, _ = paged(Search(reader(VARIED)), Wanted(), 50)
        assert [index for index, _, _ in found] == list(range(len(ENTRIES) - 1, -1, -1))

    def test_what_is_logged_while_somebody_turns_pages_disturbs_nothing(self):
        log = sample(600)
        search = Search(LogReader(log_files := Counting(log.files)))
        first = search.page(Wanted(), cursor=None, limit=10)
        log.wait(minutes=1)
        log.write(log.open("media"), 300)
        log.seal()
        log_files.files = log.files
        second = search.page(Wanted(), cursor=first.cursor, limit=10)
        assert [one.index for one in first.found + second.found] == list(range(599, 579, -1))

    def test_a_page_without_a_match_ends_somewhere_and_says_where_to_go_on(self):
        log = sample(256 * 70)
        files = Counting(log.files)
        search = Search(LogReader(files))
        page = search.page(Wanted(actor="nobody"), cursor=None, limit=10)
        assert page.found == []
        assert page.cursor == 256 * 6
        assert len(files.read_names) <= 64 + 4
        assert search.page(Wanted(actor="nobody"), cursor=page.cursor, limit=10).cursor is None

    def test_the_last_moment_is_found_by_halving(self):
        log = sample(256 * 70)
        files = Counting(log.files)
        until = START_MS + 5 * MINUTE
        page = Search(LogReader(files)).page(Wanted(until_ms=until), cursor=None, limit=1)
        (found,) = page.found
        assert _ms(found.logged_at) < until
        assert len(files.read_names) < 40

    def test_what_is_past_its_retention_ends_the_search(self):
        gone = {bundle_path(0), bundle_path(1)}
        found, _ = paged(Search(reader(VARIED, gone)), Wanted(), 100)
        assert [index for index, _, _ in found] == list(range(len(ENTRIES) - 1, 511, -1))
        until = Wanted(until_ms=START_MS + 30 * MINUTE)
        assert paged(Search(reader(VARIED, gone)), until, 9)[0] == [
            one for one in naive(matches(until)) if one[0] >= 512
        ]

    def test_an_entry_that_quotes_a_seal_is_none(self):
        """As one has that says what was searched for."""
        log = AuditLog()
        writer = log.open("audit_api")
        log.write(writer)
        log.seal()
        quoting = event(9, facts={"action": "log:batch:sealed", "at": "2020-01-01"})
        log.outbox += log._chained(writer, [quoting], START_MS + 1)
        log.wait(minutes=2)
        log.seal()
        page = Search(reader(log)).page(Wanted(), cursor=None, limit=9)
        assert {_ms(one.logged_at) for one in page.found[:2]} == {START_MS + 2 * MINUTE}
        assert {_ms(one.logged_at) for one in page.found[2:]} == {START_MS}

    def test_an_entry_that_cannot_be_read_is_passed_over(self):
        log = AuditLog()
        log.outbox += ["no entry", '"text"']
        log.seal()
        page = Search(reader(log)).page(Wanted(actor="sequencer"), cursor=None, limit=9)
        assert [one.index for one in page.found] == [2]

    def test_an_empty_log_has_nothing(self):
        page = Search(LogReader(Counting({}))).page(Wanted(), cursor=None, limit=5)
        assert (page.found, page.cursor) == ([], None)
