"""Contact cards as Meta spells them."""

from typing import Annotated

from functions.core.sending.message_parts import Matching, Part, SomeText


class Name(Part):
    formatted_name: SomeText
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None


class Address(Part):
    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    type: str | None = None


class Email(Part):
    email: SomeText
    type: str | None = None


class Organisation(Part):
    company: str | None = None
    department: str | None = None
    title: str | None = None


class Phone(Part):
    phone: SomeText
    type: str | None = None
    wa_id: str | None = None


class Url(Part):
    url: SomeText
    type: str | None = None


class Card(Part):
    name: Name
    addresses: list[Address] | None = None
    birthday: (
        Annotated[str, Matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "must be a date: YYYY-MM-DD")] | None
    ) = None
    emails: list[Email] | None = None
    org: Organisation | None = None
    phones: list[Phone] | None = None
    urls: list[Url] | None = None
