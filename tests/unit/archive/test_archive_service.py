"""Segments, manifests and the chain: what stands where after a batch, and after many."""

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from functions.core.archive.errors import ArchiveDamagedError
from functions.core.archive.segment import Head, manifest_name, segment_name
from functions.core.archive.store import Kept
from tests.fakes.archive import NOON, Room, change, fact, history, message

UNTIL = datetime(2026, 10, 21, 14, 13, 20, tzinfo=UTC)  # 30 days


def manifest(room, segment):
    return json.loads(room.files()[manifest_name(segment)])


def test_a_batch_becomes_one_segment_with_its_manifest_and_the_head_moves():
    room = Room()
    done = room.archive(history([(0, "fact"), (0, "bookkeeping"), (1, "two facts")]))
    name = "segments/2026/09/21/one/" + "10".zfill(40) + ".ndjson.gz"
    assert sorted(room.files()) == [manifest_name(name), name]
    data, told = room.files()[name], manifest(room, name)
    plain = gzip.decompress(data)
    assert told == {
        "v": 1,
        "segment": name,
        "shard": "one",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "plain_sha256": hashlib.sha256(plain).hexdigest(),
        "plain_bytes": len(plain),
        "records": 3,
        "lost": 0,
        "kinds": {"message": 2, "status": 1},
        "first_sequence": "10",
        "last_sequence": "30",
        "first_stored_at": "2026-09-21T14:13:20.000Z",
        "last_stored_at": "2026-09-21T14:13:21.000Z",
        "retention_class": "communications",
        "retain_until": "2026-10-21T14:13:21Z",
        "lock_mode": "GOVERNANCE",
        "previous": None,
    }
    assert [json.loads(line)["kind"] for line in plain.splitlines()] == [
        "message",
        "message",
        "status",
    ]
    digest = hashlib.sha256(room.files()[manifest_name(name)]).hexdigest()
    assert room.heads.read("one") == Head(30, manifest_name(name), digest)
    assert (done.segments, done.kinds) == (1, {"message": 2, "status": 1})


def test_everything_is_locked_for_the_time_of_its_class():
    room = Room()
    room.source.objects["updates/large"] = b"ciphertext"
    room.archive(history([(0, "large")]))
    assert {kept.until for kept in room.vault.objects.values()} == {UNTIL}
    assert len(room.vault.objects) == 3


def test_manifests_form_a_chain_in_each_shard():
    room = Room()
    steps = history([(0, "fact")] * 4)
    for index, shard in enumerate(["a", "b", "a", "b"]):
        room.archive([steps[index]], shard)
    for shard, first, second in (("a", 10, 30), ("b", 20, 40)):
        names = [
            manifest_name(segment_name("2026/09/21", shard, number)) for number in (first, second)
        ]
        told = [json.loads(room.files()[name]) for name in names]
        assert told[0]["previous"] is None
        digest = hashlib.sha256(room.files()[names[0]]).hexdigest()
        assert told[1]["previous"] == {"manifest": names[0], "sha256": digest}


def test_a_batch_over_midnight_gives_a_segment_for_each_day():
    room = Room()
    to_midnight = 86_400 - NOON % 86_400
    room.archive(history([(0, "fact"), (to_midnight - 1, "fact"), (to_midnight, "two facts")]))
    assert [name[9:19] for name in room.segments()] == ["2026/09/21", "2026/09/22"]
    assert [manifest(room, name)["records"] for name in room.segments()] == [2, 2]
    second = manifest(room, room.segments()[1])
    assert second["previous"]["manifest"] == manifest_name(room.segments()[0])
    assert second["retain_until"] == "2026-10-22T00:00:00Z"


def test_a_batch_without_anything_to_keep_writes_nothing():
    room = Room()
    assert room.archive(history([(0, "bookkeeping")])).segments == 0
    assert room.archive([]).segments == 0
    assert room.files() == {}
    assert room.heads.read("one") is None


def test_changes_that_come_again_are_skipped():
    room = Room()
    steps = history([(0, "fact")] * 5)
    room.archive(steps[:3])
    before = dict(room.files())
    assert room.archive(steps[:3]).segments == 0
    assert room.files() == before
    assert room.archive(steps).kinds == {"message": 2}
    assert len(room.lines()) == 5


def test_parts_of_a_second_do_not_shorten_a_lock():
    room = Room()
    room.archive(history([(0.25, "fact")]))
    assert {kept.until for kept in room.vault.objects.values()} == {UNTIL + timedelta(seconds=1)}


