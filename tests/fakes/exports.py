"""An office with an archive: people write, the stream is archived, exports are made. In memory."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from functions.core.archive.exports.asked import Asked
from functions.core.archive.exports.asking import Asking
from functions.core.archive.exports.assembling import Assembler
from functions.core.archive.exports.collecting import Collector
from functions.core.archive.exports.files import Files
from functions.core.archive.exports.giving import Giving
from functions.core.archive.exports.model import Export, File, State
from functions.core.archive.exports.opening import Opener
from functions.core.archive.exports.people import People
from functions.core.archive.exports.pictures import Pictures
from functions.core.archive.exports.planning import Planner
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.tickets import Tickets
from functions.core.conversations.blobs import blob_binding
from functions.core.conversations.service import ConversationsService
from functions.core.media.keeping import Keeper
from functions.core.media.model import object_binding
from functions.core.runtime.records import Item, Key, Write
from tests.fakes import build
from tests.fakes.archive import Room, change
from tests.fakes.keys import MemoryKeys, key_ring
from tests.fakes.media import MemoryObjects
from tests.fakes.records import MemoryRecords
from tests.fakes.sending import Clock
from tests.fakes.tickets import MemoryTickets


class MemoryExports:
    """`ExportStore`; the contract suite runs it and the DynamoDB one."""

    def __init__(self) -> None:
        self.exports: dict[str, Export] = {}
        self._lock = Lock()

    def create(self, export: Export) -> bool:
        return self.exports.setdefault(export.id, export) is export

    def load(self, export_id: str) -> Export | None:
        return copy.deepcopy(self.exports.get(export_id))

    def planned(self, export_id: str, run: str, parts: int) -> bool:
        export = self.exports.get(export_id)
        if export is None or export.state is not State.RUNNING or export.run is not None:
            return False
        self.exports[export_id] = replace(export, run=run, parts=parts)
        return True

    def finished(
        self, export_id: str, *, files: Sequence[File], counts: Any, completeness: Any
    ) -> bool:
        told = {"files": tuple(files), "counts": counts, "completeness": completeness}
        return self._moved(export_id, state=State.READY, **told)

    def failed(self, export_id: str, error: str) -> bool:
        return self._moved(export_id, state=State.FAILED, error=error)

    def take(self, export_id: str, index: int, start: int, end: int) -> bool:
        with self._lock:
            export = self.exports.get(export_id)
            if export is None or export.state is not State.READY:
                return False
            file = export.files[index]
            if file.next > start:
                return False
            files = list(export.files)
            files[index] = replace(file, next=end + 1)
            self.exports[export_id] = replace(export, files=tuple(files))
            return True

    def _moved(self, export_id: str, **told: Any) -> bool:
        export = self.exports.get(export_id)
        if export is None or export.state is not State.RUNNING:
            return False
        self.exports[export_id] = replace(export, **told)
        return True


class MemoryShelf:
    """`Shelf` over the objects of a `Room`."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def names(self, *, after: str) -> Iterator[tuple[str, int]]:
        for name, data in sorted(self._room.files().items()):
            if name.startswith("segments/") and name > after:
                yield name, len(data)

    def read(self, name: str) -> bytes | None:
        return self._room.files().get(name)


class RecordedMachine:
    def __init__(self) -> None:
        self.started: list[str] = []

    def start(self, export_id: str) -> None:
        self.started.append(export_id)


class Streamed:
    """A table in memory, and the stream of its changes."""

    def __init__(self, table: MemoryRecords, clock: Clock) -> None:
        self._table, self._clock = table, clock
        self.changes: list[Any] = []

    def load(self, keys: Any, *, consistent: bool = False) -> dict[Key, Item]:
        return self._table.load(keys)

    def write(self, write: Write) -> bool:
        old = self._table.load([write.key]).get(write.key)
        if not self._table.write(write):
            return False
        self.tell(old, self._table.items[write.key])
        return True

    def put(self, key: Key, attributes: Mapping[str, Any]) -> None:
        old = self._table.load([key]).get(key)
        self._table.items[key] = {**(old or {}), **key._asdict(), **attributes}
        self.tell(old, self._table.items[key])

    def remove(self, key: Key) -> None:
        self.tell(self._table.items.pop(key), None)

    def tell(self, old: Item | None, new: Item | None) -> None:
        number = (len(self.changes) + 1) * 10
        at = self._clock.now / 1000
        self.changes.append(change(number, old=old, new=copy.deepcopy(new), at=at))


