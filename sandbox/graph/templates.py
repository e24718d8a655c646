"""The templates an account has, in the shape of Meta's own definitions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import ControlError, GraphError

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
DEFAULTS: tuple[dict[str, Any], ...] = (
    {
        "name": "hello_world",
        "language": "en_US",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Hello, this is the sandbox."}],
    },
    {
        "name": "appointment_reminder",
        "language": "en_US",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "{{1}}, we expect you on {{2}}."}],
    },
    {
        "name": "news",
        "language": "en_US",
        "category": "MARKETING",
        "components": [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "There is news for {{first_name}}."},
        ],
    },
    {
        "name": "sign_in_code",
        "language": "en_US",
        "category": "AUTHENTICATION",
        "components": [
            {"type": "BODY", "text": "Your code is {{1}}."},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
        ],
    },
)


@dataclass(frozen=True, kw_only=True)
class Template:
    name: str
    language: str
    category: str
    status: str
    # TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION; None without a header
    header: str | None
    header_variables: int
    body: str
    body_variables: tuple[str, ...]
    # the type of the buttons that need a parameter, by position
    open_buttons: Mapping[int, str]

    @property
    def named(self) -> bool:
        return any(not name.isdigit() for name in self.body_variables)


class Templates:
    def __init__(self) -> None:
        self._templates: dict[tuple[str, str], Template] = {}
        for definition in DEFAULTS:
            self.define(definition)

    def define(self, definition: Mapping[str, Any]) -> Template:
        """Add or replace one; `body` is short for a single BODY component."""
        template = _parse(definition)
        self._templates[template.name, template.language] = template
        return template

    def usable(self, name: str, language: str) -> Template:
        template = self._templates.get((name, language))
        if template is None or template.status not in {"APPROVED", "PAUSED", "DISABLED"}:
            raise GraphError(132001, f"template name ({name}) does not exist in {language}")
        if template.status != "APPROVED":
            raise GraphError(132015 if template.status == "PAUSED" else 132016)
        return template

    def names(self) -> list[dict[str, str]]:
        return [
            {"name": t.name, "language": t.language, "category": t.category, "status": t.status}
            for t in self._templates.values()
        ]


def _parse(definition: Mapping[str, Any]) -> Template:
    if not definition.get("name") or not definition.get("language"):
        raise ControlError("a template needs a name and a language")
    category = str(definition.get("category", "UTILITY")).upper()
    if category not in CATEGORIES:
        raise ControlError(f"category is one of {', '.join(CATEGORIES)}")
    components = list(definition.get("components", ()))
    if "body" in definition:
        components.append({"type": "BODY", "text": definition["body"]})
    parts = {str(part.get("type", "")).upper(): part for part in components}
    header = parts.get("HEADER")
    body = str(parts.get("BODY", {}).get("text", ""))
    return Template(
        name=str(definition["name"]),
        language=str(definition["language"]),
        category=category,
        status=str(definition.get("status", "APPROVED")).upper(),
        header=str(header.get("format", "TEXT")).upper() if header else None,
        header_variables=len(_variables(str((header or {}).get("text", "")))),
        body=body,
        body_variables=_variables(body),
        open_buttons=_open_buttons(parts.get("BUTTONS", {}).get("buttons", ())),
    )


def _variables(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def _open_buttons(buttons: Any) -> dict[int, str]:
    types = [str(button.get("type", "")).upper() for button in buttons]
    return {
        index: "Url" if kind == "OTP" else kind.title()
        for index, kind in enumerate(types)
        if kind in {"OTP", "COPY_CODE"}
        or (kind == "URL" and _variables(str(buttons[index].get("url", ""))))
    }
