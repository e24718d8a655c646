"""Our own choices, `policies/retention.toml`: how long each kind of data is kept."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from functions.core.retention.kinds import DataKind
from infra.processes import ROOT
from infra.regimes.checks import refuse_keys
from infra.regimes.lines import Document, read

FILE = ROOT / "policies" / "retention.toml"

_CHOICE = {
    "what": str,
    "counts_from": str,
    "reason": str,
    "days?": int,
    "at_least?": list,
    "fixed?": bool,
}
_DEADLINE = {"days": int, "aim_days": int, "calendar": str, "reason": str}
_LOCK = {"days": int, "name": str, "reason": str}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`days` None: set elsewhere. `at_least`: never shorter than these are kept."""

    kind: DataKind
    what: str
    days: int | None
    at_least: tuple[DataKind, ...]
    fixed: bool
    counts_from: str
    reason: str
    place: str


@dataclass(frozen=True, kw_only=True)
class Own:
    choices: dict[DataKind, Choice]
    deadline: dict[str, Any]
    lock_days: int
    lock_name: str


@cache
def own(path: Path = FILE) -> Own:
    document = read(path)
    values = document.values
    kinds = {key: each for key, each in values.items() if key not in {"deadline", "lock"}}
    refuse_keys(document, kinds, {kind.value: dict for kind in DataKind}, ())
    refuse_keys(document, values["deadline"], _DEADLINE, ("deadline",))
    refuse_keys(document, values["lock"], _LOCK, ("lock",))
    return Own(
        choices={DataKind(key): _choice(document, key, each) for key, each in kinds.items()},
        deadline=values["deadline"],
        lock_days=values["lock"]["days"],
        lock_name=values["lock"]["name"],
    )


def _choice(document: Document, kind: str, values: dict[str, Any]) -> Choice:
    refuse_keys(document, values, _CHOICE, (kind,))
    for other in values.get("at_least", []):
        if other not in list(DataKind):
            raise document.error(f"kind {other!r} is unknown", kind, "at_least")
    return Choice(
        kind=DataKind(kind),
        what=values["what"],
        days=values.get("days"),
        at_least=tuple(DataKind(other) for other in values.get("at_least", [])),
        fixed=values.get("fixed", False),
        counts_from=values["counts_from"],
        reason=values["reason"],
        place=document.at(kind),
    )
