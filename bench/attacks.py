"""What can be done to an audit log, by whoever has its files, its outbox, or even its key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from functions.core.audit.tiles import bundle_of, bundle_path, tile_path
from tests.fakes.audit_log import (
    AuditLog,
    Signer,
    all_entries,
    entries_of,
    rehashed,
    without,
)

FIRST, SECOND = bundle_path(0), bundle_path(1)
WITNESS = Signer("witness.example/one", 0xB0B)
# batches of the story, of which there are twelve
_THIRD, _FOURTH, _SIXTH, _LAST = 2, 3, 5, 11


@dataclass
class Tampered:
    """A log as an auditor gets it. `known`: checkpoints from elsewhere; `until`: where it ends."""

    files: dict[str, bytes]
    known: list[bytes] = field(default_factory=list)
    until: datetime | None = None
    witness: Signer | None = None


def story(meddle: Callable[[AuditLog, int], None] | None = None, batches: int = 12) -> AuditLog:
    """Three functions, a writer of one of them opened every other batch; then half an hour idle.

    `meddle` gets the log before each batch is sealed.
    """
    log = AuditLog()
    for number in range(batches):
        if number % 2 == 0:
            log.open(("sender", "inbound", "messages_api")[number // 2 % 3])
        for writer in list(log.heads):
            if writer != "sequencer":
                log.write(writer, 12)
        log.wait(seconds=90)
        if meddle:
            meddle(log, number)
        log.seal()
    log.idle(30)
    return log


Change = Callable[[list[bytes]], list[bytes]]


def flip(entries: list[bytes]) -> list[bytes]:
    """A well-formed entry still."""
    at = len(entries) // 2
    return [*entries[:at], _changed(entries[at]), *entries[at + 1 :]]


def drop(entries: list[bytes]) -> list[bytes]:
    at = len(entries) // 2
    return entries[:at] + entries[at + 1 :]


def swap(entries: list[bytes]) -> list[bytes]:
    at = len(entries) // 2
    return [*entries[:at], entries[at + 1], entries[at], *entries[at + 2 :]]


def insert(entries: list[bytes]) -> list[bytes]:
    at = len(entries) // 2
    return [*entries[:at], _changed(entries[at]), *entries[at:]]


def _changed(entry: bytes) -> bytes:
    return entry.replace(b'"outcome":"done"', b'"outcome":"failed"')


def in_bundle(name: str, change: Change) -> Callable[[], Tampered]:
    """Of a copy, and no hash with it."""

    def make() -> Tampered:
        files = dict(story().files)
        return Tampered(files | {name: bundle_of(change(entries_of(files, name)))})

    return make


def with_its_tile(change: Change) -> Tampered:
    """The bundle and the hashes next to it, but none above."""
    files = dict(story().files)
    _, made = rehashed(change(entries_of(files, FIRST)))
    return Tampered(files | {name: made[name] for name in (FIRST, tile_path(0, 0))})


def recomputed(change: Change) -> Callable[[], Tampered]:
    """Every hash of the log, as anyone can compute them; its size is kept."""

    def make() -> Tampered:
        log = story()
        entries = all_entries(log)
        changed = change(entries)[: len(entries)]
        _, files = rehashed([*changed, *entries[len(changed) :]])
        return Tampered(files | {"checkpoint": log.checkpoint})

    return make


def bundles_exchanged() -> Tampered:
    files = dict(story().files)
    return Tampered(files | {FIRST: files[SECOND], SECOND: files[FIRST]})


def hash_flipped(name: str) -> Tampered:
    files = dict(story().files)
    data = bytearray(files[name])
    data[5] ^= 1
    return Tampered(files | {name: bytes(data)})


def root_flipped() -> Tampered:
    log = story()
    lines = log.checkpoint.split(b"\n")
    lines[2] = lines[2].translate(bytes.maketrans(b"ABCDEF", b"BCDEFA"), b"")
    return Tampered(log.files | {"checkpoint": b"\n".join(lines)})


def _set_back(batches: int, *, tail: bool) -> tuple[AuditLog, dict[str, bytes]]:
    """The log, and the files of some batches ago; with `tail` all that were written since too."""
    log = story()
    log.wait(minutes=5)
    earlier = dict(log.files)
    for number in range(batches):
        log.write("sender.1", 3)
        log.seal()
        log.wait(seconds=30 * (number % 2))
    files = dict(log.files) if tail else earlier
    return log, files | {"checkpoint": earlier["checkpoint"]}


def truncated_before(known: str) -> Tampered:
    log, files = _set_back(70, tail=False)
    if known == "checkpoint":
        return Tampered(files, known=[log.checkpoint])
    return Tampered(files, until=_moment(log.now_ms) + timedelta(minutes=10))


def replayed(batches: int) -> Tampered:
    log, files = _set_back(batches, tail=True)
    return Tampered(files, until=_moment(log.now_ms) + timedelta(minutes=20 * (batches == 1)))


def forked(size: str) -> Tampered:
    """Both histories are signed with the log's own key."""
    told, other = story(), story(_more)
    if size == "larger":
        return Tampered(dict(other.files), known=told.checkpoints[-2:])
    return Tampered(dict(told.files), known=[other.checkpoints[5]])


