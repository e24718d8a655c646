"""What a file is, by its first bytes, and whether that fits what it was declared as.

A type that has signatures must show one of them. Of several that fit, the one that says most
decides: a ZIP whose first file is `word/…` is a document, one that begins with anything else is
not. Text has no signature; it has no control characters.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from functions.core.runtime import policies

HEAD_BYTES = 4096  # all that is looked at

# in text no other control characters; UTF-16 and UTF-32 begin with a mark
_NOT_IN_TEXT = bytes(set(range(32)) - set(b"\t\n\v\f\r\b\x1b"))
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_TEXT_TYPES = ("text/*", "application/json", "application/xml", "*+json", "*+xml")
_UNCLAIMED = ("", "application/octet-stream")
# A text may begin with `ID3` by chance, hardly with five bytes of anything.
_NO_CHANCE = 5

_ZIP_NAME_LENGTH, _ZIP_NAME = slice(26, 28), 30


@dataclass(frozen=True)
class Signature:
    """See `policies/media.toml`."""

    types: tuple[str, ...]
    alternatives: tuple[tuple[tuple[int, bytes], ...], ...]
    within: int
    entries: tuple[str, ...]

    def claims(self, mime: str) -> bool:
        return any(fnmatchcase(mime, pattern) for pattern in self.types)

    def score(self, head: bytes) -> int:
        """How many bytes speak for it; 0: it is not this."""
        best = max((self._found(head, marks) for marks in self.alternatives), default=0)
        if not best or not self.entries:
            return best
        name = _first_zip_entry(head)
        return best + 1 if any(name.startswith(entry) for entry in self.entries) else 0

    def _found(self, head: bytes, marks: tuple[tuple[int, bytes], ...]) -> int:
        if self.within:
            return len(marks[0][1]) if marks[0][1] in head[: self.within] else 0
        there = all(head[at : at + len(mark)] == mark for at, mark in marks)
        return sum(len(mark) for _, mark in marks) if there else 0


def agrees(mime: str, head: bytes) -> bool:
    """Whether a file that begins like this may be called that. `mime`: as `base_mime` gives it."""
    if mime in _UNCLAIMED:
        return True
    scores = [(signature, signature.score(head)) for signature in _signatures()]
    best = max(score for _, score in scores)
    fits = any(signature.claims(mime) for signature, score in scores if score == best)
    if any(fnmatchcase(mime, pattern) for pattern in _TEXT_TYPES):
        return _is_text(head) and (best < _NO_CHANCE or fits)
    if best:
        return fits
    return not any(signature.claims(mime) for signature, _ in scores)


def is_animated_webp(head: bytes) -> bool:
    """The extended header of WebP says so in the second bit of its flags."""
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0b10)  # noqa: PLR2004


def _is_text(head: bytes) -> bool:
    return head.startswith(_WIDE_TEXT) or not head.translate(None, _not(_NOT_IN_TEXT))


@cache
def _not(those: bytes) -> bytes:
    return bytes(set(range(256)) - set(those))


def _first_zip_entry(head: bytes) -> str:
    length = int.from_bytes(head[_ZIP_NAME_LENGTH], "little")
    return head[_ZIP_NAME : _ZIP_NAME + length].decode("utf-8", "replace")


@cache
def _signatures() -> tuple[Signature, ...]:
    entries: dict[str, Any] = policies.load("media")["signatures"]
    return tuple(
        Signature(
            types=tuple(entry["types"]),
            alternatives=tuple(
                tuple((at, bytes.fromhex(mark)) for at, mark in marks) for marks in entry["bytes"]
            ),
            within=entry.get("within", 0),
            entries=tuple(entry.get("entries", ())),
        )
        for entry in entries.values()
        if isinstance(entry, dict)
    )
