"""What an answer to an access request is made of: lines of sections, files beside them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from functions.core.archive.exports.model import Scope
from functions.core.archive.model import Record
from functions.core.content.binding import Binding
from functions.core.rights.subject import Subject

Json = dict[str, Any]

ACCESS, PORTABILITY = "access", "portability"

# In the order of the documents, with the headings people read. Messages and files come last: there
# may be many.
SECTIONS: Mapping[str, str] = {
    "aliases": "Who you are to us",
    "corrections": "What was corrected",
    "consents": "What you agreed to",
    "consent_events": "How that came about",
    "restrictions": "Restrictions of processing",
    "requests": "Requests about your data",
    "exports": "Copies of the archive that hold data of yours",
    "imports": "Lists in which consents of yours came",
    "holds": "Legal holds",
    "keys": "Keys under which your content is sealed",
    "recipients": "Who received or used your data",
    "account_updates": "What WhatsApp told about your account",
    "messages": "Messages",
    "files": "Files",
}
# GDPR Article 20(1): what the person provided, in a form that other systems read
_PORTABLE = ("aliases", "corrections", "consents", "consent_events", "account_updates")
_PORTABLE_TOO = ("messages", "files")


def sections_of(right: str) -> tuple[str, ...]:
    return (*_PORTABLE, *_PORTABLE_TOO) if right == PORTABILITY else tuple(SECTIONS)


@dataclass(frozen=True)
class Line:
    """One thing. `at`: its place within the section. `name`: by which the same is known again."""

    section: str
    at: str
    told: Json = field(repr=False)
    name: str = ""


class Collecting(Protocol):
    """One store: everything in it that is about a person."""

    def collect(self, subject: Subject) -> Iterator[Line]: ...


@dataclass(frozen=True)
class Copy:
    """A file of the answer. `object`: its name in the exports bucket; `size` in bytes."""

    name: str
    object: str
    size: int
    sha256: str
    media_type: str


class PersonScope(Scope):
    """The archive, as far as it is about a person: also what they wrote in groups."""

    def may_concern(self, record: Record) -> bool:
        return super().may_concern(record) or is_of_group(record)

    def holds(self, thread: str, at_ms: int) -> bool:
        return super().holds(thread, at_ms) or _is_group(thread.rpartition("#")[2])


def scope_of(subject: Subject) -> PersonScope:
    return PersonScope(contact_id=subject.contact_id, spans=tuple(subject.person.spans))


def is_of_group(record: Record) -> bool:
    return _is_group(str(record.get("subject", "")))


def _is_group(node: str) -> bool:
    return node.startswith("g")


def request_key(request_id: str) -> str:
    """The content key of everything that is made for a request."""
    return f"request~{request_id}"


def folder(request_id: str) -> str:
    """Of a request, in the exports bucket."""
    return f"rights/{request_id}"


def key_of(name: str) -> str:
    """The content key of an object below that folder."""
    return request_key(name.split("/")[1])


def scratch_binding(request_id: str) -> Binding:
    return Binding("exports", f"{folder(request_id)}/scratch", "row")
