"""Whoever touches the archive is named: by class, by object, whatever it was."""

import base64
import gzip
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.archive.segment import manifest_name
from functions.core.archive.verify import Entry, Lock, verify
from tests.fakes.archive import MemoryFiles, Room, history

NOW = datetime(2026, 9, 25, tzinfo=UTC)
UNTIL = datetime(2026, 10, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def room():
    """Two shards, two days in the first of them, a large object."""
    room = Room()
    room.source.objects["updates/large"] = b"ciphertext"
    steps = history(
        [(0, "fact"), (5, "large"), (9, "two facts"), (86_400, "fact"), (86_401, "fact")]
    )
    for step in (steps[:1], steps[1:3], steps[3:]):
        room.archive(step, "a")
    room.archive(history([(0, "fact"), (5, "fact")]), "b")
    return room


def findings(files, **options):
    found = verify(MemoryFiles(files), **{"now": NOW, **options}).findings
    return [(finding.kind, finding.name) for finding in found]


def segments_of(room, shard):
    return [name for name in room.segments() if f"/{shard}/" in name]


def rewritten(data, change):
    """A segment with its records changed, as somebody who can compute hashes would do it."""
    records = [json.loads(line) for line in gzip.decompress(data).splitlines()]
    change(records)
    return gzip.compress(b"".join(json.dumps(r).encode() + b"\n" for r in records), mtime=0)


def vouching(files, name, /, **changes):
    """The segment's manifest, rewritten to vouch for what the segment holds now."""
    data = files[name]
    plain = gzip.decompress(data)
    told = {
        **json.loads(files[manifest_name(name)]),
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "plain_sha256": hashlib.sha256(plain).hexdigest(),
        "plain_bytes": len(plain),
        "records": len(plain.splitlines()),
        **changes,
    }
    return json.dumps(told).encode()


def test_an_untouched_archive_has_no_findings_and_is_counted(room):
    report = verify(MemoryFiles(room.files()), heads=room.heads.heads, now=NOW)
    assert report.findings == []
    assert report.notes == []
    assert (report.shards, report.segments, report.objects) == (2, 4, 1)
    assert report.kinds == {"message": 7, "status": 1}


def test_a_missing_segment_is_named(room):
    files = room.files()
    gone = segments_of(room, "a")[1]
    del files[gone]
    assert findings(files) == [("missing", gone)]


def test_a_missing_manifest_is_named_and_its_segment_is_vouched_for_by_nobody(room):
    files = room.files()
    segment = segments_of(room, "a")[1]
    del files[manifest_name(segment)]
    assert findings(files) == [("extra", segment), ("missing", manifest_name(segment))]


def test_a_pair_cut_out_of_the_middle_is_missed_by_the_chain(room):
    files = room.files()
    segment = segments_of(room, "a")[1]
    del files[segment], files[manifest_name(segment)]
    assert ("missing", manifest_name(segment)) in findings(files)


def test_the_beginning_cut_off_is_missed_by_the_chain(room):
    files = room.files()
    segment = segments_of(room, "a")[0]
    del files[segment], files[manifest_name(segment)]
    assert findings(files) == [("missing", manifest_name(segment))]


def test_the_beginning_past_its_retention_is_no_fault(room):
    files = room.files()
    segment = segments_of(room, "a")[0]
    del files[segment], files[manifest_name(segment)]
    assert findings(files, now=UNTIL - timedelta(days=1)) == [("missing", manifest_name(segment))]
    assert findings(files, now=UNTIL) == []


def test_the_end_cut_off_is_missed_by_whoever_knows_the_head(room):
    files = room.files()
    for name in [segments_of(room, "a")[-1], *segments_of(room, "b")]:
        del files[name], files[manifest_name(name)]
    assert findings(files) == []
    ends = [room.heads.heads[shard].manifest for shard in ("a", "b")]
    assert findings(files, heads=room.heads.heads) == [("missing", name) for name in ends]


def test_a_last_manifest_that_was_replaced_is_seen_by_whoever_knows_the_head(room):
    files = room.files()
    last = room.heads.heads["a"].manifest
    files[last] = json.dumps(json.loads(files[last])).encode()
    assert findings(files) == []
    assert findings(files, heads=room.heads.heads) == [("changed", last)]


def test_an_archiver_at_work_is_no_fault(room):
    heads = {**room.heads.heads}
    del heads["b"]
    assert findings(room.files(), heads=heads) == []
    files = room.files()
    (segment,) = segments_of(room, "b")
    del files[manifest_name(segment)]
    recent = MemoryFiles(files, entries={segment: Entry(segment, recent=True)})
    report = verify(recent, heads=heads, now=NOW)
    assert report.findings == []
    assert any(segment in note for note in report.notes)


def test_a_changed_segment_is_named(room):
    files = room.files()
    segment = segments_of(room, "a")[1]
    files[segment] = rewritten(files[segment], lambda records: records[0].update(type="image"))
    assert findings(files) == [("changed", segment)]


def test_a_segment_changed_together_with_its_manifest_breaks_the_chain(room):
    files = room.files()
    segment = segments_of(room, "a")[1]
    files[segment] = rewritten(files[segment], lambda records: records[0].update(type="image"))
    files[manifest_name(segment)] = vouching(files, segment)
    assert findings(files) == [("changed", manifest_name(segment))]


@pytest.mark.parametrize(
    "change",
    [
        lambda records: records[0].update(sequence="99"),
        lambda records: records.append(dict(records[-1])),
        lambda records: records[0].update(stored_at="2026-01-01T00:00:00.000Z"),
        lambda records: records[0].update(content_sha256="0" * 64),
        lambda records: records[0]["content"].update(sealed=base64.b64encode(b"x").decode()),
        lambda records: records[0]["content"].update(sealed="no base64!"),
    ],
    ids=["order", "twice", "day", "hash", "ciphertext", "no ciphertext"],
)
def test_records_that_cannot_be_right_are_named_even_when_the_manifest_vouches_for_them(
    room, change
):
    files = room.files()
    (segment,) = segments_of(room, "b")
    files[segment] = rewritten(files[segment], change)
    files[manifest_name(segment)] = vouching(files, segment)
    assert ("changed", segment) in findings(files)


@pytest.mark.parametrize(
    "claim",
    [
        {"records": 9},
        {"kinds": {"message": 9}},
        {"lost": 1},
        {"bytes": 1},
        {"plain_sha256": "0" * 64},
        {"plain_bytes": 1},
        {"first_sequence": "1"},
        {"last_sequence": "99"},
        {"first_stored_at": "2026-09-21T00:00:00.000Z"},
        {"last_stored_at": "2026-09-21T23:00:00.000Z"},
    ],
    ids=lambda claim: next(iter(claim)),
)
def test_a_manifest_that_miscounts_is_named_with_what_is_wrong(room, claim):
    files = room.files()
    last = manifest_name(segments_of(room, "a")[-1])
    files[last] = json.dumps({**json.loads(files[last]), **claim}).encode()
    found = verify(MemoryFiles(files), now=NOW).findings
    assert {(finding.kind, finding.name) for finding in found} == {("changed", last)}
    assert any(next(iter(claim)) in finding.detail for finding in found)


@pytest.mark.parametrize(
    "claim",
    [
        {"v": 2},
        {"segment": "segments/2026/09/22/a/other.ndjson.gz"},
        {"shard": "b"},
        {"records": "3"},
        {"previous": {}},
        {"previous": 1},
        {"sha256": None},
    ],
    ids=["version", "segment", "shard", "type", "link", "no link", "nothing"],
)
def test_what_is_no_manifest_of_its_place_is_named(room, claim):
    files = room.files()
    last = manifest_name(segments_of(room, "a")[-1])
    files[last] = json.dumps({**json.loads(files[last]), **claim}).encode()
    assert findings(files) == [("changed", last)]


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'"text"'])
def test_a_manifest_that_is_none_is_named(room, data):
    files = room.files()
    last = manifest_name(segments_of(room, "a")[-1])
    files[last] = data
    assert findings(files) == [("changed", last)]


