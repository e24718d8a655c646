"""Plain Python values to DynamoDB's attribute values and back.

boto3 has a serialiser, but importing it loads all of boto3: 44 ms of every cold start. Ours takes
the types we store: text, whole numbers, truth values, nothing, lists and maps of these.
"""

from collections.abc import Mapping
from typing import Any

AttributeValue = dict[str, Any]


def encode(values: Mapping[str, Any]) -> dict[str, AttributeValue]:
    return {name: _encoded(value) for name, value in values.items()}


def decode(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _decoded(value) for name, value in item.items()}


def _encoded(value: Any) -> AttributeValue:
    match value:
        case str():
            return {"S": str(value)}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case list() | tuple():
            return {"L": [_encoded(each) for each in value]}
        case Mapping():
            return {"M": encode(value)}
    raise TypeError(f"DynamoDB items hold no {type(value).__name__} here")


def _decoded(attribute: AttributeValue) -> Any:
    [(kind, value)] = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "NULL":
            return None
        case "L":
            return [_decoded(each) for each in value]
        case "M":
            return decode(value)
    return value
