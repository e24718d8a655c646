"""`amana archive verify` as a person runs it: lines, a summary, an exit code."""

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from cli.archive import S3Files
from cli.errors import CliError
from cli.main import main
from functions.core.archive.aws import DynamoHeads, S3Vault
from functions.core.archive.verify import Lock, verify
from tests.fakes.archive import NOW_UTC, Room, create_archive, history


@pytest.fixture(scope="module")
def room():
    room = Room()
    room.source.objects["updates/large"] = b"ciphertext"
    for step in history([(0, "fact"), (1, "large"), (2, "two facts")], at=NOW_UTC.timestamp()):
        room.archive([step])
    return room


@pytest.fixture
def folder(room, tmp_path):
    for name, data in room.files().items():
        path = tmp_path / "copy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "copy"


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["archive", "verify", *map(str, arguments)])
    told = capsys.readouterr()
    return ended.value.code, told.out.splitlines(), told.err


def test_a_whole_copy_is_told_in_one_line(folder, capsys):
    code, lines, _ = run(capsys, folder)
    assert code == 0
    (line,) = lines
    assert line.startswith("The archive is whole: 4 records (3 message, 1 status) in 3 segments")
    assert "--stage" in line, "a copy cannot tell whether its end was cut off"


def test_findings_are_told_a_line_each_with_a_summary_and_an_exit_code(folder, room, capsys):
    first, second, third = room.segments()
    (folder / first).unlink()
    (folder / second).write_bytes(b"[bold]other")
    (folder / "extra.txt").write_text("x")
    code, lines, _ = run(capsys, folder)
    assert code == 1
    told = [line.split(": ")[:2] for line in lines[:-1] if not line.startswith("  ")]
    assert sorted(told) == [["changed", second], ["extra", "extra.txt"], ["missing", first]]
    assert lines[-1].startswith("3 findings. Read: 2 records")
    assert third not in "".join(lines)


def test_what_cannot_be_verified_says_what_to_do(tmp_path, capsys):
    code, _, err = run(capsys, tmp_path / "nowhere")
    assert (code, "s3://" in err) == (1, True)
    code, _, err = run(capsys)
    assert (code, "--stage" in err) == (1, True)


@pytest.fixture
def bucket(room):
    with mock_aws():
        create_archive()
        vault = S3Vault(boto3.client("s3"), "archive", mode="GOVERNANCE")
        for name, kept in room.vault.objects.items():
            vault.add(name, kept.data, until=kept.until)
        yield boto3.client("s3")


def findings(client):
    return {(f.kind, f.name) for f in verify(S3Files(client, "archive")).findings}


def test_a_bucket_is_read_with_its_locks(bucket, capsys):
    assert findings(bucket) == set()
    code, lines, _ = run(capsys, "s3://archive")
    assert (code, len(lines)) == (0, 1)


def test_more_versions_than_one_page_lists_are_put_together(bucket, room):
    names = sorted(room.files())
    for _ in range(3):
        bucket.put_object(Bucket="archive", Key=names[1], Body=b"overwritten")
    bucket.delete_object(Bucket="archive", Key=names[2])
    paged = S3Files(Paged(bucket), "archive")
    entries = {entry.name: entry for entry in paged.entries()}
    assert list(entries) == names
    assert [entries[name].versions for name in names[:3]] == [1, 4, 1]
    assert [entries[name].hidden for name in names[:4]] == [False, False, True, False]
    kept = room.files()
    assert [paged.read(name)[0] for name in names] == [kept[name] for name in names]


def test_overwriting_and_hiding_are_named_and_what_was_first_is_verified(bucket, room):
    first, second, _ = room.segments()
    bucket.put_object(Bucket="archive", Key=first, Body=b"overwritten")
    bucket.delete_object(Bucket="archive", Key=second)
    assert findings(bucket) == {("extra", first), ("missing", second)}


class Paged:
    """Two versions a page, as a large bucket gives a thousand."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        return getattr(self._client, name)

    def get_paginator(self, name):
        paginator = self._client.get_paginator(name)

        class Small:
            def paginate(self, **wanted):
                return paginator.paginate(**wanted, PaginationConfig={"PageSize": 2})

        return Small()


class Silent:
    """S3 to somebody it does not tell about locks unless asked for them."""

    def __init__(self, client, answer):
        self._client, self._answer = client, answer

    def __getattr__(self, name):
        return getattr(self._client, name)

    def get_object(self, **wanted):
        found = self._client.get_object(**wanted)
        return {name: found[name] for name in found if not name.startswith("ObjectLock")}

    def get_object_retention(self, **_):
        if isinstance(self._answer, str):
            raise ClientError({"Error": {"Code": self._answer, "Message": ""}}, "x")
        return {"Retention": self._answer}


def test_a_lock_that_an_answer_leaves_out_is_asked_for(bucket, room):
    name = room.segments()[0]
    told = {"Mode": "COMPLIANCE", "RetainUntilDate": NOW_UTC}
    assert S3Files(Silent(bucket, told), "archive").read(name)[1] == Lock("COMPLIANCE", NOW_UTC)
    none = S3Files(Silent(bucket, "NoSuchObjectLockConfiguration"), "archive")
    assert none.read(name)[1] == Lock("", None)
    with pytest.raises(ClientError):
        S3Files(Silent(bucket, "AccessDenied"), "archive").read(name)


def test_a_bucket_that_cannot_be_read_is_no_traceback(bucket, capsys):
    code, _, err = run(capsys, "s3://elsewhere")
    assert code == 1
    assert "s3:GetObjectRetention" in err


class Deployed:
    """A stage with one stack, on whatever stands in for AWS."""

    endpoint = None
    session = boto3

    def outputs(self, _stack):
        return {"ArchiveBucket": "archive", "ComplianceTable": "compliance"}


def test_a_stage_also_tells_how_far_the_archive_must_reach(
    bucket, room, folder, capsys, monkeypatch
):
    monkeypatch.setattr("cli.stage.find_stage", lambda *_, **__: Deployed())
    DynamoHeads(boto3.client("dynamodb"), "compliance").move("one", None, room.heads.heads["one"])
    assert run(capsys, "--stage", "prod")[0] == 0
    last = room.heads.heads["one"].manifest
    (folder / last).unlink()
    (folder / room.segments()[-1]).unlink()
    assert run(capsys, folder)[0] == 0
    code, lines, _ = run(capsys, folder, "--stage", "prod")
    assert code == 1
    assert lines[0].startswith(f"missing: {last}")


def test_a_stage_that_is_not_there_is_explained(tmp_path, capsys, monkeypatch):
    def missing(*_, **__):
        raise CliError("Stack x cannot be read.")

    monkeypatch.setattr("cli.stage.find_stage", missing)
    assert run(capsys, "--stage", "prod")[0] == 1
