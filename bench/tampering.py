"""`python -m bench.tampering`: an audit log tampered with in every way, and what verifiers find.

Each way is tried on a log of some hundred entries with the finding that must come of it. Some have
a second attacker, who computes all hashes anew and lacks only the key.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.attacks import (
    FIRST,
    SECOND,
    Tampered,
    batch_backdated,
    before,
    bundles_exchanged,
    deleted_too_early,
    drop,
    entry_backdated,
    entry_before_the_last,
    entry_changed,
    entry_deleted,
    entry_of_tomorrow,
    flip,
    forked,
    hash_flipped,
    in_bundle,
    in_last,
    insert,
    malformed_entry,
    never_cosigned,
    newest_writer_deleted,
    recomputed,
    replayed,
    root_flipped,
    signed_by_another,
    story,
    swap,
    truncated_before,
    with_its_tile,
    without_heartbeats,
    writer_deleted,
)
from functions.core.audit.tiles import tile_path
from functions.core.audit.verify import Folder, Kind, verify
from tests.fakes.audit_log import Signer, stored, without
from tools import verify_audit


@dataclass(frozen=True)
class Case:
    """`kind`: what must be found, and nothing else but `also`."""

    name: str
    kind: Kind
    make: Callable[[], Tampered]
    also: frozenset[Kind] = frozenset()
    tool: bool = True


# a chain breaks as well where entries are changed and hashed anew
_CHAIN = frozenset((Kind.BROKEN, Kind.GAP, Kind.MALFORMED, Kind.BACKDATED))


def cases() -> Iterator[Case]:
    for kind, change in (
        (Kind.FLIPPED, flip),
        (Kind.DROPPED, drop),
        (Kind.SWAPPED, swap),
        (Kind.INSERTED, insert),
    ):
        name = change.__name__
        yield Case(f"{name} in a bundle", kind, in_bundle(FIRST, change))
        yield Case(f"{name}, all hashes anew", Kind.REWRITTEN, recomputed(change), _CHAIN)
    yield Case("flip in the last bundle", Kind.FLIPPED, in_last(flip))
    yield Case("drop in the last bundle", Kind.DROPPED, in_last(drop))
    yield Case("flip with its tile", Kind.REWRITTEN, lambda: with_its_tile(flip), _CHAIN)
    yield Case("swap two bundles", Kind.SWAPPED, bundles_exchanged)
    yield Case("flip a hash of a tile", Kind.FLIPPED, lambda: hash_flipped(tile_path(0, 0)))
    yield Case("flip a hash above", Kind.FLIPPED, lambda: hash_flipped(tile_path(1, 0, 2)))
    yield Case("flip the root", Kind.WRONG_KEY, root_flipped)
    yield Case("delete a bundle", Kind.MISSING, lambda: Tampered(without(story().files, SECOND)))
    yield Case("delete the beginning", Kind.MISSING, deleted_too_early)
    yield Case("truncate, known", Kind.TRUNCATED, lambda: truncated_before("checkpoint"))
    yield Case("truncate, until", Kind.TRUNCATED, lambda: truncated_before("time"))
    yield Case(
        "replay of long ago", Kind.REPLAYED, lambda: replayed(70), frozenset({Kind.TRUNCATED})
    )
    yield Case(
        "replay of one batch", Kind.REPLAYED, lambda: replayed(1), frozenset({Kind.TRUNCATED})
    )
    yield Case("fork, smaller known", Kind.FORKED, lambda: forked("smaller"))
    yield Case("fork, larger", Kind.FORKED, lambda: forked("larger"), frozenset({Kind.TRUNCATED}))
    yield Case("wrong key", Kind.WRONG_KEY, signed_by_another)
    yield Case("backdate an entry", Kind.BACKDATED, before(entry_backdated))
    yield Case("backdate after another", Kind.BACKDATED, before(entry_before_the_last))
    yield Case("postdate an entry", Kind.BACKDATED, before(entry_of_tomorrow))
    yield Case("backdate a batch", Kind.BACKDATED, before(batch_backdated))
    yield Case("delete from the outbox", Kind.GAP, before(entry_deleted))
    yield Case("change in the outbox", Kind.BROKEN, before(entry_changed))
    yield Case("delete a writer", Kind.WRITER_MISSING, before(writer_deleted))
    yield Case("delete the newest writer", Kind.WRITER_MISSING, before(newest_writer_deleted))
    yield Case("remove heartbeats", Kind.SILENT, without_heartbeats)
    yield Case("sign what is no entry", Kind.MALFORMED, malformed_entry)
    yield Case("leave out the witness", Kind.UNWITNESSED, never_cosigned, tool=False)


def found_by_core(tampered: Tampered, folder: Path) -> set[str]:
    report = verify(
        Folder(folder),
        key=Signer().key,
        known=[(f"known {number}", each) for number, each in enumerate(tampered.known)],
        until=tampered.until,
        witness=tampered.witness.key if tampered.witness else None,
    )
    return {str(kind) for kind in report.kinds}


def found_by_tool(tampered: Tampered, folder: Path) -> set[str]:
    known = []
    for number, note in enumerate(tampered.known):
        path = folder / f"known-{number}"
        path.write_bytes(note)
        known.append(str(path))
    key = verify_audit.Key(Signer().key.text)
    log = verify_audit.verify(folder, key, known, tampered.until)
    return {kind for kind, _, _ in log.findings}


def campaign() -> Iterator[tuple[Case, set[str], set[str] | None]]:
    """Each case with what both verifiers found; None: this one does not look for it."""
    for case in cases():
        tampered = case.make()
        with tempfile.TemporaryDirectory() as temporary:
            folder = stored(tampered.files, Path(temporary))
            core = found_by_core(tampered, folder)
            yield case, core, found_by_tool(tampered, folder) if case.tool else None


def main() -> int:
    print(f"{'what is done':28}{'finding':16}{'amana audit verify':34}verify_audit.py")
    missed = 0
    for case, *both in campaign():
        told = ["-" if found is None else ", ".join(sorted(found)) for found in both]
        print(f"{case.name:28}{case.kind:16}{told[0]:34}{told[1]}")
        missed += sum(found is not None and case.kind not in found for found in both)
    print(f"{missed} missed" if missed else "Each was found by each that looks for it.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
