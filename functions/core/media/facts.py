"""From a fact in the conversations table to the media it tells of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.content.errors import KeyDestroyedError
from functions.core.conversations.model import split_thread
from functions.core.media.model import Found, media_in, received_id
from functions.core.runtime.records import Key, RecordStore


@dataclass(frozen=True)
class FactId:
    """Where a fact stands: what `inbound` puts into the media queue."""

    message_id: str
    sk: str
    fact_id: str


@dataclass(frozen=True)
class Medium:
    """One medium and where it came from. `id`: ours. `told_ms`: when the fact says it happened."""

    id: str
    found: Found
    fact: FactId
    thread: str
    direction: str
    key: str
    told_ms: int

    @property
    def phone_number_id(self) -> str:
        return split_thread(self.thread)[0]


class Blobs(Protocol):
    def get(self, name: str, *, key_id: str) -> bytes | None: ...


class Facts:
    def __init__(self, *, records: RecordStore, blobs: Blobs, pseudonyms: Pseudonyms) -> None:
        self._records = records
        self._blobs = blobs
        self._pseudonyms = pseudonyms

    def media(self, where: FactId) -> list[Medium] | None:
        """None: there is no such fact, or its content was destroyed."""
        key = Key(f"MESSAGE#{where.message_id}", where.sk)
        item = self._records.load([key], consistent=True).get(key) or {}
        fact = item.get("facts", {}).get(where.fact_id)
        element = None if fact is None else self._element(fact)
        if element is None:
            return None
        return [
            Medium(
                id=medium_id,
                found=found,
                fact=where,
                thread=fact["thread"],
                direction=fact["direction"],
                key=fact["key"],
                told_ms=fact["at_ms"],
            )
            for medium_id, found in media_of(self._pseudonyms, fact, element)
        ]

    def _element(self, fact: Mapping[str, Any]) -> Any:
        body: str | bytes | None = fact.get("raw")
        if body is None and "ref" in fact:
            try:
                body = self._blobs.get(fact["ref"], key_id=fact["key"])
            except KeyDestroyedError:
                return None
        return None if body is None else json.loads(body)["update"]


def media_of(
    pseudonyms: Pseudonyms, fact: Mapping[str, Any], element: Any
) -> list[tuple[str, Found]]:
    """Our id of every medium in an element. `fact`: the stored one, for its thread and key."""
    number = split_thread(fact["thread"])[0]
    return [
        (
            received_id(
                pseudonyms,
                phone_number_id=number,
                key_id=fact["key"],
                media_id=found.media_id,
            ),
            found,
        )
        for found in media_in(element)
    ]
