"""Asking for an export: checked, stored with its reason sealed, its workflow started."""

from collections.abc import Callable

from functions.core.archive.exports.asked import Asked
from functions.core.archive.exports.errors import (
    ExportConflictError,
    UnknownExportError,
    UnknownPersonError,
)
from functions.core.archive.exports.model import (
    Export,
    Scope,
    State,
    export_key,
    reason_binding,
)
from functions.core.archive.exports.store import ExportStore, Machine
from functions.core.contacts.model import Person
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.keyring import KeyRing
from functions.core.conversations.model import thread_id
from functions.core.runtime.records import Key, RecordStore


class Asking:
    def __init__(
        self,
        *,
        store: ExportStore,
        records: RecordStore,
        directory: Directory,
        pseudonyms: Pseudonyms,
        ring: KeyRing,
        machine: Machine,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._records = records
        self._directory = directory
        self._pseudonyms = pseudonyms
        self._ring = ring
        self._machine = machine
        self._now_ms = now_ms

    def ask(self, asked: Asked, *, client_id: str, idempotency_key: str) -> Export:
        """The same key with the same body is the same export, however often it is asked for."""
        export_id = f"e_{self._pseudonyms.of('export', client_id, idempotency_key)}"
        digest = self._pseudonyms.of("export body", asked.canonical)
        export = self._store.load(export_id)
        if export is None:
            self._store.create(self._new(export_id, asked, client_id, digest))
            export = self._store.load(export_id)  # of two at once, the first counts
        if export is None:
            raise UnknownExportError("it vanished while it was made")
        if export.body_digest != digest:
            raise ExportConflictError("this Idempotency-Key was used with another body")
        if export.state is State.RUNNING:
            self._machine.start(export_id)
        return export

    def _new(self, export_id: str, asked: Asked, client_id: str, digest: str) -> Export:
        scope = self._scope(asked)
        reason = asked.reason.encode()
        self._ring.prepare([export_key(export_id)], create=True)
        return Export(
            id=export_id,
            state=State.RUNNING,
            client=client_id,
            created_ms=self._now_ms(),
            body_digest=digest,
            scope=scope,
            sealed_reason=self._ring.seal(export_key(export_id), reason_binding(export_id), reason),
        )

    def _scope(self, asked: Asked) -> Scope:
        if asked.contact_id is None and asked.conversation_id is None:
            return Scope(from_ms=asked.from_ms, to_ms=asked.to_ms)
        number, _, contact_id = (asked.conversation_id or "").rpartition(".")
        person = self._person(asked.contact_id or contact_id)
        if asked.conversation_id is not None:
            self._check_conversation(person, number)
        return Scope(
            contact_id=asked.contact_id or contact_id,
            phone_number_id=number or None,
            spans=tuple(sorted(person.spans)),
            from_ms=asked.from_ms,
            to_ms=asked.to_ms,
        )

    def _person(self, contact_id: str) -> Person:
        found = self._directory.person(contact_id)
        if found is None:
            raise UnknownPersonError("no contact has this id")
        return found[0]

    def _check_conversation(self, person: Person, number: str) -> None:
        threads = [thread_id(number, span.node) for span in person.spans]
        if not self._records.load([Key(f"THREAD#{thread}", "THREAD") for thread in threads]):
            raise UnknownPersonError("no conversation has this id")
