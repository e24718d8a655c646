"""An audit log as the sequencer writes it, made in memory and signed with a key of its own.

Tests meddle with `outbox` before a batch is sealed, with `files` and `checkpoint` after it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from functions.core.audit.keys import VerifierKey
from functions.core.audit.merkle import inclusion_proof, leaf_hash
from functions.core.audit.model import Actor, Event, Link, chained
from functions.core.audit.note import (
    Checkpoint,
    Signature,
    checkpoint_from,
    checkpoint_text,
    signed,
)
from functions.core.audit.proof import Proof
from functions.core.audit.tiles import Edge, bundle_from, bundle_path, tile_root
from functions.core.audit.vocabulary import Action

ORIGIN = "audit.example/amana"
# 2026-11-02T08:00:00Z
START_MS = 1_793_606_400_000
MINUTE = 60_000
_SEQUENCER = Actor(kind="system", id="sequencer")


@dataclass(frozen=True)
class Signer:
    """P-256; the same `secret` is the same key."""

    name: str = ORIGIN
    secret: int = 0xA3A4A

    @cached_property
    def _private(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(self.secret, ec.SECP256R1())

    @cached_property
    def key(self) -> VerifierKey:
        der = self._private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return VerifierKey(self.name, der)

    def signature(self, text: str) -> Signature:
        value = self._private.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
        return Signature(self.name, self.key.id, value)

    def checkpoint(self, edge: Edge, origin: str = ORIGIN) -> Checkpoint:
        text = checkpoint_text(origin, edge.size, edge.root)
        return signed(origin, edge.size, edge.root, self.signature(text))


def event(number: int, **changes: Any) -> Event:
    told: dict[str, Any] = {
        "action": Action.SEND_SETTLED,
        "by": Actor(kind="client", id="3f2a1b4c5d6e", role="amana/messages.send"),
        "on": (f"p_{number:016x}",),
        "what": f"message/m_{number:026}",
        "request": f"r_{number:026}",
        "facts": {"state": "accepted", "digest": f"{number:064x}"},
        **changes,
    }
    return Event(**told)


@dataclass
class AuditLog:
    signer: Signer = field(default_factory=Signer)
    now_ms: int = START_MS
    files: dict[str, bytes] = field(default_factory=dict)
    edge: Edge = field(default_factory=Edge)
    outbox: list[str] = field(default_factory=list)
    registry: dict[str, int] = field(default_factory=dict)
    # writers that the stream has told of, and the sequencer has not yet
    unopened: list[tuple[str, int]] = field(default_factory=list)
    heads: dict[str, Link] = field(default_factory=dict)
    checkpoints: list[bytes] = field(default_factory=list)
    written: int = 0

    @property
    def checkpoint(self) -> bytes:
        return self.checkpoints[-1]

    def open(self, function: str) -> str:
        number = self.registry.get(function, 0) + 1
        self.registry[function] = number
        self.unopened.append((function, number))
        writer = f"{function}.{number}"
        self.heads[writer] = Link(writer, 0, "")
        return writer

    def write(self, writer: str, count: int = 1, *, at_ms: int | None = None) -> list[str]:
        """So many entries on their way, in the order they were made."""
        events = [event(self.written + number) for number in range(count)]
        self.written += count
        made = self._chained(writer, events, self.now_ms if at_ms is None else at_ms)
        self.outbox += made
        return made

    def wait(self, *, minutes: float = 0, seconds: float = 0) -> None:
        self.now_ms += round(minutes * MINUTE + seconds * 1000)

    def seal(self, *, heartbeat: bool = False, at_ms: int | None = None) -> None:
        """A batch of what is in the outbox, as it stands there."""
        self._append(self._batch(heartbeat=heartbeat, at_ms=at_ms))
        self.sign()

    def pend(self) -> None:
        """A batch whose tiles are written, and whose checkpoint is not: no other may follow."""
        self._append(self._batch(heartbeat=False, at_ms=None))

    def idle(self, minutes: int) -> None:
        for _ in range(minutes // 5):
            self.wait(minutes=5)
            self.seal(heartbeat=True)

    def sign(self) -> None:
        note = self.signer.checkpoint(self.edge).note
        self.checkpoints.append(note)
        self.files["checkpoint"] = note

    def _batch(self, *, heartbeat: bool, at_ms: int | None) -> list[str]:
        at_ms = self.now_ms if at_ms is None else at_ms
        opened = [
            _told(Action.LOG_WRITER_OPENED, function=function, number=number)
            for function, number in self.unopened
        ]
        entries = self._chained("sequencer", opened, at_ms) + self.outbox
        facts: dict[str, Any] = {
            "entries": len(entries),
            "positions": {"shard-1": str(self.edge.size)},
        }
        if heartbeat:
            facts["writers"] = dict(self.registry)
        self.outbox, self.unopened = [], []
        return entries + self._chained(
            "sequencer", [_told(Action.LOG_BATCH_SEALED, **facts)], at_ms
        )

    def _chained(self, writer: str, events: Sequence[Event], at_ms: int) -> list[str]:
        link = self.heads.get(writer) or Link(writer, 0, "")
        entries, self.heads[writer] = chained(events, link, at_ms=at_ms)
        return entries

    def _append(self, entries: Iterable[str]) -> None:
        self.edge, files = self.edge.extended([entry.encode("ascii") for entry in entries])
        self.files.update(files)


def sample(
    entries: int, *, batch: int = 200, functions: Sequence[str] = ("sender", "inbound")
) -> AuditLog:
    """A log of exactly so many entries, those of the sequencer among them; of 0: an empty one."""
    log = AuditLog()
    if not entries:
        log.sign()
        return log
    writers: list[str] = []
    while log.edge.size < entries:
        room = entries - log.edge.size - 1 - len(log.unopened)
        for function in functions:
            if room > 0 and len(writers) < 2 * len(functions):
                writers.append(log.open(function))
                room -= 1
        for number in range(min(room, batch)):
            log.write(writers[number % len(writers)])
        log.wait(seconds=20)
        log.seal()
    return log


def without(files: dict[str, bytes], *names: str) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name not in names}


def entries_of(files: dict[str, bytes], name: str) -> list[bytes]:
    width = int(name.rpartition(".p/")[2]) if ".p/" in name else 256
    return bundle_from(name, files[name], width)


def rehashed(entries: Sequence[bytes]) -> tuple[Edge, dict[str, bytes]]:
    """All files of a log of these entries, as anyone can compute them: all but the checkpoint."""
    return Edge().extended(entries)


def _told(action: Action, **facts: Any) -> Event:
    return Event(action=action, by=_SEQUENCER, facts=facts)


def all_entries(log: AuditLog) -> list[bytes]:
    full, rest = divmod(log.edge.size, 256)
    found: list[bytes] = []
    for index in range(full):
        found += entries_of(log.files, bundle_path(index))
    return found + (entries_of(log.files, bundle_path(full, rest)) if rest else [])


def proof_of(log: AuditLog, index: int) -> Proof:
    entries = all_entries(log)
    leaves = [leaf_hash(entry) for entry in entries]
    hashes = inclusion_proof(
        index,
        len(leaves),
        lambda level, at: tile_root(leaves[at << level : (at + 1) << level]),
    )
    return Proof(index, tuple(hashes), checkpoint_from(log.checkpoint), entries[index])


def stored(files: dict[str, bytes], folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@dataclass
class MemoryFiles:
    """`past`: what was under a name before, the oldest first."""

    files: dict[str, bytes]
    past: dict[str, list[bytes]] = field(default_factory=dict)

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)

    def read_all(self, names: Sequence[str]) -> Iterator[bytes | None]:
        return map(self.read, names)

    def names(self, prefix: str) -> list[str]:
        return sorted(name for name in self.files if name.startswith(prefix))

    def versions(self, name: str) -> Iterator[tuple[str, bytes]]:
        before = self.past.get(name, [])
        return ((f"{name} ({number})", data) for number, data in enumerate(before))
