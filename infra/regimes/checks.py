"""What is wrong with files of policies, each with its file and line."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from infra.processes import ROOT
from infra.regimes.errors import PolicyError
from infra.regimes.lines import Document, Place
from infra.regimes.model import Deadline, Regime, RetentionClass

# a type as `isinstance` takes it; a key that ends in "?" may be left out
Shape = Mapping[str, Any]


def refuse_keys(document: Document, values: Mapping[str, Any], shape: Shape, place: Place) -> None:
    """Unknown and missing keys, values of another type, empty texts."""
    known = {key.rstrip("?"): type_ for key, type_ in shape.items()}
    for key, value in values.items():
        if key not in known:
            complaint = f"{key} is unknown; known are {', '.join(known)}"
            raise document.error(complaint, *place, key)
        if not isinstance(value, known[key]) or value == "":
            raise document.error(f"{key} is of another type, or empty", *place, key)
    for key in shape:
        if not key.endswith("?") and key not in values:
            raise document.error(f"{key} is missing", *place)


def refuse_limits(document: Document, each: RetentionClass, place: Place) -> None:
    """What says nothing, or wants something kept longer than it may be."""
    if each.least is None and each.most is None:
        raise document.error(f"{each.id} has neither least nor most", *place)
    if isinstance(each.least, int) and isinstance(each.most, int) and each.least > each.most:
        complaint = f"{each.id} asks for at least {each.least} days and at most {each.most}"
        raise document.error(complaint, *place, "least")
    if each.yields_to and each.most is None:
        raise document.error(f"{each.id} has no most that could yield", *place, "yields_to")
    if bool(each.kinds) == bool(each.before_storage):
        complaint = f"{each.id} names kinds of data, or what keeps them from being stored"
        raise document.error(complaint, *place, "kinds")
    if each.before_storage and not (ROOT / each.before_storage).exists():
        complaint = f"{each.id} relies on {each.before_storage}, which does not exist"
        raise document.error(complaint, *place, "before_storage")


def refuse_overlaps(regimes: Iterable[Regime]) -> None:
    """Two versions of one class at one time; two deadlines of one law for one right."""
    found = list(regimes)
    classes = [each for regime in found for each in regime.retention]
    deadlines = [each for regime in found for each in regime.deadlines]
    for one, other in combinations(classes, 2):
        if one.id == other.id:
            if one.regime != other.regime:
                raise PolicyError(f"{other.place}: {one.id} is the name of a class at {one.place}")
            _refuse_overlap(one, other)
    for first, second in combinations(deadlines, 2):
        if first.regime == second.regime and set(first.rights) & set(second.rights):
            _refuse_overlap(first, second)


def _refuse_overlap(one: RetentionClass | Deadline, other: RetentionClass | Deadline) -> None:
    if one.validity.overlaps(other.validity):
        raise PolicyError(
            f"{other.place}: {other.id} is valid from {other.validity.begins}, when "
            f"{one.id} at {one.place} still is; end that with valid_until"
        )
