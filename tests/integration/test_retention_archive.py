"""Segments whose lock has ended go with what they name; what is held or locked stays (moto)."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from functions.core.archive.segment import (
    Head,
    Retention,
    SegmentWriter,
    head_after,
    manifest_name,
    manifest_of,
    segment_name,
)
from functions.core.archive.verify import Entry, Lock, verify
from functions.core.runtime import clock
from tests.fakes import retention
from tests.fakes.retention import NOW, NUMBER, World, ago, run

SHARD = "shardId-1"
RETENTION = Retention("GOVERNANCE", 30, "non-production")


@pytest.fixture
def world(monkeypatch):
    with mock_aws():
        retention.create_stores()
        retention.environment(monkeypatch)
        monkeypatch.setattr(clock, "now_ms", lambda: NOW)
        yield World()


def archived(node, days, number, head, *, large=False, lock=None):
    """A segment with one message of a person, and its manifest; where the chain stands then."""
    stored = datetime.fromtimestamp(ago(days) / 1000, UTC)
    name = segment_name(f"{stored:%Y/%m/%d}", SHARD, number)
    content = {"key": f"{node}~0", "store": "media", "record": f"updates/{number}"}
    record = {
        "v": 1, "id": f"record{number}", "kind": "message", "sequence": str(number),
        "stored_at": stored.isoformat(timespec="milliseconds"),
        "retention_class": "non-production", "phone_number_id": NUMBER, "subject": node,
        "at_ms": ago(days),
    }  # fmt: skip
    if large:
        data = f"sealed {number}".encode()
        put(f"objects/updates/{number}/record{number}", data, lock)
        record["content"] = {**content, "object": f"objects/updates/{number}/record{number}"}
        record["content_sha256"] = hashlib.sha256(data).hexdigest()
    writer = SegmentWriter(name)
    writer.add(record)
    segment = writer.finish()
    until = RETENTION.until(record["stored_at"])
    manifest = manifest_of(segment, shard=SHARD, retention=RETENTION, until=until, previous=head)
    put(name, segment.data, lock)
    put(manifest_name(name), manifest, lock)
    return head_after(segment, manifest)


def put(name, data, lock):
    locked = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": lock} if lock else {}
    boto3.client("s3").put_object(Bucket="archive", Key=name, Body=data, **locked)


def left():
    page = boto3.client("s3").list_object_versions(Bucket="archive", Prefix="segments/")
    assert not page.get("DeleteMarkers")
    return {each["Key"].rpartition("/")[2][:40].lstrip("0") for each in page.get("Versions", [])}


class Bucket:
    """As a verifier reads it; locks are looked at elsewhere."""

    def entries(self):
        listed = boto3.client("s3").list_objects_v2(Bucket="archive")["Contents"]
        return iter([Entry(each["Key"]) for each in listed])

    def read(self, name):
        listed = {entry.name for entry in self.entries()}
        if name not in listed:
            return None
        body = boto3.client("s3").get_object(Bucket="archive", Key=name)["Body"].read()
        until = datetime.fromtimestamp(NOW / 1000, UTC) + timedelta(days=400)
        return body, Lock("GOVERNANCE", until)


def chain(*segments):
    head: Head | None = None
    for number, (node, days) in enumerate(segments, 1):
        head = archived(node, days, number, head, large=True)
    return head


def test_segments_past_their_lock_go_with_manifest_and_objects_and_the_archive_still_verifies(
    world,
):
    head = chain(("n1", 50), ("n2", 40), ("n1", 20))
    told = run()
    assert told["counts"] == {"archive.segment": 2, "archive.manifest": 2, "archive.object": 2}
    assert left() == {"3"}
    report = verify(Bucket(), heads={SHARD: head}, now=datetime.fromtimestamp(NOW / 1000, UTC))
    assert not report.findings
    assert any("past their retention" in note for note in report.notes)


def test_what_a_hold_covers_stays_as_a_whole_and_is_counted(world):
    head = chain(("n1", 50), ("n2", 40), ("n1", 35))
    world.hold("n2", from_ms=ago(41), until_ms=ago(39))
    told = run()
    assert told["held"] == {"h_1": 1}
    assert left() == {"2"}
    # the one that stays, between two that are gone, is no gap
    report = verify(Bucket(), now=datetime.fromtimestamp(NOW / 1000, UTC))
    assert not report.findings
    assert head is not None


def test_a_hold_that_does_not_reach_so_far_back_keeps_nothing(world):
    chain(("n1", 50))
    world.hold("n1", from_ms=ago(30))
    run()
    assert left() == set()


def test_what_is_locked_still_stays_whatever_its_age_says(world):
    now = datetime.now(UTC)
    archived("n1", 50, 1, None, lock=now + timedelta(days=900))
    assert run()["counts"] == {}
    assert left() == {"1"}


def test_a_legal_hold_on_the_object_keeps_the_segment(world):
    archived("n1", 50, 1, None)
    for each in boto3.client("s3").list_objects_v2(Bucket="archive")["Contents"]:
        boto3.client("s3").put_object_legal_hold(
            Bucket="archive", Key=each["Key"], LegalHold={"Status": "ON"}
        )
    assert run()["counts"] == {}


def test_the_disposition_names_the_manifests_and_their_hashes(world):
    head = chain(("n1", 50))
    told = run()
    s3 = boto3.client("s3")
    document = json.loads(s3.get_object(Bucket="archive", Key=told["document"])["Body"].read())
    (name,) = document["ids"]
    ids = json.loads(s3.get_object(Bucket="archive", Key=name)["Body"].read())["ids"]
    assert ids == [f"{head.manifest}|{head.sha256}"]


def test_a_rehearsal_counts_them_and_leaves_them(world):
    chain(("n1", 50), ("n2", 40))
    assert run("dry", dry_run=True)["counts"] == {
        "archive.segment": 2,
        "archive.manifest": 2,
        "archive.object": 2,
    }
    assert left() == {"1", "2"}
