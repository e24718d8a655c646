"""`amana archive verify`: the archive of a stage, of a bucket, or a copy of it in a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rich.markup import escape

from cli.errors import CliError
from cli.local.aws import LOCAL_CONFIG
from functions.core.archive.aws import DynamoHeads
from functions.core.archive.segment import Head
from functions.core.archive.verify import Entry, Lock, Report, verify
from functions.core.runtime.errors import StoreUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from cli.progress import Progress
    from cli.stage import Stage

# An archiver writes the manifest right after its segment, or its batch comes again within this.
_AT_WORK = timedelta(minutes=15)


def verify_archive(target: str | None, stage: "Stage | None", progress: "Progress") -> bool:
    """Says what was found, a line each, and a summary; True when there are no findings.

    `target`: a folder or s3://bucket; without one the stage's own bucket. A stage also tells how
    far the archive must reach.
    """
    with _explained():
        heads = _heads(stage) if stage else {}
        report = verify(_files(target, stage), heads=heads)
    for note in report.notes:
        progress.note(note)
    for finding in report.findings:
        progress.say(escape(str(finding)))
    progress.say(_summary(report, heads_known=stage is not None))
    return not report.findings


def _summary(report: Report, *, heads_known: bool) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(report.kinds.items()))
    counted = (
        f"{report.kinds.total()} records ({kinds or 'none'}) in {report.segments} segments of "
        f"{report.shards} shards, {report.objects} large objects, {report.bytes} bytes, "
        f"{report.proofs} proofs of ended epochs"
    )
    end = "" if heads_known else " Without --stage nobody can tell whether the end was cut off."
    if not report.findings:
        return f"The archive is whole: {counted}.{end}"
    return f"{len(report.findings)} findings. Read: {counted}.{end}"


def _files(target: str | None, stage: "Stage | None") -> "S3Files | FolderFiles":
    if target and not target.startswith("s3://"):
        folder = Path(target)
        if not folder.is_dir():
            raise CliError(f"{target} is no folder. Name one, or a bucket as s3://NAME.")
        return FolderFiles(folder)
    if target:
        return S3Files(_s3(stage), target.removeprefix("s3://").rstrip("/"))
    if stage is None:
        raise CliError("Nothing to verify. Name a folder, s3://BUCKET or --stage STAGE.")
    return S3Files(_s3(stage), stage.outputs("data")["ArchiveBucket"])


def _s3(stage: "Stage | None") -> "S3Client":
    if stage is None:
        return boto3.client("s3")
    return stage.session.client("s3", endpoint_url=stage.endpoint, config=_config(stage))


def _config(stage: "Stage") -> Config | None:
    return LOCAL_CONFIG if stage.endpoint else None


def _heads(stage: "Stage") -> dict[str, Head]:
    """Of all shards, read before anything is listed: what is written meanwhile lies beyond them."""
    client = stage.session.client("dynamodb", endpoint_url=stage.endpoint, config=_config(stage))
    return DynamoHeads(client, stage.outputs("data")["ComplianceTable"]).all()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, StoreUnavailableError) as error:
        raise CliError(
            f"AWS refused: {error}. Reading the archive takes s3:ListBucketVersions, "
            "s3:GetObject, s3:GetObjectVersion and s3:GetObjectRetention, and for a stage "
            "dynamodb:Query on its table."
        ) from error


class FolderFiles:
    """A copy of the bucket in a folder, as `aws s3 sync` makes it: without locks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entries(self) -> Iterator[Entry]:
        names = (p.relative_to(self._folder) for p in self._folder.rglob("*") if p.is_file())
        return (Entry(name) for name in sorted(name.as_posix() for name in names))

    def read(self, name: str) -> tuple[bytes, Lock | None] | None:
        try:
            return (self._folder / name).read_bytes(), None
        except FileNotFoundError:
            return None


@dataclass
class _Versions:
    """Of one name, the oldest last."""

    ids: list[str]
    latest_is_marker: bool
    oldest: datetime


class S3Files:
    """A bucket with all versions: what was written first is what counts."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client, self._bucket = client, bucket
        self._first: dict[str, str] = {}  # version to read, where it is not the only one

    def entries(self) -> Iterator[Entry]:
        now = datetime.now(UTC)
        for name, versions in self._versions():
            hidden, count = versions.latest_is_marker, len(versions.ids)
            if count and (hidden or count > 1):
                self._first[name] = versions.ids[-1]
            recent = count > 0 and now - versions.oldest < _AT_WORK
            yield Entry(name, versions=count, hidden=hidden, recent=recent)

    def read(self, name: str) -> tuple[bytes, Lock | None] | None:
        wanted: dict[str, Any] = {"Bucket": self._bucket, "Key": name}
        if name in self._first:
            wanted["VersionId"] = self._first[name]
        try:
            found: Any = self._client.get_object(**wanted)
        except self._client.exceptions.NoSuchKey:
            return None
        data = found["Body"].read()
        if "ObjectLockRetainUntilDate" in found:
            return data, Lock(found["ObjectLockMode"], found["ObjectLockRetainUntilDate"])
        return data, self._lock(wanted)

    def _lock(self, wanted: dict[str, Any]) -> Lock:
        """S3 leaves the lock out of an answer to whoever may not know it: ask in so many words."""
        try:
            told = self._client.get_object_retention(**wanted)["Retention"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("NoSuchObjectLockConfiguration", "InvalidRequest"):
                return Lock("", None)
            raise
        return Lock(told.get("Mode", ""), told.get("RetainUntilDate"))

    def _versions(self) -> Iterator[tuple[str, _Versions]]:
        """By name; a page may end within the versions of one name."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket)
        waiting: dict[str, _Versions] = {}
        for page in pages:
            for version in page.get("Versions", []):
                _note(waiting, version, is_marker=False)
            for marker in page.get("DeleteMarkers", []):
                _note(waiting, marker, is_marker=True)
            for name in sorted(waiting)[:-1]:
                yield name, waiting.pop(name)
        yield from sorted(waiting.items())


def _note(waiting: dict[str, _Versions], one: Any, *, is_marker: bool) -> None:
    known = waiting.setdefault(one["Key"], _Versions([], False, one["LastModified"]))
    known.oldest = min(known.oldest, one["LastModified"])
    if is_marker:
        known.latest_is_marker = known.latest_is_marker or one["IsLatest"]
    else:
        known.ids.append(one["VersionId"])
