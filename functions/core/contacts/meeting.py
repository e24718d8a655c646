"""Somebody is named by an alias: found, and met for the first time where nobody has it yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from functions.core.contacts.model import Alias, Node, Person, Sighting
from functions.core.contacts.service import Directory, folds
from functions.core.runtime.records import RecordStore, fold_all


@dataclass(frozen=True)
class Met:
    """`node`: of the alias. `nodes`: everything linked to it. `is_new`: nobody had it before."""

    node: str
    person: Person
    nodes: Mapping[str, Node]
    is_new: bool = False


def meet(directory: Directory, records: RecordStore, alias: Alias, *, now_ms: int) -> Met:
    """Whose alias it is today; a new one is registered and seen for the first time now."""
    node = directory.register([alias])[alias]
    person, nodes = directory.person_behind(node, inf)
    if nodes[node].since_ms is not None:
        return Met(node, person, nodes)
    seen = Sighting(nodes=frozenset({node}), at_ms=now_ms)
    fold_all(records, folds([seen], {alias: node}))
    person, nodes = directory.person_behind(node, inf, consistent=True)
    return Met(node, person, nodes, is_new=True)


def known(directory: Directory, alias: Alias) -> Person | None:
    """Whose alias it is today; None when nobody was ever seen under it."""
    node = directory.find([alias]).get(alias)
    if node is None:
        return None
    person, nodes = directory.person_behind(node, inf)
    return None if nodes[node].since_ms is None else person
