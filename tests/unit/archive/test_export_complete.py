"""An export says what it could not hold: gaps are named, destroyed content is no error."""

import json

import pytest

from functions.core.archive.exports import policy
from functions.core.archive.exports.errors import ExportTooLargeError, NotPlannedError
from functions.core.archive.segment import manifest_name
from functions.core.archive.store import Kept
from tests.fakes.exports import Office
from tests.fakes.story import ADA, contact_id, medium, node, png, say, send

CANARY = "canary Quetzalcoatl"


@pytest.fixture
def office():
    """Three segments of one message each."""
    office = Office()
    for number in range(3):
        say(office, f"wamid.{number}", text=f"number {number}")
        office.archive()
    return office


def exported(office, key="key-1", **asked):
    export = office.run(office.ask(key, **{"contact_id": contact_id(office), **asked}))
    return json.loads(office.fetched(export, "export.json"))


def words(document):
    return [e["message"]["content"].get("text", {}).get("body") for e in document["entries"]]


def gaps(document):
    told = document["completeness"]
    assert told["complete"] == (not told["findings"] and not told["contents_unreadable"])
    assert told["gaps"] == len(told["findings"])
    return [finding.split(": ")[:2] for finding in told["findings"]]


def test_a_missing_segment_is_named_and_the_rest_is_exported(office):
    gone = office.room.segments()[1]
    del office.room.vault.objects[gone]
    document = exported(office)
    assert words(document) == ["number 0", "number 2"]
    assert gaps(document) == [["missing", gone]]
    shown = office.giving.show(next(iter(office.store.exports)), client_id="auditor")
    assert shown["completeness"]["complete"] is False


def test_a_changed_segment_is_named_and_nothing_of_it_is_believed(office):
    changed = office.room.segments()[1]
    office.room.vault.objects[changed] = Kept(office.room.files()[changed] + b" ", None)
    document = exported(office)
    assert words(document) == ["number 0", "number 2"]
    assert gaps(document) == [["changed", changed]]


def test_a_pair_cut_out_is_missed_by_the_chain(office):
    gone = office.room.segments()[1]
    for name in (gone, manifest_name(gone)):
        del office.room.vault.objects[name]
    assert gaps(exported(office)) == [["missing", manifest_name(gone)]]


def test_an_end_cut_off_is_missed_by_the_head(office):
    last = office.room.segments()[-1]
    for name in (last, manifest_name(last)):
        del office.room.vault.objects[name]
    assert gaps(exported(office)) == [["missing", manifest_name(last)]]


def test_a_whole_shard_that_is_gone_is_missed_by_its_head(office):
    for name in office.room.files():
        del office.room.vault.objects[name]
    assert gaps(exported(office)) == [["missing", office.room.heads.heads["one"].manifest]]


def test_a_manifest_that_is_none_is_named(office):
    name = manifest_name(office.room.segments()[-1])
    office.room.vault.objects[name] = Kept(b"{}", None)
    assert ["changed", name] in gaps(exported(office))


def test_gaps_are_found_across_parts_as_within_them(office, monkeypatch):
    monkeypatch.setattr(policy, "number", numbers(part_segments=1))
    whole = exported(office, "whole")
    assert office.store.load(next(iter(office.store.exports))).parts == 3
    assert gaps(whole) == []
    gone = office.room.segments()[1]
    for name in (gone, manifest_name(gone)):
        del office.room.vault.objects[name]
    assert gaps(exported(office, "cut")) == [["missing", manifest_name(gone)]]


def numbers(**changes):
    real = policy.number

    def number(*path):
        return changes.get(path[-1], real(*path))

    return number


def test_what_lies_before_the_range_is_not_missed(office):
    office.clock.now += 60 * policy.DAY_MS
    say(office, "wamid.late", text="much later")
    office.archive()
    first = office.room.segments()[0]
    for name in (first, manifest_name(first)):
        del office.room.vault.objects[name]
    document = exported(office, from_ms=office.clock.now - policy.DAY_MS)
    assert gaps(document) == []
    assert words(document) == ["much later"]
    assert document["completeness"]["segments"] == 1


