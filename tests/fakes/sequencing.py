# ruff: noqa: N803 (names as AWS spells them)
"""The sequencer on a strict bucket and a real key: entries in, a log that verifies out."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from functions.core.audit.log_s3 import Lock, S3LockedLog
from functions.core.audit.merkle import is_consistent
from functions.core.audit.model import Actor, Event
from functions.core.audit.note import checkpoint_from
from functions.core.audit.outbox import registry_key
from functions.core.audit.reading import LogReader
from functions.core.audit.sequencer import Sequencer
from functions.core.audit.signing import KmsSigner
from functions.core.audit.verify import Report, verify
from functions.core.audit.vocabulary import Action
from functions.core.audit.writer import Parcel, Writer
from functions.core.runtime.streams import Change
from functions.core.runtime.values import encode
from tests.fakes.audit import MemoryOutbox
from tests.fakes.audit_log import ORIGIN, START_MS, Signer
from tests.fakes.strict_s3 import BucketFiles, StrictS3

EVENT = Event(action=Action.MESSAGE_READ, by=Actor(kind="client", id="client-1"), on=("n1",))
KEY = "arn:aws:kms:eu-central-1:123456789012:key/log"

_ANY_SIGNATURE = "\n\N{EM DASH} x AAAAAAA=\n"


class SigningKms:
    """A P-256 key that signs whole messages, as `MessageType=RAW` does."""

    def __init__(self, signer: Signer | None = None) -> None:
        self.signer = signer or Signer()
        self.signed: list[str] = []

    def get_public_key(self, *, KeyId: str) -> dict[str, Any]:
        assert KeyId == KEY
        return {"PublicKey": self.signer.key.der}

    def sign(
        self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str
    ) -> dict[str, Any]:
        assert (KeyId, MessageType, SigningAlgorithm) == (KEY, "RAW", "ECDSA_SHA_256")
        assert len(Message) <= 4096  # KMS takes no more
        self.signed.append(Message.decode())
        return {"Signature": self.signer.signature(Message.decode()).value}


class Stream(MemoryOutbox):
    """The outbox, and its changes as shards tell them."""

    def __init__(self, shards: int = 1) -> None:
        super().__init__()
        self.shards: dict[str, list[Change]] = {f"shardId-{n}": [] for n in range(shards)}
        self.now_ms = START_MS

    def open(self, function: str) -> int:
        number = super().open(function)
        key = registry_key(function)["pk"]
        self._tell(key, {"pk": key, "number": number, "function": function})
        return number

    def put(self, parcel: Parcel) -> bool:
        is_new = parcel.key not in self.parcels
        stored = super().put(parcel)
        if is_new:
            item = {"writer": parcel.writer, "seq": parcel.first, "entries": [*parcel.entries]}
            self._tell(parcel.key, {"pk": parcel.key, **item})
        return stored

    def _tell(self, key: str, item: Mapping[str, Any]) -> None:
        names = sorted(self.shards)
        changes = self.shards[names[sum(key.encode()) % len(names)]]
        changes.append(
            Change(len(changes) + 100, self.now_ms, key, "", {}, encode(item), removed=False)
        )


class World:
    """Restarts are new sequencers on the same bucket; `around` may wrap what they call."""

    def __init__(self, shards: int = 1) -> None:
        self.s3, self.kms, self.outbox = StrictS3(), SigningKms(), Stream(shards)

    def now_ms(self) -> int:
        return self.outbox.now_ms

    def writer(self, function: str = "sender") -> Writer:
        return Writer(self.outbox, function=function, now_ms=self.now_ms)

    def sequencer(self, around: Callable[[Any], Any] = lambda part: part) -> Sequencer:
        lock = Lock(
            mode="GOVERNANCE",
            days=30,
            partial_days=9,
            now=lambda: datetime.fromtimestamp(self.now_ms() / 1000, UTC),
        )
        registry = around(_Registry(self.outbox))
        return Sequencer(
            log=S3LockedLog(around(self.s3), "audit", lock=lock, at_once=1),
            signer=KmsSigner(around(self.kms), KEY, origin=ORIGIN),
            writers=registry.read,
            now_ms=self.now_ms,
        )

    def deliver(self, sequencer: Sequencer, *, shard: str = "", first: int = 0) -> None:
        """Every change of a shard, or of all, from number `first` on."""
        for name, changes in self.outbox.shards.items():
            if shard in ("", name) and changes[first:]:
                sequencer.take(name, changes[first:])

    @property
    def files(self) -> BucketFiles:
        return BucketFiles(self.s3)

    @property
    def reader(self) -> LogReader:
        return LogReader(self.files)

    def leaves(self) -> list[str]:
        reader = self.reader
        size = reader.checkpoint().size
        return [reader.entry(index).decode() for index in range(size)]

    def report(self) -> Report:
        return verify(self.files, key=self.kms.signer.key)

    def assert_whole(self) -> None:
        """Every entry of the outbox once, one history, and nothing for a verifier to find."""
        self.assert_one_history()
        written = Counter(e for parcel in self.outbox.parcels.values() for e in parcel.entries)
        logged = Counter(leaf for leaf in self.leaves() if _writer(leaf) != "sequencer")
        assert logged == written
        opened = [_facts(e) for e in self.leaves() if '"log:writer:opened"' in e]
        told = Counter(facts["function"] for facts in opened)
        assert told == self.outbox.writers
        assert self.report().findings == []

    def assert_one_history(self) -> None:
        """Whatever was ever signed or published is a beginning of what is published now."""
        texts = [checkpoint_from(v.data) for v in self.s3.versions.get("checkpoint", [])]
        texts += [checkpoint_from((text + _ANY_SIGNATURE).encode()) for text in self.kms.signed]
        now = self.reader.checkpoint()
        for one in texts:
            proof = self.reader.consistency(one.size, now.size)
            assert is_consistent(
                old=one.size, new=now.size, old_root=one.root, new_root=now.root, proof=proof
            )


class _Registry:
    def __init__(self, outbox: Stream) -> None:
        self._outbox = outbox

    def read(self) -> Mapping[str, int]:
        return dict(self._outbox.writers)


def _writer(leaf: str) -> str:
    return str(json.loads(leaf)["writer"])


def _facts(leaf: str) -> dict[str, Any]:
    return dict(json.loads(leaf)["facts"])


Changes = Sequence[Change]
