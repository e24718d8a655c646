"""Checkpoints as signed notes: C2SP signed-note and tlog-checkpoint, signatures ECDSA P-256 (0x02).

Standard library only; the signatures themselves are verified in core/audit/keys.py.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from functions.core.audit.errors import MalformedError
from functions.core.audit.merkle import HASH_BYTES

_DASH = "—"
_MOST_SIGNATURES = 32
_KEY_ID_BYTES = 4
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
# names hold no space of any kind and no plus
_NAME = re.compile(r"[^\s+]+")


@dataclass(frozen=True)
class Signature:
    """`key_id`: the first four bytes of SHA-256 of the public key (DER, SubjectPublicKeyInfo)."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        told = base64.b64encode(self.key_id + self.value).decode()
        return f"{_DASH} {self.name} {told}\n"


@dataclass(frozen=True)
class Checkpoint:
    """`text`: what is signed, as it was written."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[Signature, ...] = ()

    @property
    def note(self) -> bytes:
        return (self.text + "\n" + "".join(each.line for each in self.signatures)).encode()


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def signed(origin: str, size: int, root: bytes, *signatures: Signature) -> Checkpoint:
    return Checkpoint(origin, size, root, checkpoint_text(origin, size, root), signatures)


def checkpoint_from(data: bytes, what: str = "checkpoint") -> Checkpoint:
    """MalformedError says what is wrong; whether it is signed by the right key is asked later."""
    text, lines = _parted(data, what)
    parts = text.split("\n")[:-1]
    if len(parts) < 3 or not all(parts):  # noqa: PLR2004 - origin, size, root
        raise MalformedError(what, "needs three lines: origin, size, root")
    origin, size, root = parts[:3]
    if not _NUMBER.fullmatch(size):
        raise MalformedError(what, "line 2 is not a tree size")
    found = decoded(root, what, "line 3")
    if len(found) != HASH_BYTES:
        raise MalformedError(what, f"line 3 is not a hash of {HASH_BYTES} bytes")
    return Checkpoint(origin, int(size), found, text, _signatures(lines, what))


def _parted(data: bytes, what: str) -> tuple[str, Sequence[str]]:
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError(what, "is not UTF-8") from None
    if any(character < " " and character != "\n" for character in note):
        raise MalformedError(what, "holds control characters")
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise MalformedError(what, "needs a blank line and signatures after it")
    return text + "\n", signatures.split("\n")[:-1]


def _signatures(lines: Sequence[str], what: str) -> tuple[Signature, ...]:
    if len(lines) > _MOST_SIGNATURES:
        raise MalformedError(what, f"has more than {_MOST_SIGNATURES} signatures")
    found = []
    for number, line in enumerate(lines, 1):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != _DASH or not _NAME.fullmatch(parts[1]):  # noqa: PLR2004
            raise MalformedError(what, f"signature {number} is not `{_DASH} name base64`")
        value = decoded(parts[2], what, f"signature {number}")
        if len(value) <= _KEY_ID_BYTES:
            raise MalformedError(what, f"signature {number} is too short")
        found.append(Signature(parts[1], value[:_KEY_ID_BYTES], value[_KEY_ID_BYTES:]))
    return tuple(found)


def decoded(text: str, what: str, where: str) -> bytes:
    """Base64 that encodes back to the very same text."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not found or base64.b64encode(found).decode() != text:
        raise MalformedError(what, f"{where} is not base64")
    return found


def hashes_from(lines: Sequence[str], what: str, *, first: int, most: int) -> tuple[bytes, ...]:
    """A hash in each line. `first`: number of the first line. `most`: so many may stand there."""
    if len(lines) > most:
        raise MalformedError(what, f"has more than {most} hashes")
    hashes = tuple(decoded(line, what, f"line {at}") for at, line in enumerate(lines, first))
    for at, each in enumerate(hashes, first):
        if len(each) != HASH_BYTES:
            raise MalformedError(what, f"line {at} is not a hash of {HASH_BYTES} bytes")
    return hashes
