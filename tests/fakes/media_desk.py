"""The function that fetches media, on in-memory parts: facts in, sealed objects out."""

import json
from typing import Any

from functions.core.media.errors import LaterError
from functions.core.media.facts import FactId, Facts
from functions.core.media.fetching import Fetching
from functions.core.media.keeping import Keeper
from functions.core.media.messages import Upload
from functions.core.media.model import business_key, media_in, received_id
from functions.core.media.outcomes import Outcome
from functions.core.media.parts import NewParts, StoredParts
from functions.core.media.publishing import Publishing
from functions.core.media.scanning import Scanning, Verdict
from functions.core.media.service import MediaService
from functions.core.media.settling import Settling
from functions.core.runtime.records import Item, Key
from tests.fakes import build
from tests.fakes.keys import key_ring
from tests.fakes.media import FakeMeta, MemoryMedia, MemoryObjects
from tests.fakes.records import MemoryRecords
from tests.fakes.sending import Clock

KEY = "nabc~0"
THREAD = f"{build.NUMBER}#nabc"
MESSAGE_ID = f"w_{'a' * 26}"
FACT = FactId(MESSAGE_ID, "MESSAGE", "b" * 26)
SCAN_BUCKET = "scan"


class PlainTransit:
    """Keeps uses apart as the real one does, and nothing secret."""

    def seal(self, purpose: str, content: bytes) -> bytes:
        return purpose.encode() + b"|" + content

    def open(self, purpose: str, sealed: bytes) -> bytes:
        head = purpose.encode() + b"|"
        assert sealed.startswith(head)
        return sealed.removeprefix(head)


class NoBlobs:
    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def get(self, name: str, *, key_id: str) -> bytes | None:
        return self.blobs.get(name)


class Desk:
    """`around` may wrap any part in something that fails or dies."""

    def __init__(self, *, scan: bool = False, around: Any = lambda _name, part: part) -> None:
        self.clock, self.meta, self.media = Clock(), FakeMeta(), MemoryMedia()
        self.objects, self.copies, self.transit = MemoryObjects(), MemoryObjects(), MemoryObjects()
        self.records, self.blobs = MemoryRecords(), NoBlobs()
        self.ring = key_ring()
        self._scan = scan
        self.open_with(around)

    def open_with(self, around: Any) -> None:
        """A new execution environment, with its parts wrapped anew."""
        store, meta = around("store", self.media), around("meta", self.meta)
        now_ms = self.clock.now_ms
        keeper = Keeper(ring=self.ring, objects=around("objects", self.objects))
        settling = Settling(store, now_ms=now_ms)
        self.keeper = keeper
        scanning = Scanning(
            store=store,
            keeper=keeper,
            copies=around("copies", self.copies) if self._scan else None,
            bucket=SCAN_BUCKET,
            now_ms=now_ms,
        )
        parts = StoredParts(objects=around("transit", self.transit), opener=PlainTransit())
        self.service = MediaService(
            facts=Facts(records=self.records, blobs=self.blobs, pseudonyms=build.PSEUDONYMS),
            fetching=Fetching(
                settling=settling,
                graph=meta,
                keeper=keeper,
                scanning=scanning,
                pseudonyms=build.PSEUDONYMS,
                now_ms=now_ms,
            ),
            publishing=Publishing(
                store=store,
                settling=settling,
                graph=meta,
                keeper=keeper,
                parts=parts,
                now_ms=now_ms,
            ),
            scanning=scanning,
            now_ms=now_ms,
        )

    def told(self, element: dict[str, Any], fact: FactId = FACT, **changed: Any) -> list[str]:
        """An update is stored; returns our ids of its media."""
        stored = {
            "kind": "message",
            "at_ms": self.clock.now,
            "thread": THREAD,
            "direction": "inbound",
            "key": KEY,
            "raw": json.dumps({"update": element}),
            **changed,
        }
        key = Key(f"MESSAGE#{fact.message_id}", fact.sk)
        item = self.records.items.setdefault(key, {**key._asdict(), "facts": {}})
        item["facts"][fact.fact_id] = stored
        return [medium_id(found.media_id, stored["key"]) for found in media_in(element)]

    def run(self, message: FactId | Upload | Verdict = FACT, *, seconds: int = 60) -> list[Outcome]:
        until_ms = self.clock.now + seconds * 1000
        return list(self.service.handle(message, until_ms=until_ms))

    def run_until_settled(
        self, message: FactId | Upload = FACT, *, limit: int = 20
    ) -> list[Outcome]:
        """As the queue does it: what is postponed comes again."""
        for _ in range(limit):
            outcomes = self.run(message)
            if not any(outcome.later for outcome in outcomes):
                return outcomes
            self.clock.now += 70_000
        raise AssertionError("never settled")

    def item(self, media_id: str) -> Item:
        item = self.media.load(media_id)
        assert item is not None
        return item

    def content(self, media_id: str) -> bytes:
        item = self.item(media_id)
        return b"".join(self.keeper.opened(item["object"], item["key"]))

    def uploaded(self, media_id: str, data: bytes, **attributes: Any) -> Upload:
        """All parts of an upload are there, and it is complete."""
        part_bytes = 10_000
        new = NewParts(objects=self.transit, sealer=PlainTransit())
        count = -(-len(data) // part_bytes)
        for number in range(1, count + 1):
            part = data[(number - 1) * part_bytes : number * part_bytes]
            new.put(media_id, number, part)
        self.media.create(
            media_id,
            {
                "state": "pending",
                "direction": "outbound",
                "key": business_key(build.NUMBER),
                "phone_number_id": build.NUMBER,
                "parts": count,
                "bytes": len(data),
                **attributes,
            },
        )
        return Upload(media_id)


def medium_id(media_id: str, key_id: str = KEY) -> str:
    return received_id(
        build.PSEUDONYMS, phone_number_id=build.NUMBER, key_id=key_id, media_id=media_id
    )


__all__ = ["FACT", "KEY", "SCAN_BUCKET", "THREAD", "Desk", "LaterError", "medium_id"]
