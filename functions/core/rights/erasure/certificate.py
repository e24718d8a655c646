"""The certificate of an erasure: what went, what stays and why, and how to check it. Pure.

No personal data in it: counts, dates, laws, hashes. Its SHA-256 stands in the audit log, whose
signature is the certificate's: docs/erasure-certificate.md says how to check it offline.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.core.audit.vocabulary import Action
from functions.core.retention.rules import DAY_MS
from functions.core.rights.erasure.model import HOLD_LAW, Erased, Outcome

FORMAT = "amana-erasure-certificate/1"


@dataclass(frozen=True, kw_only=True)
class Proved:
    """Where the erasure is written down besides. `sha256`: of the entry in the ledger."""

    object: str
    sha256: str


def certificate(
    request: str, erased: Erased, *, ledger: Proved | None, issued_ms: int, within_days: int
) -> dict[str, Any]:
    """`within_days`: after so long no backup opens what was under a destroyed key.

    `ledger` None: nothing was erased, so nothing would have to be erased again.
    """
    told = {
        "format": FORMAT,
        "request": request,
        "issued": moment(issued_ms),
        "outcome": erased.outcome.value,
        "deleted": dict(sorted(erased.counts.items())),
        "keys": {"destroyed": erased.keys, "epochs": sorted(erased.epochs)},
        "unreadable": _unreadable(erased, within_days),
        "retained": [_retained(each.told) for each in erased.retained],
        "held": _held(erased),
        "ledger": vars(ledger) if ledger else None,
        "audit": {
            "action": Action.RECORD_ERASED.value,
            "what": what(request),
            "fact": "certificate",
        },
        "complaint": "GDPR 77",
    }
    return {name: value for name, value in told.items() if value is not None}


def encoded(told: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: keys sorted, no spaces, ASCII."""
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")


def sha256(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(encoded(told)).hexdigest()


def what(request: str) -> str:
    """The record that the entry of the audit log is about."""
    return f"rights/{request}"


def moment(at_ms: int) -> str:
    when = datetime.fromtimestamp(at_ms / 1000, UTC)
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def _unreadable(erased: Erased, within_days: int) -> dict[str, str] | None:
    """Only where a key was destroyed does it become true for copies as well."""
    if not erased.keys:
        return None
    return {
        "in_stores_since": moment(erased.erased_ms),
        "in_backups_until": moment(erased.erased_ms + within_days * DAY_MS),
    }


def _retained(told: Mapping[str, Any]) -> dict[str, Any]:
    until = moment(told["until_ms"])
    return {**{k: v for k, v in told.items() if k != "until_ms"}, "until": until}


def _held(erased: Erased) -> dict[str, Any] | None:
    """Which matter it is about is nobody's business but the business's."""
    if erased.outcome is not Outcome.RESTRICTED_UNDER_HOLD:
        return None
    return {"count": erased.held, "law": HOLD_LAW, "restricted": True, "erased_when": "lifted"}
