"""Buckets under Object Lock, as tests ask about them."""

from typing import Any

from synthesised import Assembly


def bucket(assembly: Assembly, name: str) -> dict[str, Any]:
    """Properties of the bucket that the data stack calls `name`."""
    (found,) = [b for b in assembly.of_type("AWS::S3::Bucket") if b.id[:-8] == name]
    return found.properties


def denied_to_all(assembly: Assembly, name: str) -> dict[str, Any]:
    """By statement id: actions and condition of what a bucket refuses to everyone."""
    return {
        sid: (_list(each["Action"]), each.get("Condition"))
        for sid, each in _statements(assembly, name).items()
    }


def denied_places(assembly: Assembly, name: str) -> dict[str, list[str]]:
    """By statement id: where; an exclamation mark says everywhere but there."""
    found = {}
    for sid, each in _statements(assembly, name).items():
        mark = "!" if "NotResource" in each else ""
        places = _list(each.get("NotResource") or each["Resource"])
        found[sid] = [mark + assembly.name_of(place) for place in places]
    return found


def _statements(assembly: Assembly, name: str) -> dict[str, dict[str, Any]]:
    (policy,) = [
        each
        for each in assembly.of_type("AWS::S3::BucketPolicy")
        if assembly.name_of(each.properties["Bucket"]) == f"<{name}>"
    ]
    found = {
        each["Sid"]: each
        for each in policy.properties["PolicyDocument"]["Statement"]
        if each.get("Sid")
    }
    assert all(each["Effect"] == "Deny" for each in found.values())
    assert all(each["Principal"] == {"AWS": "*"} for each in found.values())
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
