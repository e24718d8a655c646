"""One webhook body: stored, then what follows from it is set going.

What follows (entries of the audit log, media to fetch, requests to file, card numbers to guard
against) may be done
again whenever a body comes again: the functions that do it find their own work done.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Protocol

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.audit.writer import Writer
from functions.core.conversations.filing import Filed
from functions.core.conversations.model import FactKind, split_thread
from functions.core.conversations.service import ConversationsService, Folded
from functions.core.media.facts import FactId
from functions.core.media.model import media_in
from functions.core.whatsapp.model import Update

_META = Actor(kind="meta", id="webhook")


class MediaQueue(Protocol):
    def announce(self, facts: Iterable[FactId]) -> None: ...


class CardGuard(Protocol):
    def watch(self, filed: Iterable[Filed]) -> None: ...


class ConsentWatch(Protocol):
    def watch(self, folded: Folded) -> None: ...


class RightsWatch(Protocol):
    def watch(self, filed: Iterable[Filed]) -> None: ...


class Templates(Protocol):
    def learn(self, updates: Iterable[Update]) -> None: ...


class Intake:
    def __init__(
        self,
        *,
        conversations: ConversationsService,
        media: MediaQueue,
        cards: CardGuard,
        consent: ConsentWatch,
        rights: RightsWatch,
        templates: Templates,
        audit: Writer,
    ) -> None:
        self._conversations = conversations
        self._media = media
        self._cards = cards
        self._consent = consent
        self._rights = rights
        self._templates = templates
        self._audit = audit

    def take(self, body: bytes, *, request: str = "") -> Folded:
        """`request`: the queue's id of the message that brought the body."""
        folded = self._conversations.fold(body)
        digest = sha256(body).hexdigest()
        # the same body again is the same delivery: its entries are there
        self._audit.write(*_entries(folded, digest, request), key=f"delivery {digest}")
        self._consent.watch(folded)
        self._rights.watch(folded.filed)
        self._media.announce(_with_media(folded.filed))
        self._cards.watch(folded.filed)
        self._templates.learn(folded.apart)
        return folded


def _with_media(filed: Iterable[Filed]) -> Iterator[FactId]:
    for each in filed:
        if "withheld" not in each.fact.content and any(True for _ in media_in(each.update.raw)):
            yield FactId(each.key.pk.removeprefix("MESSAGE#"), each.key.sk, each.fact.id)


def _entries(folded: Folded, digest: str, request: str) -> Iterator[Event]:
    yield Event(
        action=Action.DELIVERY_RECEIVED,
        by=_META,
        request=request,
        facts={"sha256": digest, "updates": dict(folded.counts)},
    )
    for each in folded.filed:
        if each.fact.kind is not FactKind.PARTICIPANTS:
            yield _entry(each, request)


def _entry(filed: Filed, request: str) -> Event:
    fact = filed.fact
    is_status = fact.kind is FactKind.STATUS
    masked = fact.content.get("masked", 0)
    return Event(
        action=Action.STATUS_RECEIVED if is_status else Action.MESSAGE_RECEIVED,
        by=_META,
        on=(split_thread(fact.thread)[1],),
        what=f"message/{filed.key.pk.removeprefix('MESSAGE#')}",
        request=request,
        facts={
            "kind": fact.kind.value,
            "type": fact.type,
            **({"masked_card_numbers": masked} if masked else {}),
        },
    )
