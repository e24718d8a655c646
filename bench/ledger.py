"""What was billed: units by the function that caused them and by the price they have."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.core.runtime.policies import value

Amounts = dict[tuple[str, ...], float]


@dataclass
class Ledger:
    """`units`: (function, entry of policies/prices.toml). `calls`: (function, AWS operation).

    `details`: where DynamoDB's units come from: (function, read or write, operation, record,
    table or index).
    """

    units: Amounts = field(default_factory=dict)
    calls: Amounts = field(default_factory=dict)
    details: Amounts = field(default_factory=dict)

    def bill(self, function: str, price: str, amount: float) -> None:
        add(self.units, (function, price), amount)

    def called(self, function: str, operation: str) -> None:
        add(self.calls, (function, operation), 1)

    def weighted(self, factor: float) -> "Ledger":
        return Ledger(
            _times(self.units, factor), _times(self.calls, factor), _times(self.details, factor)
        )

    def __add__(self, other: "Ledger") -> "Ledger":
        return Ledger(
            _plus(self.units, other.units),
            _plus(self.calls, other.calls),
            _plus(self.details, other.details),
        )

    def of(self, function: str) -> "Ledger":
        """The part that one function caused."""
        parts = (self.units, self.calls, self.details)
        return Ledger(*({k: v for k, v in part.items() if k[0] == function} for part in parts))

    @property
    def dollars(self) -> float:
        return sum(dollars(price, amount) for (_, price), amount in self.units.items())


def dollars(price: str, amount: float) -> float:
    return float(value("prices", *price.split(".")) * amount)


def add(amounts: Amounts, key: tuple[str, ...], amount: float) -> None:
    amounts[key] = amounts.get(key, 0) + amount


def _times(amounts: Mapping[tuple[str, ...], float], factor: float) -> Amounts:
    return {key: amount * factor for key, amount in amounts.items()}


def _plus(one: Amounts, other: Amounts) -> Amounts:
    return {key: one.get(key, 0) + other.get(key, 0) for key in one | other}
