"""What was done to a bundle, told by the hashes that it should have."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from functions.core.audit.verify.report import Kind

_SAID = {
    Kind.DROPPED: "was taken out",
    Kind.INSERTED: "was put in",
    Kind.FLIPPED: "is not the one that was signed",
}


def differences(found: Sequence[bytes], signed: Sequence[bytes]) -> Iterator[tuple[Kind, int, str]]:
    """Kind, position and a sentence, of hashes of entries against those that were signed."""
    if found == signed:
        return
    if len(found) == len(signed) and Counter(found) == Counter(signed):
        moved = [at for at, (one, two) in enumerate(zip(found, signed, strict=True)) if one != two]
        yield Kind.SWAPPED, moved[0], f"{len(moved)} entries from here on stand in another order"
        return
    matcher = SequenceMatcher(a=signed, b=found, autojunk=False)
    for what, begin, end, start, stop in matcher.get_opcodes():
        if what == "equal":
            continue
        both = min(end - begin, stop - start)
        for at in range(begin, begin + both):
            yield Kind.FLIPPED, at, _SAID[Kind.FLIPPED]
        for at in range(begin + both, end):
            yield Kind.DROPPED, at, _SAID[Kind.DROPPED]
        for _ in range(start + both, stop):
            yield Kind.INSERTED, begin + both, _SAID[Kind.INSERTED]


def are_moved(found: Iterable[Sequence[bytes]], signed: Iterable[Sequence[bytes]]) -> bool:
    """Whether several bundles hold together what they should, each something else."""
    mine, wanted = (Counter(each for one in many for each in one) for many in (found, signed))
    return mine == wanted


def counted(found: int, wanted: int) -> Iterator[tuple[Kind, int, str]]:
    """Where nobody can tell which ones: by their number alone."""
    if found != wanted:
        kind = Kind.DROPPED if found < wanted else Kind.INSERTED
        yield kind, min(found, wanted), f"{found} entries, not {wanted}"
