"""What the audit log holds of a consent event: a hash that commits to all of it and shows nothing.

A salt lies among the evidence. Once the key of the evidence is destroyed nobody can find out by
trying what the hash was of; until then a receipt opens it.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# where the event is kept, not what happened
_APART = ("pk", "sk", "key")


def salted(evidence: Mapping[str, Any], salt: str) -> dict[str, Any]:
    return {**evidence, "salt": salt}


def committed(item: Mapping[str, Any]) -> str:
    """The text that is hashed: the event as it was recorded, evidence and salt included."""
    told = {name: value for name, value in item.items() if name not in _APART}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def commitment(item: Mapping[str, Any]) -> str:
    """SHA-256 in hex of `committed`."""
    return hashlib.sha256(committed(item).encode("ascii")).hexdigest()
