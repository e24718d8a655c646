"""How long a stage's archive is locked: the longest of the classes that apply to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.core.runtime.policies import load

_NON_PRODUCTION = "non-production"


class RetentionError(ValueError):
    """A stage would lock its archive for longer than it may; the message names class and bound."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """`name`: the class of policies/retention_classes.toml that the length comes from."""

    name: str
    days: int


def ordinary_classes() -> list[str]:
    """What every law known here demands of its own accord: for who names none of them."""
    classes = load("retention_classes").items()
    return [
        name for name, each in classes if name != _NON_PRODUCTION and not each.get("on_request")
    ]


def longest(names: Sequence[str], *, bound_days: int, stage: str) -> Retention:
    classes = load("retention_classes")
    name = max(names, key=lambda each: int(classes[each]["value"]))
    retention = Retention(name=name, days=int(classes[name]["value"]))
    if retention.days > bound_days:
        raise RetentionError(
            f"infra/stages/{stage}.toml: retention_classes must ask for at most {bound_days} days "
            f"in this stage (archive_retention_bound_days), but {name} asks for {retention.days}"
        )
    return retention
