"""What lies beyond the checkpoint: a batch on its way, or the rest of a log that was set back."""

from collections.abc import Iterator
from datetime import datetime

from functions.core.audit.errors import MalformedError
from functions.core.audit.tiles import WIDTH, bundle_path, entries_in
from functions.core.audit.verify.entries import Entry, parsed
from functions.core.audit.verify.files import Files
from functions.core.audit.verify.report import LATE, Kind, Report, moment
from functions.core.audit.vocabulary import Action


def check_beyond(files: Files, report: Report, until: datetime | None) -> None:
    """The sequencer writes one batch's tiles, then the checkpoint: never two batches beyond it."""
    entries, sealed = 0, []
    for told in _entries(files, report.size):
        entries += 1
        if isinstance(told, Entry) and told.action == Action.LOG_BATCH_SEALED:
            sealed.append(told.at)
        if len(sealed) > 1:
            break
    if not entries:
        return
    if len(sealed) > 1:
        said = f"ends at {report.size} entries; batches sealed at {' and '.join(sealed)} follow"
        report.found(Kind.REPLAYED, "checkpoint", said)
    elif sealed and until and until - moment(sealed[0]) > LATE:
        said = f"ends at {report.size} entries; a batch sealed at {sealed[0]} follows"
        report.found(Kind.REPLAYED, "checkpoint", said)
    else:
        report.note(f"{entries} entries of a batch beyond the checkpoint, which was on its way")


def _entries(files: Files, size: int) -> Iterator[Entry | str]:
    number, skipped = size // WIDTH, size % WIDTH
    while True:
        name = bundle_path(number)
        data = files.read(name)
        if data is None:
            name = _widest(files, number)
            data = files.read(name) if name else None
        try:
            entries = entries_in(name, data or b"")
        except MalformedError:
            return
        if len(entries) <= skipped:
            return
        yield from parsed(entries[skipped:])
        number, skipped = number + 1, 0


def _widest(files: Files, number: int) -> str:
    begin = f"{bundle_path(number)}.p/"
    widths = [name.removeprefix(begin) for name in files.names(begin)]
    numbers = [int(each) for each in widths if each.isascii() and each.isdigit()]
    return f"{begin}{max(numbers)}" if numbers else ""
