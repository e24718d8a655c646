"""`amana audit`: the log checked from its files, the proof of one entry, a receipt of consent."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.markup import escape

from cli.local.aws import LOCAL_CONFIG, local_session
from functions.core.audit.errors import MalformedError
from functions.core.audit.keys import VerifierKey, verifier_key
from functions.core.audit.proof import proof_from
from functions.core.audit.verify import Files, Folder, Report, verify
from functions.core.audit.verify.bucket import Bucket
from functions.core.consent.checking import check

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from cli.progress import Progress
    from cli.stage import Stage

WHOLE, FOUND, UNREADABLE = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`key`, `witness_key`: the key itself or a file that holds it; `until`: ISO 8601.

    `target` None: the bucket of `stage`.
    """

    target: str | None
    key: str
    witness_key: str | None = None
    known: tuple[str, ...] = ()
    until: str | None = None
    profile: str | None = None
    region: str | None = None
    stage: "Stage | None" = None


class _UnreadableError(Exception):
    """One sentence on what could not be read."""


def verify_log(asked: Asked, progress: "Progress") -> int:
    """Says what was found, a line each, and where the log ends. 0: nothing; 1: findings; 2: no."""
    with _told(progress) as failed:
        now = datetime.now(UTC)
        key, witness = _key(asked.key), _key(asked.witness_key) if asked.witness_key else None
        files, is_live = _files(asked)
        report = verify(
            files,
            key=key,
            witness=witness,
            known=[(name, _bytes(name)) for name in asked.known],
            until=_moment(asked.until) if asked.until else now if is_live else None,
            now=now,
            processes=os.cpu_count() or 1,
        )
        for finding in report.findings:
            progress.say(escape(str(finding)))
        for note in report.notes:
            progress.note(note)
        progress.say(escape(_summary(report, reaches=bool(asked.until or is_live))))
        return FOUND if report.findings else WHOLE
    return failed.code


def check_proof(path: str, key_text: str, progress: "Progress") -> int:
    """Prints the entry when it is in the log that the key signed."""
    with _told(progress) as failed:
        key, data = _key(key_text), _bytes(path)
        try:
            proof = proof_from(data)
        except MalformedError as error:
            progress.fail(f"{path}: {error}.")
            return FOUND
        signed = proof.checkpoint
        if signed.origin != key.name or not key.has_signed(signed):
            progress.fail(f"{path}: its checkpoint is not signed by {key.name}+{key.id.hex()}.")
            return FOUND
        if not proof.holds():
            progress.fail(f"{path}: the entry is not in the log of its checkpoint.")
            return FOUND
        progress.note(f"entry {proof.index} of {signed.size} in {signed.origin}")
        progress.say(escape(proof.entry.decode("ascii", "backslashreplace")))
        return WHOLE
    return failed.code


def check_receipt(path: str, key_text: str, progress: "Progress") -> int:
    """Says what the receipt proves, or a line for everything that is wrong with it."""
    with _told(progress) as failed:
        checked = check(_bytes(path), _key(key_text))
        for line in checked.findings or (checked.says,):
            progress.say(escape(line))
        return FOUND if checked.findings else WHOLE
    return failed.code


def _summary(report: Report, *, reaches: bool) -> str:
    end = f"; it ends at {report.last.isoformat()}" if report.last else ""
    counted = (
        f"{report.entries} entries of {report.writers} writers in {report.batches} batches{end}"
    )
    if report.findings:
        return f"{report.counts.total()} findings. Read: {counted}."
    unsure = "" if reaches else " Without --until nobody can tell whether the end was cut off."
    return f"The audit log is whole: {counted}.{unsure}"


def _files(asked: Asked) -> tuple[Files, bool]:
    """Where to read, and whether it is the log itself, which reaches to this moment."""
    if asked.stage is not None and asked.target is None:
        name = asked.stage.outputs("data")["AuditBucket"]
        endpoint = asked.stage.endpoint
        connect = partial(_s3, asked.profile, asked.region, endpoint)
        return Bucket(connect, name).listed(), True
    if asked.target is None:
        raise _UnreadableError("Nothing to verify. Name a folder, s3://BUCKET or --stage STAGE.")
    if asked.target.startswith("s3://"):
        name = asked.target.removeprefix("s3://").rstrip("/")
        return Bucket(partial(_s3, asked.profile, asked.region), name).listed(), True
    folder = Path(asked.target)
    if not folder.is_dir():
        raise _UnreadableError(f"{asked.target} is no folder. Name one, or a bucket as s3://NAME.")
    return Folder(folder), False


def _s3(profile: str | None, region: str | None, endpoint: str | None = None) -> "S3Client":
    if endpoint:
        return local_session().client("s3", endpoint_url=endpoint, config=LOCAL_CONFIG)
    return boto3.Session(profile_name=profile, region_name=region).client("s3")


def _key(told: str) -> VerifierKey:
    """A key has a plus in it twice; anything else is a file's name."""
    text = told
    if told.count("+") < 2:  # noqa: PLR2004 - name+id+base64
        text = _bytes(told).decode("utf-8", "replace")
    try:
        return verifier_key(text)
    except MalformedError as error:
        raise _UnreadableError(f"The key cannot be used: {error}.") from None


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise _UnreadableError(f"{path} cannot be read: {error}.") from None


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _UnreadableError(f"{text} is no time. Write it as 2026-11-29T12:00Z.") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass
class _Failed:
    code: int = WHOLE


@contextmanager
def _told(progress: "Progress") -> Iterator[_Failed]:
    failed = _Failed()
    try:
        yield failed
    except _UnreadableError as error:
        progress.fail(str(error))
        failed.code = UNREADABLE
    except (BotoCoreError, ClientError) as error:
        progress.fail(
            f"AWS refused: {error}. Reading the log takes s3:ListBucketVersions, s3:ListBucket, "
            "s3:GetObject and s3:GetObjectVersion."
        )
        failed.code = UNREADABLE
    except OSError as error:
        progress.fail(f"A file cannot be read: {error}.")
        failed.code = UNREADABLE
