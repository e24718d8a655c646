"""A webhook's way to who reads it, with KMS and stores that count what they are asked.

The stores are those that the tests prove to be like DynamoDB: one load is one BatchGetItem for
every hundred keys, one write an UpdateItem.
"""

import contextlib
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from bench import bodies
from functions.core.content.keyring import KeyRing
from functions.core.content.keystore import Epoch
from functions.core.content.kms import KmsRoots, epoch_context
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.transit import TransitOpener, TransitSealer
from functions.core.conversations.read_recent import Recent
from functions.core.conversations.reading import Reading
from functions.core.runtime.records import Item, Key, Write
from functions.core.sending.model import WindowRule
from functions.core.whatsapp.transit import pack, unpack
from tests.fakes import build
from tests.fakes.keys import MemoryKeys
from tests.fakes.kms import StrictKms
from tests.fakes.reading import MemoryBlobSource, MemoryListing
from tests.fakes.records import MemoryRecords
from tests.fakes.sending import MemorySending

_BATCH = 100
_DAY_MS = 86_400_000
_PAGE = 100


class _Records(MemoryRecords):
    def __init__(self, flow: "Flow") -> None:
        super().__init__()
        self._flow = flow

    def load(self, keys: Collection[Key], *, consistent: bool = False) -> dict[Key, Item]:
        self._flow.note("conversations: BatchGetItem", -(-len(keys) // _BATCH))
        return super().load(keys, consistent=consistent)

    def write(self, write: Write) -> bool:
        self._flow.note("conversations: UpdateItem", 1)
        return super().write(write)


class _Keys(MemoryKeys):
    def __init__(self, flow: "Flow") -> None:
        super().__init__()
        self._flow = flow

    def load(self, ids: Collection[str], *, consistent: bool = False) -> dict[str, Any]:
        self._flow.note("keys: BatchGetItem", -(-len(ids) // _BATCH))
        return super().load(ids, consistent=consistent)

    def create(self, *arguments: Any, **named: Any) -> bool:
        self._flow.note("keys: TransactWriteItems", 1)
        return super().create(*arguments, **named)

    def epoch(self, number: int) -> Epoch | None:
        self._flow.note("keys: BatchGetItem", 1)
        return super().epoch(number)

    def current_epoch(self) -> Epoch | None:
        self._flow.note("keys: BatchGetItem", 2)  # the pointer, and what it points at
        return super().current_epoch()


class _Kms(StrictKms):
    def __init__(self, flow: "Flow") -> None:
        super().__init__()
        self._flow = flow

    def _called(self, operation: str) -> None:
        self._flow.note(f"KMS: {operation}", 1)
        super()._called(operation)


class Flow:
    """`asked`: (function, what) -> how often."""

    def __init__(self) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self._function = ""
        self._kms: Any = _Kms(self)
        self._records, self._keys = _Records(self), _Keys(self)
        self._transit_key = self._kms.create_key()["KeyMetadata"]["Arn"]
        self._open_epoch()
        self.start_anew()

    def note(self, what: str, times: int) -> None:
        """What the bench itself does is not counted."""
        if self._function:
            self.asked[self._function, what] += times

    def start_anew(self) -> None:
        """New execution environments: what they had in memory is gone."""
        self._sealer = TransitSealer(self._kms, self._transit_key)
        self._opener = TransitOpener(self._kms)
        self._fold = build.conversations(self._sealed()).fold
        self._reading = self._reader(self._sealed())

    def deliver(self, change: bodies.Json) -> None:
        body = bodies.encoded(bodies.webhook([change]))
        with self._running("webhook"):
            packed = pack(body, sealer=self._sealer, bucket="", claim_check_bytes=len(body) * 2)
        encoding = {"stringValue": packed.encoding}
        record = {"body": packed.message, "messageAttributes": {"encoding": encoding}}
        no_bucket: Any = None  # a body as small as this one lies in the queue
        with self._running("inbound"):
            self._fold(unpack(record, opener=self._opener, s3=no_bucket))

    def read(self, conversations: int) -> int:
        """The messages of so many conversations; how many of them show their text."""
        shown = 0
        with self._running("messages_api"):
            for conversation in self._reading.conversations(limit=conversations).items:
                page = self._reading.messages(conversation["id"], limit=_PAGE)
                shown += sum("text" in message["content"] for message in page.items)
        return shown

    def _open_epoch(self) -> None:
        made = self._kms.create_key()["KeyMetadata"]["Arn"]
        root = self._kms.generate_data_key(
            KeyId=made, KeySpec="AES_256", EncryptionContext=epoch_context(1)
        )
        self._keys.epochs[1] = Epoch(1, made, root["CiphertextBlob"], 0)
        self._keys.current = 1

    def _sealed(self) -> SealedRecords:
        ring = KeyRing(store=self._keys, roots=KmsRoots(self._kms))
        return SealedRecords(self._records, Sealing(ring))

    def _reader(self, records: SealedRecords) -> Reading:
        directory, listing = build.directory(records), MemoryListing(self._records)
        recent = Recent(
            records=records,
            listing=listing,
            directory=directory,
            rule=WindowRule(_DAY_MS, _DAY_MS, _DAY_MS),
            answered=MemorySending(self._records).answered,
            now_ms=lambda: 0,
        )
        return Reading(
            records=records,
            listing=listing,
            directory=directory,
            blobs=MemoryBlobSource(build.MemoryBlobs()),
            pseudonyms=build.PSEUDONYMS,
            recent=recent,
        )

    @contextlib.contextmanager
    def _running(self, function: str) -> Iterator[None]:
        self._function = function
        try:
            yield
        finally:
            self._function = ""