def test_a_segment_that_is_none_is_named_even_when_its_manifest_vouches_for_it(room):
    files = room.files()
    segment = segments_of(room, "a")[-1]
    files[segment] = b"no gzip"
    told = json.loads(files[manifest_name(segment)])
    told["sha256"] = hashlib.sha256(b"no gzip").hexdigest()
    files[manifest_name(segment)] = json.dumps(told).encode()
    assert findings(files) == [("changed", segment)]


def test_a_second_beginning_of_a_shard_is_named(room):
    files = room.files()
    segment = segments_of(room, "a")[2]
    files[manifest_name(segment)] = vouching(files, segment, previous=None)
    assert findings(files) == [("changed", manifest_name(segment))]


def test_a_pair_put_into_the_middle_is_named(room):
    files = room.files()
    first, second = segments_of(room, "a")[:2]
    inserted = first.replace("10.ndjson", "15.ndjson")
    files[inserted] = rewritten(files[first], lambda records: records[0].update(sequence="15"))
    files[manifest_name(inserted)] = vouching(
        {**files, manifest_name(inserted): files[manifest_name(second)]},
        inserted,
        segment=inserted,
        first_sequence="15",
        last_sequence="15",
        kinds={"message": 1},
        first_stored_at="2026-09-21T14:13:20.000Z",
        last_stored_at="2026-09-21T14:13:20.000Z",
    )
    assert findings(files) == [("extra", manifest_name(inserted))]


