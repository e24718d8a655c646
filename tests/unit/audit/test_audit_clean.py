"""A log that nobody touched has no findings, whatever its shape."""

from datetime import UTC, datetime, timedelta

import pytest
from audit_both import findings, kinds, verify_in
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.audit.tiles import bundle_path, tile_path
from functions.core.audit.verify import spread, verify
from tests.fakes.audit_log import AuditLog, MemoryFiles, sample, without


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 5000])
def test_a_log_of_any_size_is_whole_and_continues_all_its_checkpoints(size):
    log = sample(size)
    assert log.edge.size == size
    assert findings(log.files, log.signer.key, known=log.checkpoints) == []


def test_a_log_with_tiles_of_three_levels_is_whole_in_one_process_and_in_two(monkeypatch):
    monkeypatch.setattr(spread, "_FEW", 1)
    log = sample(70_000, batch=2_000)
    some = log.checkpoints[::9]
    assert findings(log.files, log.signer.key, known=some) == []
    one, two = (verify_in(log.files, log.signer.key, processes=each) for each in (1, 2))
    assert one == two
    assert (one.findings, one.entries) == ([], 70_000)


def test_what_is_counted_is_what_there_is():
    log = sample(1_000)
    report = verify(MemoryFiles(log.files), key=log.signer.key)
    assert (report.origin, report.size, report.entries) == (log.signer.name, 1_000, 1_000)
    assert report.batches == len(log.checkpoints)
    assert report.writers == 5
    assert report.last == moment(log)


def test_days_of_silence_are_proved_by_heartbeats():
    log = sample(300)
    log.idle(3 * 24 * 60)
    assert findings(log.files, log.signer.key, until=moment(log)) == []


def test_old_entries_may_go_whole_bundles_at_a_time():
    log = AuditLog()
    writer = log.open("sender")
    for _ in range(24 * 20):
        log.write(writer, 2)
        log.wait(minutes=10)
        log.seal(heartbeat=True)
    full = log.edge.size // 256
    for gone in range(full):
        names = [bundle_path(at) for at in range(gone)] + [tile_path(0, at) for at in range(gone)]
        files = without(log.files, *names)
        kept = log.edge.size - gone * 256
        retention = timedelta(minutes=10 * kept / 3) - timedelta(days=1)
        known = log.checkpoints[::40]
        assert findings(files, log.signer.key, retention=retention, known=known) == []


def test_bundles_gone_before_their_time_are_missing():
    log = sample(1_000)
    files = without(log.files, bundle_path(0), tile_path(0, 0))
    assert kinds(files, log.signer.key) == ({"missing"}, {"missing"})


def test_a_batch_whose_checkpoint_is_on_its_way_is_noted_and_no_finding():
    log = sample(700)
    log.write(next(iter(log.heads)).replace("sequencer", "sender.1"), 400)
    log.pend()
    assert findings(log.files, log.signer.key, until=moment(log)) == []
    report = verify(MemoryFiles(log.files), key=log.signer.key)
    assert report.notes == ["401 entries of a batch beyond the checkpoint, which was on its way"]


def test_entries_that_may_still_come_are_noted_and_no_finding():
    log = sample(100)
    late = log.write("sender.1", 2)
    log.outbox.remove(late[0])
    log.seal()
    assert findings(log.files, log.signer.key) == []
    report = verify(MemoryFiles(log.files), key=log.signer.key)
    assert report.notes == ["still on their way at the log's end: 1 entries, 0 writers"]
    log.idle(20)
    assert kinds(log.files, log.signer.key) == ({"gap"}, {"gap"})


def test_a_writer_whose_opening_comes_after_its_entries_is_waited_for():
    log = sample(100)
    writer = log.open("media")
    log.write(writer, 3)
    opening, log.unopened = log.unopened, []
    log.seal(heartbeat=True)
    assert findings(log.files, log.signer.key) == []
    log.wait(minutes=14)
    log.unopened = opening
    log.seal()
    log.idle(60)
    assert findings(log.files, log.signer.key) == []


def test_a_full_tile_stands_for_a_partial_one():
    log = sample(200)
    checkpoint = log.checkpoint
    log.write("sender.1", 99)
    log.pend()
    files = without(log.files, bundle_path(0, 200), tile_path(0, 0, 200))
    assert findings(files | {"checkpoint": checkpoint}, log.signer.key) == []


@st.composite
def logs(draw):
    """Several functions and writers, batches of any size, entries that come in any order."""
    log, chance = AuditLog(), draw(st.randoms(use_true_random=False))
    late: list[str] = []
    for _ in range(draw(st.integers(1, 12))):
        if chance.random() < 0.5:
            log.open(chance.choice(["sender", "inbound", "media"]))
        for writer in [each for each in log.heads if each != "sequencer"]:
            log.write(writer, chance.randrange(30))
            log.wait(seconds=chance.randrange(3))
        log.outbox += late
        chance.shuffle(log.outbox)
        held = chance.randrange(len(log.outbox) + 1) if chance.random() < 0.3 else 0
        late, log.outbox = log.outbox[:held], log.outbox[held:]
        log.wait(minutes=chance.randrange(12))
        log.seal(heartbeat=chance.random() < 0.5)
    log.outbox += late
    log.wait(minutes=1)
    log.seal()
    return log


@settings(max_examples=40)
@given(logs(), st.data())
def test_any_honest_log_is_whole_and_continues_all_its_checkpoints(log, data):
    known = data.draw(st.lists(st.sampled_from(log.checkpoints), max_size=3))
    assert findings(log.files, log.signer.key, known=known, until=moment(log)) == []


def moment(log):
    return datetime.fromtimestamp(log.now_ms / 1000, UTC)