class SealedBlobs:
    def __init__(self, office: "Office") -> None:
        self._office = office

    def put(self, name: str, body: bytes, *, key_id: str) -> None:
        sealed = self._office.ring.seal(key_id, blob_binding(name), body)
        self._office.room.source.objects[name] = sealed


class Office:
    """`client` asks for exports; the worker's steps are run by hand, or all by `run`."""

    client = "auditor"

    def __init__(self) -> None:
        self.clock, self.keys = Clock(), MemoryKeys()
        self.keys.open_epoch()
        self.ring = key_ring(self.keys, clock=lambda: self.clock.now / 1000)
        self.seal = Sealing(self.ring)
        self.room, self.table = Room(), MemoryRecords()
        self.stream = Streamed(self.table, self.clock)
        self.records = SealedRecords(self.stream, self.seal)
        self.directory = build.directory(self.records)
        self.conversations = ConversationsService(
            records=self.records,
            directory=self.directory,
            pseudonyms=build.PSEUDONYMS,
            blobs=SealedBlobs(self),
            entry_point_hours=72,
        )
        self.media, self.bucket = MemoryObjects(), MemoryObjects()
        self.store, self.machine = MemoryExports(), RecordedMachine()
        self.shelf = MemoryShelf(self.room)
        self.files = Files(ring=self.ring, objects=self.bucket)
        self.asking = Asking(
            store=self.store,
            records=self.records,
            directory=self.directory,
            pseudonyms=build.PSEUDONYMS,
            ring=self.ring,
            machine=self.machine,
            now_ms=self.clock.now_ms,
        )
        self.giving = Giving(
            store=self.store,
            tickets=Tickets(MemoryTickets(), now_ms=self.clock.now_ms),
            files=self.files,
            now_ms=self.clock.now_ms,
        )
        self._runs = 0

    def told(self, *changes: dict[str, Any]) -> None:
        """A webhook comes in."""
        self.conversations.fold(build.body(build.webhook(*changes, time=self.clock.now // 1000)))

    def put(self, where: Key, /, **attributes: Any) -> None:
        """A record written beside the fold: an intent, a medium."""
        self.stream.put(where, self.seal.sealed(where, attributes))

    def archive(self) -> None:
        self.room.archive(self.stream.changes)

    def medium(self, media_id: str, key_id: str, data: bytes) -> str:
        name = f"media/{media_id}"
        sealer = self.ring.stream_sealer(key_id, object_binding(name))
        self.media.objects[name] = sealer.header + sealer.update(data) + sealer.finish()
        return name

    def ask(self, key: str = "key-1", **asked: Any) -> Export:
        return self.asking.ask(
            Asked(**{"reason": "a complaint", **asked}),
            client_id=self.client,
            idempotency_key=key,
        )

    def worker(self, around: Any = lambda _name, part: part) -> "Worker":
        return Worker(self, around)

    def run(self, export: Export) -> Export:
        return self.worker().run(export.id)

    def fetched(self, export: Export, name: str) -> bytes:
        """As a client fetches a file that fits into one answer."""
        shown = self.giving.show(export.id, client_id=self.client)
        (file,) = [file for file in shown["files"] if file["name"] == name]
        return self.giving.read(
            export.id, name, client_id=self.client, ticket=file["ticket"], start=0, end=None
        ).data

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now / 1000, UTC)

    def new_run(self) -> str:
        self._runs += 1
        return f"run{self._runs}"


class Worker:
    """The steps of the state machine; `around` may wrap a part in something that dies."""

    def __init__(self, office: Office, around: Any) -> None:
        self._office = office
        store, shelf = around("store", office.store), around("shelf", office.shelf)
        files = Files(ring=office.ring, objects=around("bucket", office.bucket))
        self.planner = Planner(
            store=store,
            files=files,
            shelf=shelf,
            heads=around("heads", office.room.heads),
            new_run=office.new_run,
        )
        self.collector = Collector(
            store=store,
            files=files,
            shelf=shelf,
            opener=Opener(ring=office.ring, shelf=shelf),
            now=office.now,
        )
        keeper = Keeper(ring=office.ring, objects=office.media)
        self.assembler = Assembler(
            store=store,
            files=files,
            ring=office.ring,
            people=People(office.records),
            pictures=lambda: Pictures(keeper),
            new_run=office.new_run,
            now=office.now,
        )

    def run(self, export_id: str) -> Export:
        for part in range(self.planner.plan(export_id).parts):
            self.collector.collect(export_id, part)
        return self.assembler.assemble(export_id)
