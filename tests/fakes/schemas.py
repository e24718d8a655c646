"""As much of JSON Schema as our own schemas use; whatever else one says fails the test."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_SCHEMA = Path(__file__).parents[2] / "docs" / "access-export.schema.json"
_TYPES: Mapping[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
_WORDS = {"$schema", "title", "description", "$defs", "$ref", "type", "const", "enum", "pattern"}
_WORDS |= {"anyOf", "required", "properties", "additionalProperties", "items"}


class MismatchError(AssertionError):
    """Where the document is not what the schema says."""


def access_schema() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return told


def validate(document: Any) -> None:
    schema = access_schema()
    _check(document, schema, schema, "$")


def _check(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str) -> None:
    unknown = schema.keys() - _WORDS
    assert not unknown, f"this checker does not know {unknown}"
    if "$ref" in schema:
        _check(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    if "type" in schema:
        is_bool = isinstance(value, bool) and schema["type"] == "integer"
        _expect(isinstance(value, _TYPES[schema["type"]]) and not is_bool, at, schema["type"])
    if "const" in schema:
        _expect(value == schema["const"], at, schema["const"])
    if "enum" in schema:
        _expect(value in schema["enum"], at, schema["enum"])
    if "pattern" in schema:
        _expect(re.search(schema["pattern"], value) is not None, at, schema["pattern"])
    if "anyOf" in schema:
        _expect(any(_fits(value, each, root, at) for each in schema["anyOf"]), at, "anyOf")
    if isinstance(value, dict):
        _object(value, schema, root, at)
    if isinstance(value, list) and "items" in schema:
        for index, each in enumerate(value):
            _check(each, schema["items"], root, f"{at}[{index}]")


def _object(
    value: Mapping[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> None:
    missing = set(schema.get("required", ())) - value.keys()
    _expect(not missing, at, f"{missing} to be there")
    known = schema.get("properties", {})
    for name, each in value.items():
        rest = schema.get("additionalProperties", True)
        if name in known:
            _check(each, known[name], root, f"{at}.{name}")
        elif isinstance(rest, dict):
            _check(each, rest, root, f"{at}.{name}")
        else:
            _expect(rest, f"{at}.{name}", "nothing of that name")


def _fits(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str) -> bool:
    try:
        _check(value, schema, root, at)
    except MismatchError:
        return False
    return True


def _expect(holds: Any, at: str, what: Any) -> None:
    if not holds:
        raise MismatchError(f"{at}: expected {what}")
