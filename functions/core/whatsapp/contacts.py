"""Which entry of `contacts` belongs to which element of the same value."""

from collections.abc import Mapping
from typing import Any

from functions.core.contacts.model import Alias
from functions.core.whatsapp.explode import Value
from functions.core.whatsapp.model import Profile
from functions.core.whatsapp.people import Aliases, contradict, known_as
from functions.core.whatsapp.reading import mapping, text

_Id = tuple[str, str]


class Contacts:
    """Matched by any id; by position only when there is one of each and no id contradicts."""

    def __init__(self, value: Value) -> None:
        self._all = value.contacts
        self._by_id: dict[_Id, Mapping[str, Any]] = {}
        self._used: list[Mapping[str, Any]] = []
        for contact in value.contacts:
            for alias in known_as(mapping(contact)):
                self._by_id.setdefault(_id(alias), contact)
        self._sole = (
            mapping(value.contacts[0])
            if len(value.contacts) == 1 and len(value.pieces) == 1
            else None
        )

    def of(self, person: Aliases) -> Mapping[str, Any] | None:
        found = next((c for a in person if (c := self._by_id.get(_id(a))) is not None), None)
        if found is None and self._sole and not contradict(person, known_as(self._sole)):
            found = self._sole
        if found is not None and not any(found is used for used in self._used[-1:]):
            self._used.append(found)
        return found

    def unused(self) -> list[Any]:
        """Contacts that no element took; one that repeats another's words was taken with it."""
        taken = {id(contact) for contact in self._used}
        return [c for c in self._all if id(c) not in taken and not self._repeats(c, taken)]

    def _repeats(self, contact: Any, taken: set[int]) -> bool:
        first = next((self._by_id[_id(a)] for a in known_as(mapping(contact))), None)
        return first is not None and id(first) in taken and first == contact


def profile_of(contact: Mapping[str, Any]) -> Profile | None:
    said = mapping(contact.get("profile"))
    name = text(said.get("name"))
    username = text(said.get("username")) or text(contact.get("username"))
    return Profile(name=name, username=username) if name or username else None


def _id(alias: Alias) -> _Id:
    return alias.namespace, alias.value
