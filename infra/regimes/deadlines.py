"""By when requests of persons are answered, as functions are told: one time for each right.

One law's time is told in its own words. Where several laws apply and count differently, the time
is told in days, and so short that it is never later than any of them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from infra.regimes.model import RIGHTS, Deadline, Regime

_SHORTEST_MONTH = 28
_WORKING_DAYS = 5
# between what is aimed at and what is late
_TO_SPARE = 3


def applying(regimes: Iterable[Regime], right: str) -> list[Deadline]:
    """Of each law the one for this right, if it has one."""
    found = [each for regime in regimes for each in regime.current_deadlines]
    return [each for each in found if right in each.rights]


def deadlines_json(regimes: Iterable[Regime], *, otherwise: Mapping[str, Any]) -> str:
    """`otherwise`: what holds for a right that no chosen law gives a time for."""
    chosen = list(regimes)
    own = {
        "answer": {"count": otherwise["days"], "unit": "days"},
        "extension": {"count": 0, "unit": "days"},
        "aim_days": otherwise["aim_days"],
        "law": "",
    }
    told = {right: _told(applying(chosen, right)) or own for right in RIGHTS}
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def _told(laws: list[Deadline]) -> dict[str, Any] | None:
    if not laws:
        return None
    answer, extension, aim_days = _together(laws)
    acknowledged = [each.acknowledge["business_days"] for each in laws if each.acknowledge]
    told = {
        "answer": answer,
        "extension": extension,
        "aim_days": aim_days,
        "law": "; ".join(sorted({each.law for each in laws})),
    }
    if acknowledged:
        told["acknowledge"] = {"count": min(acknowledged), "unit": "business_days"}
    return told


def _together(laws: list[Deadline]) -> tuple[dict[str, Any], dict[str, Any], int]:
    """The time to answer, by how much it can be extended, and the days to be done in."""
    aim_days = min(each.aim_days for each in laws)
    answers = {tuple(each.period.items()) for each in laws}
    extensions = {tuple(each.extension.items()) for each in laws}
    if len(answers) == len(extensions) == 1:
        return _period(laws[0].period), _period(laws[0].extension), aim_days
    answer = min(_least_days(each.period) for each in laws)
    whole = min(_least_days(each.period) + _least_days(each.extension) for each in laws)
    aim_days = min(aim_days, answer - _TO_SPARE)
    return _period({"days": answer}), _period({"days": whole - answer}), aim_days


def _period(period: Mapping[str, int]) -> dict[str, Any]:
    for unit, count in period.items():
        return {"count": count, "unit": unit}
    return {"count": 0, "unit": "days"}


def _least_days(period: Mapping[str, int]) -> int:
    """How many days it has at least, whenever it begins."""
    for unit, count in period.items():
        if unit == "months":
            return count * _SHORTEST_MONTH
        if unit == "business_days":
            weeks, rest = divmod(count - 1, _WORKING_DAYS)
            return 7 * weeks + rest + 1
        return count
    return 0
