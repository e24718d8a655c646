"""Reading a JSON object the way Graph does, refusing in its words with its paths."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.errors import GraphError


def refuse(sentence: str) -> GraphError:
    """A refusal of the request's shape: code 100 with the sentence in the message."""
    return GraphError(100, message=f"(#100) {sentence}")


@dataclass(frozen=True)
class Fields:
    value: dict[str, Any]
    # where the object stands, for example template['language']; empty at the top
    name: str = ""

    def path(self, key: str) -> str:
        return f"{self.name}['{key}']" if self.name else key

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def any(self, key: str) -> Any:
        if not self.has(key):
            raise refuse(f"The parameter {self.path(key)} is required.")
        return self.value[key]

    def string(self, key: str, most: int | None = None, *, empty: bool = False) -> str:
        text = self.any(key)
        if not isinstance(text, str):
            raise refuse(f"Param {self.path(key)} must be a string.")
        if not text and not empty:
            raise refuse(f"The parameter {self.path(key)} is required.")
        if most is not None and len(text) > most:
            raise refuse(f"Param {self.path(key)} must be at most {most} characters long.")
        return text

    def optional_string(self, key: str, most: int | None = None) -> str | None:
        return self.string(key, most, empty=True) if self.has(key) else None

    def choice(self, key: str, allowed: Iterable[str]) -> str:
        text = self.string(key)
        names = sorted(allowed)
        if text.lower() not in names:
            shown = ", ".join(name.upper() for name in names)
            raise refuse(f'Param {self.path(key)} must be one of {{{shown}}} - got "{text}".')
        return text.lower()

    def number(self, key: str, least: float, most: float) -> float:
        raw = self.any(key)
        try:
            number = float(raw)
        except (TypeError, ValueError):
            raise refuse(f"Param {self.path(key)} must be a number.") from None
        if not least <= number <= most:
            raise refuse(f"Param {self.path(key)} must be between {least:g} and {most:g}.")
        return number

    def object(self, key: str) -> "Fields":
        return _as_object(self.any(key), self.path(key))

    def objects(self, key: str) -> list["Fields"]:
        items = self.any(key)
        if not isinstance(items, list):
            raise refuse(f"Param {self.path(key)} must be an array.")
        return [_as_object(item, f"{self.path(key)}[{i}]") for i, item in enumerate(items)]

    def optional_objects(self, key: str) -> list["Fields"]:
        return self.objects(key) if self.has(key) else []

    def only(self, *keys: str) -> "Fields":
        for key in self.value:
            if key not in keys:
                raise refuse(f'Unexpected key "{key}" on param "{self.name}".')
        return self


def _as_object(value: Any, name: str) -> Fields:
    if not isinstance(value, dict):
        raise refuse(f"Param {name} must be a JSON object.")
    return Fields(value, name)
