"""Disposing: of threads, consents, people and other records, by whoever has a reason to.

Every call may be repeated, may die anywhere and may run beside itself. It reads guards itself and
never deletes what one of them covers.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.core.audit.model import Actor
from functions.core.audit.writer import Writer
from functions.core.contacts.service import Directory
from functions.core.holds.guard import Guards
from functions.core.retention.batches import Batches
from functions.core.retention.consents import Consents
from functions.core.retention.contacts import Contacts, Horizon
from functions.core.retention.deleting import Deleter, Erasing
from functions.core.retention.disposed import Disposed
from functions.core.retention.keys import KeyDestroyer
from functions.core.retention.kinds import DataKind
from functions.core.retention.listing import Listing, Unit
from functions.core.retention.partitions import Partitions
from functions.core.retention.signs import Signs
from functions.core.retention.threads import Threads
from functions.core.rights.subject import Subject
from functions.core.runtime.dynamodb import DynamoRecords

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where everything lies. `tables`: conversations, consent, compliance and keys → at AWS.

    `media`: erases objects of the media bucket. `numbers`: phone number ids of the business.
    """

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    media: Erasing
    numbers: Callable[[], Collection[str]]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Who deletes, in which run or request (`run`, part of a key), called what in the audit log."""

    by: Actor
    run: str
    word: str


class Disposer:
    """`rehearse`: counts what would go, and changes nothing. `now_ms`: of the whole run."""

    def __init__(
        self,
        place: Place,
        reason: Reason,
        *,
        directory: Directory,
        audit: Writer,
        now_ms: Callable[[], int],
        new_id: Callable[[], str],
        rehearse: bool = False,
    ) -> None:
        client, tables = place.client, place.tables
        records = {name: DynamoRecords(client, table) for name, table in tables.items()}
        self.guards = Guards(client, tables["compliance"])
        self.batches = Batches(client, tables["compliance"], run=reason.run, new_id=new_id)
        self.listing = Listing(client, tables)
        self.deleter = Deleter(
            client,
            tables=tables,
            guards=self.guards,
            batches=self.batches,
            objects=place.media,
            rehearse=rehearse,
        )
        self.keys = KeyDestroyer(
            client,
            tables["keys"],
            guards=self.guards,
            audit=audit,
            by=reason.by,
            now_ms=now_ms,
            rehearse=rehearse,
        )
        signs = Signs(records["conversations"], rehearse=rehearse)
        self._reason = reason
        self._threads = Threads(
            deleter=self.deleter,
            listing=self.listing,
            records=records["conversations"],
            signs=signs,
            now_ms=now_ms,
        )
        self._consents = Consents(
            deleter=self.deleter, listing=self.listing, records=records["consent"], signs=signs
        )
        self._partitions = Partitions(
            deleter=self.deleter,
            listing=self.listing,
            keys=self.keys,
            records=records,
            now_ms=now_ms,
        )
        self._contacts = Contacts(
            deleter=self.deleter,
            keys=self.keys,
            records=records["conversations"],
            directory=directory,
            signs=signs,
            told=self._consents,
            now_ms=now_ms,
            numbers=place.numbers,
        )

    def thread(
        self, thread: str, *, before_ms: int | None, after_ms: int | None = None
    ) -> Disposed:
        """Messages with all that lies beside them, files, and the thread when nothing is left.

        `after_ms`: only what is later than that.
        """
        return self._threads.dispose(thread, before_ms=before_ms, after_ms=after_ms)

    def consent(self, node: str, *, before_ms: int | None) -> Disposed:
        """Everything at CONSENT#<node>, requests and wishes with it; unless counted from later."""
        return self._consents.dispose(node, before_ms=before_ms)

    def contact(self, subject: Subject) -> Disposed:
        """Aliases and keys of a person of whom nothing else is left."""
        return self._contacts.dispose(subject, reason=self._reason.word)

    def finish_objects(self, shard: int) -> None:
        """Whoever died after records went, and before their objects did, left those."""
        for batch in self.batches.of(shard):
            self.deleter.settle(batch)

    def unit(self, unit: Unit, *, before_ms: int, horizon: Horizon) -> Disposed:
        """What a run found to be due."""
        match unit.kind, unit.key.sk:
            case DataKind.COMMUNICATIONS, "THREAD":
                thread = unit.key.pk.removeprefix("THREAD#")
                return self.thread(thread, before_ms=before_ms)
            case DataKind.CONSENT, "STATE":
                return self.consent(unit.key.pk.removeprefix("CONSENT#"), before_ms=before_ms)
            case DataKind.CONTACT, _:
                node = unit.key.pk.removeprefix("NODE#")
                return self._contacts.due(node, before_ms=before_ms, horizon=horizon)
        return self._partitions.dispose(unit)
