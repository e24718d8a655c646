"""Correcting what is held as asserted about a person (GDPR Article 16), with its history.

What WhatsApp said stays where it is, beside what was corrected, which counts from then on. Every
correction is one transaction: the record, its history beside the request, and its entry in the
audit log.
Whoever reads contacts by the API is shown what is right from then on; the entry tells that it
changed (GDPR Article 19).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.audit.model import Actor
from functions.core.audit.model import Event as Entry
from functions.core.audit.vocabulary import Action
from functions.core.audit.writer import Writer
from functions.core.consent.ledger import Ledger, Told
from functions.core.consent.model import Event
from functions.core.consent.vocabulary import Kind, Method
from functions.core.contacts.model import (
    Correction,
    Node,
    Profile,
    Span,
    called,
    content_key_id,
    generation,
)
from functions.core.contacts.service import item_from, node_from, node_key
from functions.core.content.records import Sealing
from functions.core.rights.corrections import Corrections, corrections_from
from functions.core.rights.items import CORRECTION, place
from functions.core.rights.model import Request
from functions.core.rights.subject import Subject
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import ContentionError, Item, Key
from functions.core.runtime.values import encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY = Actor(kind="system", id="rights")
_ROUNDS = 6


@dataclass(frozen=True, kw_only=True)
class _Change:
    """`attributes`: of the node's record. `before`, `after`: as its history tells it, sealed."""

    attributes: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


# from a node's record, as it is read, to what becomes of it
_Make = Callable[[Item], _Change]


