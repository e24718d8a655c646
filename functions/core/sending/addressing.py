"""From what a caller names (a number, a BSUID, a contact, a message) to a thread and an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from functions.core.contacts.meeting import meet
from functions.core.contacts.model import (
    Alias,
    AliasKind,
    Node,
    Person,
    content_key_id,
    generation,
    strongest,
)
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.conversations.model import moment_ms, split_thread, thread_id
from functions.core.runtime.records import RecordStore
from functions.core.sending.errors import (
    UnknownContactError,
    UnknownMessageError,
    UnknownPhoneNumberError,
)
from functions.core.sending.messages import OutboundMessage
from functions.core.sending.store import SendingStore

# the alias of nobody: registered ones have random names
_STRANGER = "nstranger"


@dataclass(frozen=True)
class Destination:
    contact_id: str
    thread: str
    key: str  # the content key under which the message is sealed
    address: Mapping[str, str]  # {"to": "+E164"} or {"recipient": BSUID}, as Graph wants it


class Addressing:
    def __init__(
        self,
        *,
        store: SendingStore,
        records: RecordStore,
        directory: Directory,
        pseudonyms: Pseudonyms,
        phone_number_ids: tuple[str, ...],
    ) -> None:
        """`phone_number_ids`: those this deployment sends from, the default first."""
        self._store = store
        self._records = records
        self._directory = directory
        self._pseudonyms = pseudonyms
        self._phone_number_ids = phone_number_ids

    def destination(self, message: OutboundMessage, now_ms: int) -> Destination:
        phone_number_id = self._phone_number_id(message)
        if message.type == "read":
            return self._of_message(phone_number_id, message.referenced_message_id or "", now_ms)
        if message.contact_id is not None:
            person, nodes = self._known(message.contact_id)
            node = strongest(person.current or [span.node for span in person.spans])
            return _destination(
                phone_number_id, node, person, nodes, _address(person, nodes), now_ms
            )
        return self._of_alias(phone_number_id, message, now_ms)

    def known(self, message: OutboundMessage, now_ms: int) -> Destination:
        """As `destination`, but nobody is registered: a stranger has no `contact_id`."""
        if message.to is None and message.recipient is None:
            return self.destination(message, now_ms)
        phone_number_id = self._phone_number_id(message)
        alias, address = _named(message)
        node = self._directory.find([alias]).get(alias)
        if node is None:
            return Destination("", thread_id(phone_number_id, _STRANGER), "", address)
        person, nodes = self._directory.person_behind(node, inf)
        node = strongest(person.current)
        return _destination(phone_number_id, node, person, nodes, address, now_ms)

    def _phone_number_id(self, message: OutboundMessage) -> str:
        phone_number_id = message.phone_number_id or self._phone_number_ids[0]
        if phone_number_id not in self._phone_number_ids:
            raise UnknownPhoneNumberError("this deployment does not send from that number")
        return phone_number_id

    def _of_alias(self, phone_number_id: str, message: OutboundMessage, now_ms: int) -> Destination:
        alias, address = _named(message)
        met = meet(self._directory, self._records, alias, now_ms=now_ms)
        person, nodes = met.person, met.nodes
        node = strongest(person.current)
        return _destination(phone_number_id, node, person, nodes, address, now_ms)

    def _of_message(self, phone_number_id: str, referenced: str, now_ms: int) -> Destination:
        stored = self._store.message(message_id_of(self._pseudonyms, phone_number_id, referenced))
        if stored is None:
            raise UnknownMessageError("no such message is stored here")
        number, node = split_thread(stored["thread"])
        person, nodes = self._directory.person_behind(node, moment_ms(stored["at"]))
        return _destination(number, node, person, nodes, {}, now_ms)

    def _known(self, contact_id: str) -> tuple[Person, dict[str, Node]]:
        found = self._directory.person(contact_id)
        if found is None:
            raise UnknownContactError("no contact has this id")
        return found


def _named(message: OutboundMessage) -> tuple[Alias, dict[str, str]]:
    if message.to is not None:
        return Alias(AliasKind.PHONE, message.to.removeprefix("+")), {"to": message.to}
    alias = Alias(AliasKind.BSUID, message.recipient or "")
    return alias, {"recipient": alias.value}


def _destination(
    phone_number_id: str,
    node: str,
    person: Person,
    nodes: Mapping[str, Node],
    address: Mapping[str, str],
    now_ms: int,
) -> Destination:
    return Destination(
        contact_id=person.contact_id,
        thread=thread_id(phone_number_id, node),
        key=content_key_id(node, generation(nodes, node, now_ms)),
        address=address,
    )


def message_id_of(pseudonyms: Pseudonyms, phone_number_id: str, reference: str) -> str:
    """Our id of a message that a caller names by our id or by its wamid."""
    if reference.startswith(("m_", "w_")):
        return reference
    return f"w_{pseudonyms.of('message', phone_number_id, reference)}"


def _address(person: Person, nodes: Mapping[str, Node]) -> dict[str, str]:
    """A phone number where there is one: some templates cannot go to a BSUID (131062)."""
    for prefix, form in (("n", "to"), ("b", "recipient")):
        for node in person.current:
            if node.startswith(prefix) and (value := nodes[node].value):
                return {form: f"+{value}" if form == "to" else value}
    raise UnknownContactError("the contact has no alias that can be written to any more")