def test_large_content_is_copied_before_the_record_that_names_it():
    room = Room()
    room.source.objects["updates/large"] = b"ciphertext"
    room.archive(history([(0, "large")]))
    (record,) = [json.loads(line) for line in room.lines()]
    digest = hashlib.sha256(b"ciphertext").hexdigest()
    assert record["content"]["object"] == f"objects/updates/large/{record['id']}"
    assert record["content_sha256"] == digest
    assert room.files()[record["content"]["object"]] == b"ciphertext"


def test_large_content_named_again_later_is_copied_again_with_a_lock_of_its_own():
    room = Room()
    room.source.objects["updates/large"] = b"ciphertext"
    room.archive(history([(0, "large"), (86_400, "large")]))
    kept = [kept for name, kept in room.vault.objects.items() if name.startswith("objects/")]
    assert sorted(one.until for one in kept) == [UNTIL, UNTIL + timedelta(days=1)]


def test_large_content_copied_by_a_try_that_died_counts_as_it_was_copied():
    room, other = Room(), Room()
    steps = history([(0, "large")])
    other.source.objects["updates/large"] = b"ciphertext"
    other.archive(steps)
    (name,) = [name for name in other.files() if name.startswith("objects/")]
    room.vault.objects[name] = Kept(b"as it was", None)
    room.source.objects["updates/large"] = b"ciphertext"
    room.archive(steps)
    (record,) = [json.loads(line) for line in room.lines()]
    assert record["content_sha256"] == hashlib.sha256(b"as it was").hexdigest()


def test_large_content_that_is_gone_is_counted_and_holds_up_nothing():
    room = Room()
    done = room.archive(history([(0, "large"), (0, "fact")]))
    assert (done.lost, done.kinds) == (1, {"message": 2})
    lost, whole = [json.loads(line) for line in room.lines()]
    assert lost["content"]["missing"] is True
    assert "content_sha256" not in lost
    assert "missing" not in whole["content"]
    assert manifest(room, room.segments()[0])["lost"] == 1


def test_a_segment_stored_by_a_longer_batch_is_taken_as_it_is():
    """A function died after its first call; the stream then cut the batch in two."""
    room, other = Room(), Room()
    steps = history([(0, "fact")] * 5)
    other.archive(steps)
    (name,) = other.segments()
    room.vault.objects[name] = Kept(other.files()[name], None)
    room.archive(steps[:2])
    assert manifest(room, name)["records"] == 5
    assert room.heads.read("one").sequence == 50
    assert room.archive(steps[2:]).segments == 0
    assert len(room.lines()) == 5


def test_a_segment_stored_by_a_shorter_batch_is_taken_as_it_is():
    room, other = Room(), Room()
    steps = history([(0, "fact")] * 5)
    other.archive(steps[:2])
    (name,) = other.segments()
    room.vault.objects[name] = Kept(other.files()[name], None)
    room.archive(steps)
    assert [manifest(room, each)["records"] for each in room.segments()] == [2, 3]
    assert len(room.lines()) == 5


def test_the_manifest_tells_the_lock_that_a_stored_segment_has():
    room, other = Room(), Room()
    steps = history([(0, "fact")])
    other.archive(steps)
    (name,) = other.segments()
    longer = datetime(2030, 1, 1, tzinfo=UTC)
    room.vault.objects[name] = Kept(other.files()[name], longer)
    room.archive(steps)
    assert manifest(room, name)["retain_until"] == "2030-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "data",
    [b"", b"no gzip", gzip.compress(b"{}", mtime=0), gzip.compress(b"[]\n", mtime=0)],
    ids=["empty", "not gzip", "not a record", "not an object"],
)
def test_a_damaged_segment_stops_the_shard_and_is_not_passed_over(data):
    room = Room()
    steps = history([(0, "fact")])
    room.vault.objects[segment_name("2026/09/21", "one", 10)] = Kept(data, None)
    with pytest.raises(ArchiveDamagedError):
        room.archive(steps)
    assert room.heads.read("one") is None


def test_a_foreign_manifest_stops_the_shard():
    room = Room()
    name = manifest_name(segment_name("2026/09/21", "one", 10))
    room.vault.objects[name] = Kept(b'{"sha256": "other"}', None)
    with pytest.raises(ArchiveDamagedError):
        room.archive(history([(0, "fact")]))
    assert room.heads.read("one") is None


def test_the_same_changes_give_the_same_bytes():
    first, second = Room(), Room()
    for room in (first, second):
        room.archive(history([(0, "fact"), (1, "two facts")]))
    assert first.files() == second.files()


def test_an_unknown_item_holds_up_nothing():
    room = Room()
    novel = change(15, new={"pk": "NOVELTY#1", "sk": "X"})
    known = [change(number, new=message(f"w_{number}", f=fact())) for number in (10, 20)]
    assert room.archive([known[0], novel, known[1]]).kinds == {"message": 2, "unknown": 1}