class Rectifier:
    """`table`, `sealing`: of conversations; `requests_table`, `requests_sealing`: of requests."""

    def __init__(
        self,
        *,
        client: "DynamoDBClient",
        table: str,
        sealing: Sealing,
        requests_table: str,
        requests_sealing: Sealing,
        audit: Writer,
        ledger: Ledger,
    ) -> None:
        self._client = client
        self._table = table
        self._sealing = sealing
        self._records = DynamoRecords(client, table)
        self._requests_table = requests_table
        self._requests_sealing = requests_sealing
        self._history = DynamoRecords(client, requests_table)
        self._audit = audit
        self._ledger = ledger

    def correct(self, request: Request, subject: Subject) -> dict[str, int]:
        """How many records were corrected of each kind. May be repeated."""
        wanted = corrections_from(request.details.get("corrections", {}))
        return {
            "names": self._rename(request, subject, wanted) if wanted.renames else 0,
            "aliases": self._part(request, subject, wanted.not_mine),
            "consents": self._invalidate(request, subject, wanted.wrong_consents),
        }

    def _rename(self, request: Request, subject: Subject, wanted: Corrections) -> int:
        """At every alias that reaches the person: any of them may be what they are shown by."""
        at_ms = _moment(request)
        count = 0
        for node in subject.person.current:
            if subject.owns(node, at_ms):
                fixed = Correction(at_ms, wanted.name, wanted.username)
                count += self._done(request, subject, node, "name", _renamed(fixed))
        return count

    def _part(self, request: Request, subject: Subject, aliases: Collection[str]) -> int:
        """A link that was wrong: both ends know that they are not one person's."""
        wanted = {_plain(alias) for alias in aliases}
        strangers = [
            node
            for name, node in subject.nodes.items()
            if name in subject.aliases and node.value and _plain(node.value) in wanted
        ]
        count = 0
        for stranger in strangers:
            if stranger.id == subject.contact_id.partition("~")[0]:
                continue  # by this one they are known: it is theirs
            count += self._one_parted(request, subject, stranger)
        return count

    def _one_parted(self, request: Request, subject: Subject, stranger: Node) -> bool:
        """The stranger first: whoever dies in between still finds it from the other ends."""
        back = {name for name, node in subject.nodes.items() if stranger.id in node.links}
        ends = sorted(back | (stranger.links.keys() & subject.nodes.keys()))
        began_ms = generation(subject.nodes, stranger.id, _moment(request))
        own = content_key_id(stranger.id, began_ms)
        is_new = self._done(request, subject, stranger.id, "parted", _parted(ends, key=own))
        for end in ends:
            self._done(request, subject, end, f"parted-{stranger.id}", _parted([stranger.id]))
        return is_new

    def _invalidate(self, request: Request, subject: Subject, events: Collection[str]) -> int:
        """The event stays, and one that says it is wrong follows it."""
        count = 0
        for node in subject.aliases:
            for event, _ in self._ledger.store.events(node):
                if event.id in events and subject.owns(node, event.at_ms):
                    told = Told(by=BY, request=request.id)
                    count += self._ledger.record(_wrong(event, request), told).is_new
        return count

    def _done(self, request: Request, subject: Subject, node: str, what: str, make: _Make) -> bool:
        """False: it was done before."""
        key, history = node_key(node), Key(place(request.id).pk, f"{CORRECTION}{node}#{what}")
        for _ in range(_ROUNDS):
            if self._history.load([history], consistent=True):
                return False
            stored = self._records.load([key], consistent=True)
            if key not in stored:
                return False
            opened = self._sealing.opened(stored)[key]
            if self._stored(request, subject, opened, make(opened), history):
                return True
        raise ContentionError("a record kept changing while it was corrected")

    def _stored(
        self, request: Request, subject: Subject, before: Item, change: _Change, history: Key
    ) -> bool:
        key = node_key(before["pk"].removeprefix("NODE#"))
        update = Expression()
        update.expect("digest", before["digest"])
        for name, value in self._sealing.sealed(key, change.attributes).items():
            update.set(name, value)
        told = {
            "key": request.key,
            "node": key.pk.removeprefix("NODE#"),
            "what": history.sk.rpartition("#")[2].partition("-")[0],
            "at_ms": _moment(request),
            "told": {"before": change.before, "after": change.after},
        }
        item = {**history._asdict(), **self._requests_sealing.sealed(history, told)}
        put = {
            "TableName": self._requests_table,
            "Item": encode(item),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        actions = [{"Update": update.update(self._table, key._asdict())}, {"Put": put}]
        entry = Entry(
            action=Action.RECORD_CORRECTED,
            by=BY,
            on=(subject.contact_id,),
            what=f"rights/{request.id}",
            facts={"what": told["what"]},
        )
        return self._audit.within(entry, lambda entered: self._transact([*actions, entered]))

    def _transact(self, actions: list[Any]) -> bool:
        try:
            with translated():
                self._client.transact_write_items(TransactItems=actions)
        except ClientError:
            return False
        return True


def _renamed(asked: Correction) -> _Make:
    """What is not asked for stays as it was corrected before."""

    def make(item: Item) -> _Change:
        known = node_from(item)
        before = known.corrected or Correction(asked.at_ms)
        fixed = Correction(
            asked.at_ms,
            before.name if asked.name is None else asked.name,
            before.username if asked.username is None else asked.username,
        )
        shown = called(known, Span(known.id)) or Profile(0)
        names = [n for n in ("name", "username") if getattr(asked, n) is not None]
        return _Change(
            attributes={**item_from(replace(known, corrected=fixed)), "key": item["key"]},
            before={name: getattr(shown, name) for name in names},
            after={name: getattr(asked, name) for name in names},
        )

    return make


def _parted(others: Collection[str], *, key: str | None = None) -> _Make:
    """`key`: under which the record is sealed anew; None: the one it has."""

    def make(item: Item) -> _Change:
        links = item["links"]
        parted = {**item.get("parted", {}), **{other: links.get(other, 0) for other in others}}
        known = node_from({**item, "parted": parted})
        return _Change(
            attributes={**item_from(known), "parted": parted, "key": key or item["key"]},
            before={"linked": sorted(links)},
            after={"linked": sorted(known.links)},
        )

    return make


def _wrong(event: Event, request: Request) -> Event:
    return Event(
        id=f"{event.id}_wrong",
        kind=Kind.INVALIDATED,
        purpose=event.purpose,
        node=event.node,
        at_ms=max(event.at_ms, _moment(request)),
        method=Method.STAFF,
        by=BY.id,
        reason=f"corrected by {request.id}",
        evidence={"corrects": event.id},
    )


def _moment(request: Request) -> int:
    """The same in every run: when it was decided."""
    return request.decided_ms or request.filed_ms


def _plain(alias: str) -> str:
    return alias.strip().removeprefix("+").casefold()