@pytest.mark.parametrize(
    "name",
    [
        "README",
        "segments/notes.txt",
        "segments/2026/09/21/a/extra.txt",
        "segments/2026/13/21/a/1.ndjson.gz",
        "segments/2026/09/21/a/deep/1.ndjson.gz",
        "segments/2026/09/21/a/1.ndjson.gz",
        "objects/updates/other/0",
    ],
)
def test_whatever_does_not_belong_is_named(room, name):
    assert findings({**room.files(), name: b""}) == [("extra", name)]


def test_a_chain_that_goes_over_the_same_changes_twice_is_named(room):
    files = room.files()
    first, second = segments_of(room, "a")[:2]
    files[second] = rewritten(files[second], lambda records: records[0].update(sequence="10"))
    files[manifest_name(second)] = vouching(files, second, first_sequence="10")
    found = verify(MemoryFiles(files), now=NOW).findings
    details = [f.detail for f in found if f.name == manifest_name(second)]
    assert any("name" in detail for detail in details)
    assert any(manifest_name(first) in detail for detail in details)


def test_proofs_of_epochs_stand_for_themselves(room):
    proof = f"proofs/epochs/12/moved-{hashlib.sha256(b'{}').hexdigest()}.json"
    files = {**room.files(), proof: b"{}"}
    assert findings(files) == []
    assert findings({**files, proof: b"{ }"}) == [("changed", proof)]
    assert findings({**files, "proofs/other": b""}) == [("extra", "proofs/other")]
    locks = dict.fromkeys(files, Lock("GOVERNANCE", UNTIL + timedelta(days=1)))
    found = verify(MemoryFiles(files, locks={**locks, proof: Lock("", None)}), now=NOW).findings
    assert [(f.kind, f.name) for f in found] == [("shortened", proof)]


def test_objects_are_held_to_their_records(room):
    (name,) = [name for name in room.files() if name.startswith("objects/")]
    gone, changed = room.files(), {**room.files(), name: b"other"}
    del gone[name]
    assert set(findings(gone)) == {("missing", name)}
    assert set(findings(changed)) == {("changed", name)}