def _more(log: AuditLog, number: int) -> None:
    log.write("sender.1", int(number == 1))


def signed_by_another() -> Tampered:
    log = AuditLog(signer=Signer(secret=7))
    log.seal()
    return Tampered(dict(log.files))


def before(meddle: Callable[[AuditLog, int], None]) -> Callable[[], Tampered]:
    """Before anything is signed: the log is correctly made of what was left."""
    return lambda: Tampered(dict(story(meddle).files))


def entry_deleted(log: AuditLog, number: int) -> None:
    if number == _THIRD:
        del log.outbox[5]


def entry_changed(log: AuditLog, number: int) -> None:
    if number == _THIRD:
        log.outbox[5] = log.outbox[5].replace('"done"', '"failed"')


def entry_backdated(log: AuditLog, number: int) -> None:
    if number == _FOURTH:
        writer = log.open("media")
        log.write(writer, at_ms=log.now_ms - 27 * 3_600_000)


def entry_before_the_last(log: AuditLog, number: int) -> None:
    if number == _FOURTH:
        log.write("sender.1", at_ms=log.now_ms - 3_600_000)


def entry_of_tomorrow(log: AuditLog, number: int) -> None:
    if number == _LAST:
        log.write("sender.1", at_ms=log.now_ms + 86_400_000)


def batch_backdated(log: AuditLog, number: int) -> None:
    if number == _SIXTH:
        log.seal(at_ms=log.now_ms - 600_000)


def writer_deleted(log: AuditLog, number: int) -> None:
    """Its entries and its opening; others of its function are opened later."""
    if number <= 1:
        log.unopened = [each for each in log.unopened if each != ("sender", 1)]
        log.outbox = [entry for entry in log.outbox if '"writer":"sender.1"' not in entry]
        log.heads.pop("sender.1", None)


def newest_writer_deleted(log: AuditLog, number: int) -> None:
    """Only the registry knows of it, and so the heartbeats."""
    if number == _LAST:
        log.heads.pop(log.open("exporter"))
        log.unopened.clear()


def without_heartbeats() -> Tampered:
    log = story()
    log.wait(minutes=40)
    log.write("sender.1")
    log.seal()
    return Tampered(dict(log.files))


def deleted_too_early() -> Tampered:
    files = story().files
    return Tampered(without(files, FIRST, tile_path(0, 0)))


def never_cosigned() -> Tampered:
    return Tampered(dict(story().files), witness=WITNESS)


def malformed_entry() -> Tampered:
    log = story()
    log.outbox.append('{"writer": "sender.1"}')
    log.seal()
    return Tampered(dict(log.files))


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def in_last(change: Change) -> Callable[[], Tampered]:
    size = story().edge.size
    return in_bundle(bundle_path(size // 256, size % 256), change)
