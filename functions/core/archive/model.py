"""An archive record: one line of JSON, clear where it is looked for, sealed where it says more.

Written once and kept for years: a field may be added, never renamed or given another meaning.
The format is described for auditors in docs/archive-format.md.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Record = dict[str, Any]

FORMAT = 1
_ID_LENGTH, _ID_BYTES = 26, 17  # base32 characters: 130 bits


class Kind(StrEnum):
    MESSAGE = "message"
    ECHO = "echo"
    HISTORY = "history"
    STATUS = "status"
    CALL = "call"
    PREFERENCE = "preference"
    EDIT = "edit"
    REVOKE = "revoke"
    ACCOUNT = "account"
    INTENT = "intent"
    OUTCOME = "outcome"
    MASKED = "masked"  # a fact replaced by one without the card number it held
    MEDIA = "media"
    DELETED = "deleted"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sealed:
    """A ciphertext and where it belongs: what `KeyRing.open` needs to open it."""

    key: str
    record: str
    field: str
    envelope: bytes

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "store": "conversations",
            "record": self.record,
            "field": self.field,
            "sealed": base64.b64encode(self.envelope).decode(),
        }

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.envelope).hexdigest()


def record_id(sequence: int, *parts: str) -> str:
    """The same for the same change, however often the stream delivers it."""
    text = json.dumps([str(sequence), *parts])
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest[:_ID_BYTES]).decode().lower()[:_ID_LENGTH]


def line(record: Mapping[str, Any]) -> bytes:
    """One line of a segment, in ASCII; what a record has nothing to say about is left out."""
    told = {name: value for name, value in record.items() if value is not None}
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"
