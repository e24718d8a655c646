"""Stored messages in which a card number was typed piece by piece: masked where they lie."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.cards.marker import MARKER
from functions.core.cards.split import Fragment, Mended, could_be_fragment, mend
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.conversations.filing import Filed, canonical
from functions.core.conversations.model import Direction, Fact, FactKind, facts_digest, moment
from functions.core.conversations.read_store import Listed, Listing
from functions.core.runtime.records import Fold, Item, Key, RecordStore, fold_all

# Messages looked at on either side of a piece: a chat has answers and other talk in between.
_AROUND = 12


@dataclass(frozen=True)
class _Place:
    key: Key
    fact_id: str


class SplitNumbers:
    def __init__(
        self, *, records: RecordStore, listing: Listing, pseudonyms: Pseudonyms, within_ms: int
    ) -> None:
        """`within_ms`: pieces further apart than this do not belong together."""
        self._records = records
        self._listing = listing
        self._pseudonyms = pseudonyms
        self._within_ms = within_ms

    def mend(self, filed: Iterable[Filed]) -> list[Fact]:
        """Facts of messages that turned out to hold the last piece of a number."""
        pieces = [each for each in filed if could_be_fragment(_text_of(each.update.raw))]
        mended: list[Fact] = []
        for piece in {each.fact.thread: each for each in pieces}.values():
            latest_ms = max(e.fact.at_ms for e in pieces if e.fact.thread == piece.fact.thread)
            if self._mend(piece.fact.thread, latest_ms):
                mended.append(piece.fact)
        return mended

    def _mend(self, thread: str, at_ms: int) -> bool:
        told = self._around(thread, at_ms)
        fragments = [Fragment(name, said_ms, text) for name, (_, said_ms, text) in told.items()]
        found = _found(fragments)
        counts: dict[str, int] = {}
        for number in found.numbers:
            counts[number[-1]] = counts.get(number[-1], 0) + 1
        folds: dict[Key, Fold] = {}
        for name, text in found.texts.items():
            place = told[name][0]
            folds[place.key] = self._masked(
                folds.get(place.key), place, text, max(counts.get(name, 0), 1)
            )
        fold_all(self._records, folds)
        return bool(found.numbers)

    def _around(self, thread: str, at_ms: int) -> dict[str, tuple[_Place, int, str]]:
        """Texts the person wrote around that time, by a name that is one text's."""
        before = moment(at_ms + self._within_ms, "~")
        listed = self._listing.newest(Listed.TIMELINE, thread, before=before, limit=2 * _AROUND)
        keys = [Key(item["pk"], item["sk"]) for item in listed]
        items = self._records.load(keys, consistent=True)
        return {
            f"{key.pk} {fact_id}": (_Place(key, fact_id), fact["at_ms"], text)
            for key, item in items.items()
            for fact_id, fact, text in _texts(item)
        }

    def _masked(self, before: Fold | None, place: _Place, text: str, count: int) -> Fold:
        def fold(item: Item | None) -> Mapping[str, Any]:
            facts = dict((before(item) if before else item or {})["facts"])
            fact = facts[place.fact_id]
            told = json.loads(fact["raw"])
            told["update"]["text"] |= {"body": text, MARKER: count}
            raw = canonical(told)
            facts[place.fact_id] = {
                **fact,
                "raw": raw,
                "bytes": len(raw.encode()),
                "tag": self._pseudonyms.of("blob", raw),
                "masked": fact.get("masked", 0) + count,
            }
            return {"facts": facts, "digest": facts_digest(facts)}

        return fold


def _found(fragments: list[Fragment]) -> Mended:
    """Meta tells seconds: which of those in one second was first is anybody's guess."""
    found = Mended()
    for order in _orders(fragments):
        found = mend(order)
        if found.numbers:
            return found
    return found


def _orders(fragments: list[Fragment]) -> Iterator[list[Fragment]]:
    """Within a second by name, up and down; then with what is no piece before or behind the rest.

    So two pieces of one second stand side by side in one of them, whatever was said beside them.
    """
    pieces = {one.id for one in fragments if could_be_fragment(one.text)}
    others = {one.id for one in fragments} - pieces
    tried: list[list[Fragment]] = []
    for first in (set[str](), pieces, others):
        for backwards in (False, True):
            order = sorted(fragments, key=lambda one: one.id, reverse=backwards)
            order = [one for one in order if one.id in first] + [
                one for one in order if one.id not in first
            ]
            order.sort(key=lambda one: one.at_ms)
            if order not in tried:
                tried.append(order)
                yield order


def _texts(item: Item) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    for fact_id, fact in item.get("facts", {}).items():
        received = fact["kind"] == FactKind.MESSAGE and fact["direction"] == Direction.INBOUND
        if received and "raw" in fact:
            text = _text_of(json.loads(fact["raw"])["update"])
            if text:
                yield fact_id, fact, text


def _text_of(element: Any) -> str:
    text = element.get("text") if isinstance(element, dict) else None
    body = text.get("body") if isinstance(text, dict) else None
    return body if isinstance(body, str) else ""
