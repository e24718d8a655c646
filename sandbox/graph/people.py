"""The people on the other side: who they are and what becomes of messages to them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import ControlError
from sandbox.ids import business_scoped_user_id

Step = str | Mapping[str, Any]


def digits(phone: str) -> str:
    """+49 151 … and (49)151 … name the same person."""
    return re.sub(r"\D", "", phone)


@dataclass(kw_only=True)
class Person:
    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    name: str = "Test Person"
    username: str | None = None
    # true: webhooks carry the ids but not the number, as for people with a username
    hide_number: bool = False
    on_whatsapp: bool = True
    # instead of the sandbox's own; a failure is {"status": "failed", "code": 131049}
    statuses: tuple[Step, ...] | None = None
    # what opens no window and orders nothing: only tells two people apart
    number: int = field(default=0)

    def is_called(self, name: str) -> bool:
        return name in {self.user_id, self.parent_user_id} or (
            self.phone is not None and digits(name) == self.phone and "." not in name
        )

    @property
    def shown_phone(self) -> str | None:
        return None if self.hide_number else self.phone

    def contact(self, *, ids: bool = True) -> dict[str, Any]:
        """One element of `contacts` in a webhook."""
        profile = {"name": self.name}
        if self.username:
            profile["username"] = self.username
        contact: dict[str, Any] = {"profile": profile}
        if self.shown_phone:
            contact["wa_id"] = self.shown_phone
        if ids and self.user_id:
            contact["user_id"] = self.user_id
        if ids and self.parent_user_id:
            contact["parent_user_id"] = self.parent_user_id
        return contact


_SETTABLE = {
    "user_id", "parent_user_id", "name", "username", "hide_number", "on_whatsapp", "statuses",
}  # fmt: skip


class People:
    def __init__(self, waba_id: str, *, user_ids: bool = True) -> None:
        self._waba_id = waba_id
        self._user_ids = user_ids
        self._people: list[Person] = []

    def find(self, name: str) -> Person | None:
        return next((person for person in self._people if person.is_called(name)), None)

    def with_phone(self, phone: str) -> Person:
        return self.find(digits(phone)) or self._add(Person(phone=digits(phone)))

    def known(self, phone: str | None, user_id: str | None) -> Person:
        """The person of a number, of an id, or of both; new when nobody has either."""
        if not phone and not user_id:
            raise ControlError("name the person: from (a phone number), user_id, or both")
        person = (self.find(user_id) if user_id else None) or (self.find(phone) if phone else None)
        person = person or self._add(Person(phone=digits(phone) if phone else None))
        person.phone = person.phone or (digits(phone) if phone else None)
        person.user_id = user_id or person.user_id
        return person

    def describe(self, traits: Mapping[str, Any]) -> Person:
        """Add or change a person: `phone` and/or `user_id`, and what is known of them."""
        unknown = set(traits) - _SETTABLE - {"phone"}
        if unknown:
            raise ControlError(f"people have no {', '.join(sorted(unknown))}")
        person = self.known(traits.get("phone"), traits.get("user_id"))
        for trait in _SETTABLE & set(traits):
            value = traits[trait]
            setattr(person, trait, tuple(value) if isinstance(value, list) else value)
        return person

    def _add(self, person: Person) -> Person:
        person.number = len(self._people) + 1
        if self._user_ids and person.phone and not person.user_id:
            person.user_id = business_scoped_user_id(person.phone, self._waba_id)
        self._people.append(person)
        return person
