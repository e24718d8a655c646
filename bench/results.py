"""What a bench found: numbers with their targets, for the screen and for `bench-results.json`."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from bench.timing import Spread


@dataclass(frozen=True, kw_only=True)
class Number:
    """One measured number. `target` None: told without a promise.

    `hard`: a fact of the code and not of the machine; missing it fails the bench.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    least: float | None = None
    most: float | None = None
    hard: bool = False

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        return {**dataclasses.asdict(self), "met": self.met}


def spread(
    name: str, values: Spread, unit: str, *, target: float | None = None, scale: float = 1
) -> Number:
    return Number(
        name=name,
        value=values.median * scale,
        least=values.least * scale,
        most=values.most * scale,
        unit=unit,
        target=target,
    )


@dataclass(frozen=True)
class Section:
    """`details`: whatever else is worth keeping, JSON only."""

    key: str
    title: str
    numbers: list[Number]
    notes: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "numbers": [number.as_json() for number in self.numbers],
            "notes": self.notes,
            **self.details,
        }


def missed(sections: list[Section], *, hard: bool) -> list[str]:
    return [
        number.name
        for section in sections
        for number in section.numbers
        if number.met is False and (number.hard or not hard)
    ]