def test_an_object_is_not_called_extra_when_the_record_that_names_it_is_gone(room):
    files = room.files()
    for shard in "ab":
        for segment in segments_of(room, shard):
            del files[segment]
    report = verify(MemoryFiles(files), now=NOW)
    assert {finding.kind for finding in report.findings} == {"missing"}
    assert [note for note in report.notes if note.startswith("objects/")]


@pytest.mark.parametrize(
    ("lock", "words"),
    [
        (Lock("", None), "not locked"),
        (Lock("GOVERNANCE", UNTIL - timedelta(days=9)), "locked until 2026-10-13T"),
    ],
    ids=["none", "earlier"],
)
def test_a_shortened_lock_is_named(room, lock, words):
    files = room.files()
    for name in files:
        locks = dict.fromkeys(files, Lock("GOVERNANCE", UNTIL + timedelta(days=1)))
        report = verify(MemoryFiles(files, locks={**locks, name: lock}), now=NOW)
        assert {(f.kind, f.name) for f in report.findings} == {("shortened", name)}
        assert words in report.findings[0].detail


def test_a_weaker_lock_is_named(room):
    files = room.files()
    segment = segments_of(room, "a")[-1]
    files[manifest_name(segment)] = vouching(files, segment, lock_mode="COMPLIANCE")
    locks = dict.fromkeys(files, Lock("GOVERNANCE", UNTIL + timedelta(days=1)))
    found = verify(MemoryFiles(files, locks=locks), now=NOW).findings
    assert {(f.kind, f.name) for f in found} == {
        ("shortened", segment),
        ("shortened", manifest_name(segment)),
    }
    strong = dict.fromkeys(files, Lock("COMPLIANCE", UNTIL + timedelta(days=1)))
    assert verify(MemoryFiles(files, locks=strong), now=NOW).findings == []


def test_overwritten_and_hidden_objects_are_named_and_read_below(room):
    segment = segments_of(room, "a")[-1]
    entries = {segment: Entry(segment, versions=2, hidden=True)}
    found = verify(MemoryFiles(room.files(), entries=entries), now=NOW).findings
    assert [(f.kind, f.name) for f in found] == [("extra", segment), ("missing", segment)]


def test_a_manifest_that_lacks_a_field_is_named_whichever_it_is(room):
    name = manifest_name(segments_of(room, "a")[0])
    whole = json.loads(room.files()[name])
    assert whole["previous"] is None  # a field that may be empty, and may not be missing
    for field in whole:
        files = room.files()
        files[name] = json.dumps({k: v for k, v in whole.items() if k != field}).encode()
        assert ("changed", name) in findings(files), field


@given(data=st.data())
def test_no_byte_anywhere_can_be_changed_unnoticed(room, data):
    files = room.files()
    name = data.draw(st.sampled_from(sorted(files)))
    at = data.draw(st.integers(0, len(files[name]) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != files[name][at]))
    files[name] = files[name][:at] + bytes([other]) + files[name][at + 1 :]
    assert findings(files, heads=room.heads.heads)


@given(data=st.data())
def test_nothing_can_be_taken_away_or_cut_short_unnoticed(room, data):
    files = room.files()
    for name in data.draw(st.sets(st.sampled_from(sorted(files)), min_size=1)):
        if data.draw(st.booleans()):
            del files[name]
        else:
            files[name] = files[name][: data.draw(st.integers(0, len(files[name]) - 1))]
    assert findings(files, heads=room.heads.heads)


def test_verification_needs_nothing_but_python():
    """So that an auditor can run it anywhere, from the source alone."""
    root = Path(__file__).parents[3]
    code = "import functions.core.archive.verify"
    subprocess.run([sys.executable, "-S", "-c", code], cwd=root, env={}, check=True)  # noqa: S603 (our own code)


def test_heads_of_another_shard_do_not_help(room):
    heads = {"c": replace(room.heads.heads["a"], manifest="segments/2026/09/22/c/1.manifest.json")}
    assert findings(room.files(), heads=heads) == [("missing", heads["c"].manifest)]
