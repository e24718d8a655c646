"""Which mandatory fields a record or receipt lacks, by `policies/consent_record.toml`. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.core.runtime.policies import load

RECORD, RECEIPT = "dpv:ConsentRecord", "dpv:ConsentReceipt"


def missing(told: Mapping[str, Any]) -> list[str]:
    """Names of fields with their paths; of a receipt also those of the records in it."""
    if told.get("@type") != RECEIPT:
        return _missing(told, "record")
    records = told.get("dpv:hasRecordOfActivity") or []
    return _missing(told, "receipt") + [each for record in records for each in missing(record)]


def _missing(told: Mapping[str, Any], of: str) -> list[str]:
    fields = load("consent_record")[of]
    return [
        f"{field['name']} ({field['path']})"
        for field in fields
        if not _has(told, field["path"].split("/"))
    ]


def _has(value: Any, path: Sequence[str]) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_has(each, path) for each in value)
    if not path:
        return value not in (None, "", {})
    return isinstance(value, Mapping) and _has(value.get(path[0]), path[1:])
