"""Reading: conversations, their messages, single messages and what belongs to no conversation.

A conversation is the union of its person's threads on one phone number id, each for the time in
which the alias was that person's. It is computed when read, so a merge of contacts learnt today
also joins last year's messages.
"""

import heapq
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from functions.core.contacts.model import Person, Span
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.errors import KeyDestroyedError
from functions.core.conversations import read_cursor
from functions.core.conversations.model import FactKind, moment_ms, split_thread, thread_id
from functions.core.conversations.read_errors import NotFoundError
from functions.core.conversations.read_page import Entry, Page, View, batches, fill, shown
from functions.core.conversations.read_recent import Recent
from functions.core.conversations.read_store import (
    END,
    BlobSource,
    Listed,
    Listing,
    bounds,
    descending,
)
from functions.core.conversations.views import account_update_view, message_view
from functions.core.media.facts import media_of
from functions.core.runtime.records import Item, Key, RecordStore

# Message records may be large, so not a whole page of them in one BatchGetItem.
_BATCH = 25

# Statuses of single participants that one group message is shown with.
_MOST_PARTICIPANTS = 500


class Reading:
    def __init__(
        self,
        *,
        records: RecordStore,
        listing: Listing,
        directory: Directory,
        blobs: BlobSource,
        recent: Recent,
        pseudonyms: Pseudonyms,
    ) -> None:
        self._records = records
        self._listing = listing
        self._directory = directory
        self._blobs = blobs
        self._recent = recent
        self._pseudonyms = pseudonyms

    def conversations(
        self, *, phone_number_id: str | None = None, cursor: str | None = None, limit: int
    ) -> Page:
        """The most recently active first."""
        return self._recent.page(phone_number_id=phone_number_id, cursor=cursor, limit=limit)

    def messages(self, conversation_id: str, *, cursor: str | None = None, limit: int) -> Page:
        """The newest first, both directions, over all aliases the person ever had."""
        scope = f"messages {conversation_id}"
        before = read_cursor.decode(scope, cursor)[0] if cursor else END
        phone_number_id, _, contact_id = conversation_id.rpartition(".")
        person = self._person(contact_id)
        spans = [(thread_id(phone_number_id, span.node), span) for span in person.spans]
        found = self._records.load([_thread_key(thread) for thread, _ in spans])
        there = [(thread, span) for thread, span in spans if _thread_key(thread) in found]
        if not there:
            raise NotFoundError("no conversation has this id")
        keys = self._keys(there, before)
        entries = self._messages(keys, person.contact_id, min(limit + 1, _BATCH))
        return fill(entries, scope=scope, limit=limit, most_places=limit)

    def of_person(self, person: Person, phone_number_id: str) -> Iterator[tuple[str, View]]:
        """Every message with its place, the newest first, whole however large it is."""
        spans = [(thread_id(phone_number_id, span.node), span) for span in person.spans]
        for entry in self._messages(self._keys(spans, END), person.contact_id, _BATCH):
            if entry.view is not None:
                yield entry.position, entry.view

    def message(self, message_id: str) -> View:
        key = Key(f"MESSAGE#{message_id}", "MESSAGE")
        item = self._records.load([key], consistent=True).get(key)
        if item is None:
            raise NotFoundError("no message has this id")
        _, node = split_thread(item["thread"])
        person, _ = self._directory.person_behind(node, moment_ms(item["at"]))
        return shown(self._view(key, item, person.contact_id))

    def account_updates(self, waba_id: str, *, cursor: str | None = None, limit: int) -> Page:
        """The latest first: about the account, its templates and numbers, and the unknown."""
        scope = f"updates {waba_id}"
        before = read_cursor.decode(scope, cursor)[0] if cursor else END
        items = descending(self._listing, Listed.TABLE, f"ACCOUNT#{waba_id}", before=before)
        entries = (Entry(i["sk"], account_update_view(self._whole(i))) for i in items)
        return fill(entries, scope=scope, limit=limit, most_places=limit)

    def _person(self, contact_id: str) -> Person:
        found = self._directory.person(contact_id)
        if found is None:
            raise NotFoundError("no contact has this id")
        return found[0]

    def _keys(self, spans: Iterable[tuple[str, Span]], before: str) -> Iterator[Item]:
        streams = [self._span(thread, span, before) for thread, span in spans]
        return heapq.merge(*streams, key=lambda item: str(item["at"]), reverse=True)

    def _span(self, thread: str, span: Span, before: str) -> Iterator[Item]:
        """Files stand on the timeline as well, for retention; here messages are read."""
        end, lowest = bounds(span)
        before = min(before, end)
        found = descending(self._listing, Listed.TIMELINE, thread, before=before, lowest=lowest)
        return (item for item in found if item["sk"] == "MESSAGE")

    def _messages(self, keys: Iterator[Item], contact_id: str, size: int) -> Iterator[Entry]:
        for batch in batches(keys, size):
            wanted = [(Key(item["pk"], item["sk"]), item["at"]) for item in batch]
            items = self._records.load([key for key, _ in wanted])
            for key, at in wanted:
                item = items.get(key)
                yield Entry(at, None if item is None else self._view(key, item, contact_id))

    def _view(self, key: Key, item: Item, contact_id: str) -> View:
        facts = {fact_id: self._whole(fact) for fact_id, fact in item["facts"].items()}
        view = message_view(
            key.pk.removeprefix("MESSAGE#"),
            {**item, "facts": facts},
            contact_id=contact_id,
            participants=self._participants(key, item),
        )
        return {**view, "media": self._media(facts.values())}

    def _media(self, facts: Iterable[Mapping[str, Any]]) -> list[View]:
        """By our ids, under which `/v1/media` tells what became of them."""
        found = {
            media_id: {"id": media_id, "kind": medium.kind.value}
            for fact in facts
            if "raw" in fact
            for media_id, medium in media_of(
                self._pseudonyms, fact, json.loads(fact["raw"])["update"]
            )
        }
        return list(found.values())

    def _participants(self, key: Key, item: Item) -> list[Item]:
        if all(fact["kind"] != FactKind.PARTICIPANTS for fact in item["facts"].values()):
            return []
        found = self._listing.newest(
            Listed.TABLE, key.pk, before="PARTICIPANT$", limit=_MOST_PARTICIPANTS
        )
        return [one for one in found if one["sk"].startswith("PARTICIPANT#")]

    def _whole(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """With the update itself, when it was too large for the table."""
        if "raw" in stored or "ref" not in stored:
            return dict(stored)
        try:
            blob = self._blobs.get(stored["ref"], key_id=stored["key"])
        except KeyDestroyedError as error:
            return {**stored, "destroyed_ms": error.destroyed_ms}
        return dict(stored) if blob is None else {**stored, "raw": blob.decode()}


def _thread_key(thread: str) -> Key:
    return Key(f"THREAD#{thread}", "THREAD")
