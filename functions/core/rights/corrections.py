"""What a person wants corrected, as it stands in their request. Pure.

{"name": "Ada", "username": "ada"}     what they are called; empty: nothing
{"not_mine": ["+49…", "US.123…"]}      numbers and ids that are somebody else's
{"wrong_consents": ["e_…"]}            events of consent that did not happen so
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.runtime.http.problems import FieldError

_LONGEST_NAME = 200
_MOST = 50
_EVENT = re.compile(r"[A-Za-z0-9_]{1,80}")
_ALIAS = re.compile(r"[^\s]{1,140}")
_TEXTS, _LISTS = ("name", "username"), {"not_mine": _ALIAS, "wrong_consents": _EVENT}


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """None: it is right as it stands."""

    name: str | None = None
    username: str | None = None
    not_mine: tuple[str, ...] = ()
    wrong_consents: tuple[str, ...] = ()

    @property
    def renames(self) -> bool:
        return self.name is not None or self.username is not None


def problems_of(told: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with corrections as they were filed; no value is quoted."""
    errors = [
        FieldError(f"corrections.{name}", "is not something that can be corrected here")
        for name in told
        if name not in (*_TEXTS, *_LISTS)
    ]
    for name in _TEXTS:
        value = told.get(name)
        if value is not None and not (isinstance(value, str) and len(value) <= _LONGEST_NAME):
            reason = f"must be text of at most {_LONGEST_NAME} characters"
            errors.append(FieldError(f"corrections.{name}", reason))
    for name, form in _LISTS.items():
        if name in told and not _is_list(told[name], form):
            errors.append(FieldError(f"corrections.{name}", f"must list 1 to {_MOST} of them"))
    return errors


def corrections_from(told: Mapping[str, Any]) -> Corrections:
    """Of a request that was checked when it was filed; what is wrong all the same is left out."""
    return Corrections(
        name=_text(told.get("name")),
        username=_text(told.get("username")),
        not_mine=_listed(told, "not_mine"),
        wrong_consents=_listed(told, "wrong_consents"),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= _LONGEST_NAME else None


def _listed(told: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = told.get(name)
    return tuple(value) if value is not None and _is_list(value, _LISTS[name]) else ()


def _is_list(value: Any, form: re.Pattern[str]) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= _MOST
        and all(isinstance(each, str) and form.fullmatch(each) for each in value)
    )
