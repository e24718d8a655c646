"""Reads `policies/regimes/*.toml`, one body of law a file, and refuses what it does not know."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from functions.core.retention.kinds import DataKind
from infra.processes import ROOT
from infra.regimes import checks
from infra.regimes.lines import Document, Place, read
from infra.regimes.model import (
    CALENDARS,
    OWN,
    RIGHTS,
    Deadline,
    Limit,
    Regime,
    RetentionClass,
    Validity,
    days_in,
)

FOLDER = ROOT / "policies" / "regimes"

# what each entry holds, and the type of it; those with a question mark may be left out
_REGIME = {"title": str, "law": str, "source": str, "read": dt.date}
_CITED = {
    **_REGIME,
    "id": str,
    "says": str,
    "valid_from": dt.date,
    "valid_until?": dt.date,
}
del _CITED["title"]
_RETENTION = {
    **_CITED,
    "kinds": list,
    "counts_from": str,
    "least?": (dict, str),
    "most?": (dict, str),
    "yields_to?": str,
    "before_storage?": str,
    "at_end": str,
    "on_request?": bool,
}
_DEADLINE = {
    **_CITED,
    "rights": list,
    "period": dict,
    "extension?": dict,
    "acknowledge?": dict,
    "aim": dict,
    "calendar": str,
}
_UNITS = ("months", "days", "business_days")
_WORKING = ("business_days",)


@cache
def regimes(folder: Path = FOLDER) -> Mapping[str, Regime]:
    """All that are known, by name; each is sound in itself."""
    found = {path.stem: _regime(path.stem, read(path)) for path in sorted(folder.glob("*.toml"))}
    checks.refuse_overlaps(found.values())
    return found


def _regime(name: str, document: Document) -> Regime:
    top = {k: v for k, v in document.values.items() if k not in {"retention", "deadline"}}
    checks.refuse_keys(document, top, _REGIME, ())
    listed = document.values.get("retention", [])
    deadlines = document.values.get("deadline", [])
    return Regime(
        name=name,
        title=top["title"],
        law=top["law"],
        read=top["read"],
        retention=tuple(_class(name, document, at, each) for at, each in enumerate(listed)),
        deadlines=tuple(_deadline(name, document, at, each) for at, each in enumerate(deadlines)),
    )


def _class(regime: str, document: Document, number: int, values: dict[str, Any]) -> RetentionClass:
    place: Place = ("retention", number)
    checks.refuse_keys(document, values, _RETENTION, place)
    found = RetentionClass(
        id=values["id"],
        regime=regime,
        kinds=tuple(_kind(document, each, place) for each in values["kinds"]),
        counts_from=values["counts_from"],
        least=_limit(document, values.get("least"), (*place, "least")),
        most=_limit(document, values.get("most"), (*place, "most")),
        yields_to=values.get("yields_to", ""),
        before_storage=values.get("before_storage", ""),
        at_end=values["at_end"],
        on_request=values.get("on_request", False),
        law=values["law"],
        says=values["says"],
        validity=_validity(document, values, place),
        place=document.at(*place),
    )
    checks.refuse_limits(document, found, place)
    return found


def _deadline(regime: str, document: Document, number: int, values: dict[str, Any]) -> Deadline:
    place: Place = ("deadline", number)
    checks.refuse_keys(document, values, _DEADLINE, place)
    for right in values["rights"]:
        if right not in RIGHTS:
            complaint = f"right {right!r} is unknown; known are {', '.join(RIGHTS)}"
            raise document.error(complaint, *place, "rights")
    if values["calendar"] not in CALENDARS:
        complaint = f"calendar must be one of {', '.join(CALENDARS)}"
        raise document.error(complaint, *place, "calendar")
    for key, units in (("period", _UNITS), ("extension", _UNITS), ("acknowledge", _WORKING)):
        if key in values:
            _refuse_period(document, values[key], units, (*place, key))
    checks.refuse_keys(document, values["aim"], {"days": int}, (*place, "aim"))
    return Deadline(
        id=values["id"],
        regime=regime,
        rights=tuple(values["rights"]),
        period=values["period"],
        extension=values.get("extension", {}),
        acknowledge=values.get("acknowledge", {}),
        aim_days=values["aim"]["days"],
        calendar=values["calendar"],
        law=values["law"],
        says=values["says"],
        validity=_validity(document, values, place),
        place=document.at(*place),
    )


def _kind(document: Document, name: Any, place: Place) -> DataKind:
    if name not in list(DataKind):
        complaint = f"kind {name!r} is unknown; known are {', '.join(DataKind)}"
        raise document.error(complaint, *place, "kinds")
    return DataKind(name)


def _limit(document: Document, given: Any, place: Place) -> Limit | None:
    if given is None:
        return None
    if given == OWN:
        return OWN
    if isinstance(given, dict) and len(given) == 1:
        [(unit, number)] = given.items()
        if unit in {"years", "days"} and type(number) is int and number >= 0:
            return days_in(number) if unit == "years" else number
    complaint = f'{place[-1]} must be "own", {{ years = … }} or {{ days = … }}'
    raise document.error(complaint, *place)


def _refuse_period(
    document: Document, given: dict[str, Any], units: Iterable[str], place: Place
) -> None:
    fits = len(given) == 1 and all(
        unit in units and type(number) is int and number > 0 for unit, number in given.items()
    )
    if not fits:
        complaint = f"{place[-1]} must be one number of {', '.join(units)}"
        raise document.error(complaint, *place)


def _validity(document: Document, values: dict[str, Any], place: Place) -> Validity:
    validity = Validity(begins=values["valid_from"], ends=values.get("valid_until"))
    if validity.ends and validity.ends < validity.begins:
        complaint = f"valid_until is before valid_from, {validity.begins}"
        raise document.error(complaint, *place, "valid_until")
    return validity
