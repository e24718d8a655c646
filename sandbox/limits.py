"""Meta's numbers, read from the dated limits.toml."""

import functools
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.errors import ControlError


class Limits:
    """Look-ups by table and key; `changed` gives a copy with some numbers replaced."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._tables = tables

    @classmethod
    @functools.cache
    def published(cls) -> "Limits":
        text = Path(__file__).with_name("limits.toml").read_text(encoding="utf-8")
        return cls(tomllib.loads(text))

    def changed(self, changes: Mapping[str, Mapping[str, Any]]) -> "Limits":
        tables = dict(self._tables)
        for table, values in changes.items():
            if not isinstance(tables.get(table), dict) or not set(values) <= set(tables[table]):
                raise ControlError(f"unknown limit in {table!r}; limits.toml lists them")
            tables[table] = tables[table] | dict(values)
        return Limits(tables)

    def number(self, table: str, key: str) -> float:
        return float(self._tables[table][key])

    def count(self, table: str, key: str) -> int:
        return int(self._tables[table][key])

    def hours(self, key: str) -> timedelta:
        return timedelta(hours=self.number("window", key))

    def media(self, kind: str) -> tuple[list[str], int]:
        """MIME types and bytes allowed for a kind of media."""
        table = self._tables["media"][kind]
        return list(table["types"]), int(table["bytes"])

    @property
    def media_kinds(self) -> list[str]:
        return [kind for kind, table in self._tables["media"].items() if isinstance(table, dict)]

    @property
    def service_charged_from(self) -> datetime:
        day = self._tables["pricing"]["service_charged_from"]
        return datetime.fromisoformat(str(day)).replace(tzinfo=UTC)

    @property
    def redelivery_delays(self) -> list[float]:
        return [float(delay) for delay in self._tables["webhooks"]["redelivery_delays_seconds"]]

    def as_json(self) -> dict[str, Any]:
        return {
            name: table for name, table in self._tables.items() if name not in {"as_of", "pricing"}
        }