def test_a_destroyed_key_leaves_a_notice_with_its_date_and_no_error(office):
    medium(office, "f_1", wamid="wamid.0", data=png(), mime="image/png")
    send(office, {"type": "text", "text": {"body": "Hi"}}, send_state="accepted", wamid="w")
    office.archive()
    key = office.keys.keys[f"{node(office)}~0"]
    asked = {"contact_id": contact_id(office)}
    office.keys.destroy(key, now_ms=1_790_000_123_000)
    office.ring._held.clear()
    document = exported(office, **asked)
    views = [entry["message"] for entry in document["entries"]]
    assert {view["destroyed_at"] for view in views} == {"2026-09-21T14:15:23.000Z"}
    assert all(view["is_destroyed"] for view in views)
    assert [view["type"] for view in views] == ["text"] * 4
    assert gaps(document) == []
    assert document["completeness"]["contents_destroyed"] > 4
    record = document["entries"][0]["records"][0]
    told = {"why": "destroyed", "destroyed_ms": 1_790_000_123_000}
    assert record["not_readable"] == {"raw": told}
    assert "number 0" not in json.dumps(document)


def test_a_person_whose_key_is_gone_leaves_the_others_readable(office):
    say(office, "wamid.b", sender="15550100022", text="from Bob")
    office.archive()
    office.keys.destroy(office.keys.keys[f"{node(office, ADA)}~0"], now_ms=1)
    office.ring._held.clear()
    assert "from Bob" in words(exported(office, contact_id=None, from_ms=0))


def test_a_ciphertext_that_does_not_open_is_told_and_counted(office):
    export = office.ask(contact_id=contact_id(office))
    key_id = f"{node(office)}~0"
    del office.keys.keys[key_id]
    office.ring._held.clear()
    office.ring.prepare([key_id], create=True)  # another key of the same name and version
    document = json.loads(office.fetched(office.run(export), "export.json"))
    told = document["completeness"]
    assert (told["complete"], told["contents_unreadable"]) == (False, 3)
    assert document["entries"][0]["unreadable"] == ["refused"]
    assert document["export"]["people"][0]["name"] is None, "a name does not open either"


def test_a_large_content_that_was_never_archived_is_told(office):
    say(office, "wamid.large", text="x" * 100_000)
    office.room.source.objects.clear()
    office.archive()
    document = exported(office)
    assert document["entries"][-1]["unreadable"] == ["missing"]
    assert document["completeness"]["contents_unreadable"] == 1


def test_a_large_content_that_was_changed_is_told(office):
    say(office, "wamid.large", text="x" * 100_000)
    office.archive()
    name = next(name for name in office.room.files() if name.startswith("objects/"))
    office.room.vault.objects[name] = Kept(b"other", None)
    assert exported(office)["entries"][-1]["unreadable"] == ["refused"]


def test_nothing_in_the_exports_bucket_is_readable(office):
    say(office, "wamid.c", text=CANARY)
    office.archive()
    export = office.run(office.ask(contact_id=contact_id(office), reason=CANARY))
    assert CANARY.encode() in office.fetched(export, "export.json")
    assert len(office.bucket.objects) >= 6
    for name, data in office.bucket.objects.items():
        # long enough not to stand in random bytes once in a while
        for secret in (CANARY, ADA, "wamid"):
            assert secret.encode() not in data
            assert secret not in name
    assert CANARY not in repr(export)
    assert CANARY.encode() not in export.sealed_reason


def test_what_lies_on_disk_meanwhile_is_not_readable_and_goes(office, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []

    def looked(*_):
        seen.extend(path.read_bytes() for path in tmp_path.rglob("*.sqlite"))
        return office.files.writing.__wrapped__

    say(office, "wamid.c", text=CANARY * 1000)
    office.archive()
    worker = office.worker()
    export = office.ask(contact_id=contact_id(office))
    sections = worker.assembler._people.of_section
    monkeypatch.setattr(
        worker.assembler._people, "of_section", lambda *a: (looked(), sections(*a))[1]
    )
    worker.run(export.id)
    assert seen
    assert not any(CANARY.encode() in data or b"wamid" in data for data in seen)
    assert list(tmp_path.rglob("*")) == []


def test_more_than_an_export_may_hold_is_refused_by_name(office, monkeypatch):
    monkeypatch.setattr(policy, "number", numbers(largest=100))
    with pytest.raises(ExportTooLargeError):
        exported(office)


def test_a_step_without_a_plan_is_refused(office):
    export = office.ask(contact_id=contact_id(office))
    with pytest.raises(NotPlannedError):
        office.worker().collector.collect(export.id, 0)
    with pytest.raises(NotPlannedError):
        office.worker().assembler.assemble(export.id)


def test_an_empty_archive_gives_an_empty_export():
    office = Office()
    say(office, "wamid.1", text="not archived yet")
    document = exported(office)
    assert (document["entries"], gaps(document)) == ([], [])
