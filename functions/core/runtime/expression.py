"""One conditional DynamoDB update, put together part by part, a placeholder for every value."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from functions.core.runtime.values import encode


class Expression:
    """Collects the parts of one conditional update, with placeholders for every value."""

    def __init__(self) -> None:
        self._sets: list[str] = []
        self._removes: list[str] = []
        self._adds: list[str] = []
        self._deletes: list[str] = []
        self._conditions: list[str] = []
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def set(self, name: str, value: Any) -> None:
        self._sets.append(f"{self._name(name)} = {self._value(value)}")

    def set_if_absent(self, name: str, value: Any) -> None:
        placeholder = self._name(name)
        self._sets.append(f"{placeholder} = if_not_exists({placeholder}, {self._value(value)})")

    def append(self, name: str, value: Any) -> None:
        placeholder, none, one = self._name(name), self._value([]), self._value([value])
        self._sets.append(
            f"{placeholder} = list_append(if_not_exists({placeholder}, {none}), {one})"
        )

    def remove(self, path: str) -> None:
        self._removes.append(path)

    def add(self, name: str, amount: int | AbstractSet[str]) -> None:
        """To a number, or to a set of texts; an empty set adds nothing."""
        if amount or isinstance(amount, int):
            self._adds.append(f"{self._name(name)} {self._value(amount)}")

    def discard(self, name: str, values: AbstractSet[str]) -> None:
        """From a set of texts, which is gone when nothing is left in it."""
        self._deletes.append(f"{self._name(name)} {self._value(values)}")

    def below(self, name: str, limit: int) -> None:
        """The number is smaller than `limit`, or not there yet."""
        placeholder = self._name(name)
        self._conditions.append(
            f"(attribute_not_exists({placeholder}) OR {placeholder} < {self._value(limit)})"
        )

    def expect(self, name: str, value: Any) -> None:
        """The attribute has this value; None: it does not exist."""
        if value is None:
            self._conditions.append(f"attribute_not_exists({self._name(name)})")
        else:
            self._conditions.append(f"{self._name(name)} = {self._value(value)}")

    def expect_one_of(self, name: str, values: Iterable[Any]) -> None:
        among = ", ".join(self._value(value) for value in values)
        self._conditions.append(f"{self._name(name)} IN ({among})")

    def expect_any(self, name: str) -> None:
        """The attribute exists."""
        self._conditions.append(f"attribute_exists({self._name(name)})")

    def condition(self, template: str, value: Any) -> None:
        self._conditions.append(template.format(self._value(value)))

    def update(self, table: str, key: Mapping[str, str]) -> dict[str, Any]:
        """Arguments of `update_item`, or of `Update` in a transaction."""
        parts = []
        if self._sets:
            parts.append("SET " + ", ".join(self._sets))
        if self._removes:
            parts.append("REMOVE " + ", ".join(self._removes))
        if self._adds:
            parts.append("ADD " + ", ".join(self._adds))
        if self._deletes:
            parts.append("DELETE " + ", ".join(self._deletes))
        return {**self.check(table, key), "UpdateExpression": " ".join(parts)}

    def check(self, table: str, key: Mapping[str, str]) -> dict[str, Any]:
        """Arguments of `ConditionCheck` in a transaction."""
        request: dict[str, Any] = {"TableName": table, "Key": encode(key)}
        if self._conditions:
            request["ConditionExpression"] = " AND ".join(self._conditions)
        if self._values:
            request["ExpressionAttributeValues"] = encode(self._values)
        if self._names:
            request["ExpressionAttributeNames"] = self._names
        return request

    def _name(self, name: str) -> str:
        self._names[f"#{name}"] = name
        return f"#{name}"

    def _value(self, value: Any) -> str:
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = value
        return placeholder
