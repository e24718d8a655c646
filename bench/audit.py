"""(i) The audit log: a million entries verified from a copy on disk, one proof checked."""

import contextlib
import io
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from bench.results import Number, Section, spread
from bench.timing import Spread, take_turns
from cli.audit import Asked, check_proof, verify_log
from cli.progress import Progress
from functions.core.audit.keys import verifier_key
from functions.core.audit.model import Event, Link, chained
from functions.core.audit.proof import proof_from
from tests.fakes.audit_log import AuditLog, Signer, event, proof_of, sample, stored

_MILLION = 1_000_000
_BATCH = 5_000
_ROUNDS = 3
_AIM_SECONDS = 10.0
_AIM_PROOF_MS = 5.0


def measure() -> Section:
    return Section(
        key="audit",
        title="(i) audit log: verified offline",
        numbers=[*_log(), _proof()],
        notes=[
            f"{_MILLION} entries of 40 writers in 200 batches, with what a message's entry says.",
            "As `amana audit verify` reads a folder, with a process for each processor; elapsed",
            "time. The proof as `amana audit prove` reads it, of a log of 1000 entries.",
        ],
    )


def _log(size: int = _MILLION) -> Iterator[Number]:
    elapsed, processor = [], []
    with tempfile.TemporaryDirectory() as temporary:
        built = _built(size, Path(temporary))
        for _ in range(_ROUNDS):
            begin, used = time.perf_counter(), _processor_seconds()
            code = _quietly(lambda progress: verify_log(built, progress))
            elapsed.append(time.perf_counter() - begin)
            processor.append(_processor_seconds() - used)
            assert code == 0, "a log that nobody touched is whole"
    yield spread("a log verified", Spread.of(elapsed), "s", target=_AIM_SECONDS)
    yield spread("processor time", Spread.of(processor), "s")


def _processor_seconds() -> float:
    """Of this process and those that it started and that have ended."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def _built(size: int, folder: Path) -> Asked:
    """Written out batch by batch: the files of a million entries are too many to hold twice."""
    log = AuditLog()
    for number in range(40):
        log.open(("sender", "inbound", "webhook", "messages_api")[number % 4])
    writers = list(log.heads)
    events = [event(number) for number in range(_BATCH // len(writers))]
    while log.edge.size < size:
        room = size - log.edge.size - 1 - len(log.unopened)
        for writer in writers:
            log.outbox += _chain(log, writer, events[: max(0, room - len(log.outbox))])
        log.wait(seconds=30)
        log.seal()
        stored(log.files, folder)
        log.files.clear()
    return Asked(target=str(folder), key=Signer().key.text)


def _chain(log: AuditLog, writer: str, events: list[Event]) -> list[str]:
    link: Link = log.heads[writer]
    made, log.heads[writer] = chained(events, link, at_ms=log.now_ms)
    return made


def _proof() -> Number:
    log = sample(1_000)
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "entry.tlog-proof"
        path.write_bytes(proof_of(log, 500).file)
        text = Signer().key.text
        assert _quietly(lambda progress: check_proof(str(path), text, progress)) == 0

        def check() -> None:
            proof, key = proof_from(path.read_bytes()), verifier_key(text)
            assert key.has_signed(proof.checkpoint) and proof.holds()  # noqa: PT018 - timed as one

        turns = take_turns({"proof": check}, rounds=9)
    return spread(
        "one proof checked", Spread.of(turns["proof"]), "ms", target=_AIM_PROOF_MS, scale=1000
    )


def _quietly(command: object) -> int:
    assert callable(command)
    with contextlib.redirect_stdout(io.StringIO()):
        return int(command(Progress(Console(file=io.StringIO()))))


if __name__ == "__main__":
    from bench import screen

    screen.show(measure(), Console())
