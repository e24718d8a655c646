"""Settings of a function: constructed by CDK at synth, parsed by Lambda at cold start.

Plain dataclasses, because the webhook function must start without pydantic. A missing or
malformed variable fails at synth (the constructor) or at cold start (`parse`), never mid-message.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, get_type_hints

from functions.core.runtime.errors import SettingsError

_PARSERS = {"str": str, "int": int, "float": float}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of every function's settings. Fields are `str`, `int` or `float`."""

    def environment(self) -> dict[str, str]:
        """The Lambda environment that `parse` turns back into these settings."""
        return {_variable(f.name): str(getattr(self, f.name)) for f in dataclasses.fields(self)}

    @classmethod
    def parse(cls, environment: Mapping[str, str]) -> Self:
        hints = get_type_hints(cls)
        values: dict[str, object] = {}
        for field in dataclasses.fields(cls):
            text = environment.get(_variable(field.name))
            if text is None:
                raise SettingsError(f"{_variable(field.name)} is not set")
            try:
                values[field.name] = _PARSERS[hints[field.name].__name__](text)
            except ValueError as error:
                raise SettingsError(f"{_variable(field.name)} is not a number") from error
        return cls(**values)


def _variable(field: str) -> str:
    return f"AMANA_{field.upper()}"
