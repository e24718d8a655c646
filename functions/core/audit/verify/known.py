"""Checkpoints known from elsewhere: of an earlier visit, of a witness, or kept as versions."""

from collections.abc import Iterable
from datetime import timedelta

from functions.core.audit.errors import MalformedError
from functions.core.audit.keys import VerifierKey
from functions.core.audit.note import Checkpoint, checkpoint_from
from functions.core.audit.verify.files import Files
from functions.core.audit.verify.report import Kind, Report
from functions.core.audit.verify.times import Times
from functions.core.audit.verify.tree import Tree

# a witness that signs once a day, and may be late
RECENT = timedelta(hours=26)


def checked(report: Report, key: VerifierKey, name: str, data: bytes) -> Checkpoint | None:
    """None: it is none, or not of this log's key; the report says so."""
    try:
        found = checkpoint_from(data, name)
    except MalformedError as error:
        report.found(Kind.MALFORMED, name, error.detail)
        return None
    if found.origin != key.name:
        report.found(Kind.WRONG_KEY, name, f"is of {found.origin}, the key is of {key.name}")
        return None
    if not key.has_signed(found):
        report.found(Kind.WRONG_KEY, name, f"is not signed by {key.name}+{key.id.hex()}")
        return None
    return found


def check_known(
    report: Report, key: VerifierKey, tree: Tree, known: Iterable[tuple[str, bytes]]
) -> None:
    for name, data in known:
        found = checked(report, key, name, data)
        if found and found.size > report.size:
            said = f"knows {found.size} entries, the log has {report.size}"
            report.found(Kind.TRUNCATED, name, said)
        elif found:
            _compare(report, tree, name, found)


def check_versions(report: Report, key: VerifierKey, tree: Tree, files: Files) -> None:
    """Every checkpoint there ever was: sizes never go back, and all are of one log."""
    highest, where = -1, ""
    for name, data in files.versions("checkpoint"):
        found = checked(report, key, name, data)
        if found is None:
            continue
        if found.size < highest:
            said = f"has {found.size} entries, {where} before it {highest}"
            report.found(Kind.REPLAYED, name, said)
        if found.size <= report.size:
            _compare(report, tree, name, found)
        if found.size >= highest:
            highest, where = found.size, name
    if highest > report.size:
        said = f"has {report.size} entries, {where} before it {highest}"
        report.found(Kind.REPLAYED, "checkpoint", said)


def check_witness(
    files: Files,
    report: Report,
    tree: Tree,
    times: Times,
    *,
    current: Checkpoint,
    key: VerifierKey,
    witness: VerifierKey,
) -> None:
    if witness.has_signed(current):
        return
    data = files.read("cosigned")
    if data is None:
        report.found(Kind.UNWITNESSED, "cosigned", "is not there")
        return
    found = checked(report, key, "cosigned", data)
    if found is None:
        return
    if not witness.has_signed(found):
        said = f"is not signed by {witness.name}+{witness.id.hex()}"
        report.found(Kind.UNWITNESSED, "cosigned", said)
        return
    check_known(report, key, tree, [("cosigned", data)])
    if found.size <= report.size and (
        not found.size or times.at(found.size - 1) < times.end - RECENT
    ):
        said = f"is of {found.size} entries, sealed over 26 hours before the log's end"
        report.found(Kind.UNWITNESSED, "cosigned", said)


def _compare(report: Report, tree: Tree, name: str, found: Checkpoint) -> None:
    root = report.root if found.size == report.size else tree.root_of(found.size)
    if root is None:
        report.note(f"{name}: {found.size} entries, of which the files tell no more")
    elif root != found.root:
        said = f"knows another root of the first {found.size} entries"
        report.found(Kind.FORKED, name, said)
