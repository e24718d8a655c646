"""(g) Content keys: what sealing takes, and what conversations ask of KMS and DynamoDB."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench import bodies
from bench.results import Number, Section, spread
from bench.timing import Spread, take_turns

_EVENTS = Path(__file__).parent.parent / "events"
_TYPICAL = "message_text.json"
_ROUNDS, _FEW_ROUNDS = 31, 5
_AIM_SEALING = 100.0  # µs
_MESSAGES, _PEOPLE = 1_000, 100
_AIM_KMS = 110  # requests for so many messages
_ENVIRONMENTS = 10  # of each function, one after the other
_READ = 10  # conversations that one of them is asked for
_AT = 1_790_000_000
_PER_THOUSAND, _PER_MESSAGE = "1,000 messages", "a message"


def measure() -> Section:
    return Section(
        key="content",
        title="(g) content keys: sealing, and what is asked of KMS and DynamoDB",
        numbers=[*_sealing(), *_in_transit(), *_requests()],
        notes=[
            f"Sealing: every message of events/, the typical one is {_TYPICAL}; processor time.",
            f"Requests: {_MESSAGES:,} messages of {_PEOPLE} people, a webhook each, packed,",
            "unpacked, folded and read as the functions do it, on stores that count, in",
            f"{_ENVIRONMENTS} execution environments of each function, one after the other.",
        ],
    )


def _sealing() -> Iterator[Number]:
    """The raw update, as it is kept in a message record."""
    dearest = Spread(0, 0, 0)
    for path in sorted(_EVENTS.glob("*.json")):
        rounds = _ROUNDS if path.name == _TYPICAL else _FEW_ROUNDS
        for size, took in _sealed(path.read_bytes(), rounds):
            if path.name == _TYPICAL:
                name = f"typical message, {size} bytes: seal + open"
                yield spread(name, took, "µs", scale=1e6, target=_AIM_SEALING)
            dearest = max(dearest, took, key=lambda one: one.median)
    yield spread("the dearest of events/: seal + open", dearest, "µs", scale=1e6)


def _sealed(body: bytes, rounds: int) -> Iterator[tuple[int, Spread]]:
    from functions.core.content.records import binding
    from tests.fakes import build
    from tests.fakes.keys import key_ring
    from tests.fakes.records import MemoryRecords

    records, ring = MemoryRecords(), key_ring()
    build.conversations(records).fold(body)
    for key, item in records.items.items():
        for fact_id, fact in item.get("facts", {}).items():
            if "raw" in fact:
                place = binding(key, f"facts.{fact_id}.raw")
                content = fact["raw"].encode()
                both = partial(_both, ring, fact["key"], place, content)
                turns = take_turns({"both": both}, rounds=rounds)
                yield len(content), Spread.of(turns["both"])


def _both(ring: Any, key_id: str, place: Any, content: bytes) -> None:
    ring.open(key_id, place, ring.seal(key_id, place, content))


def _in_transit() -> Iterator[Number]:
    from functions.core.content.transit import TransitOpener, TransitSealer
    from tests.fakes.kms import StrictKms

    kms = StrictKms()
    sealer = TransitSealer(kms, kms.create_key()["KeyMetadata"]["Arn"])  # type: ignore[arg-type]
    opener = TransitOpener(kms)  # type: ignore[arg-type] # as much of KMS as they use
    for updates in (1, 1_000):
        body = bodies.encoded(bodies.batch(updates, people=20))
        sealed = sealer.seal("webhook", body)
        contestants: dict[str, Callable[[], object]] = {
            "seal": partial(sealer.seal, "webhook", body),
            "open": partial(opener.open, "webhook", sealed),
        }
        for what, seconds in take_turns(contestants, rounds=_ROUNDS).items():
            name = f"in transit, {len(body):,} bytes: {what}"
            yield spread(name, Spread.of(seconds), "µs", scale=1e6)


def _requests() -> Iterator[Number]:
    asked = _asked()
    kms = {(function, what): n for (function, what), n in asked.items() if "KMS" in what}
    yield Number(
        name="KMS, all",
        value=sum(kms.values()),
        unit=_PER_THOUSAND,
        target=_AIM_KMS,
        hard=True,
    )
    for (function, what), n in sorted(asked.items()):
        if (function, what) in kms:
            yield Number(name=f"{function}, {what}", value=n, unit=_PER_THOUSAND)
        elif function == "inbound":
            yield Number(name=f"{function}, {what}", value=n / _MESSAGES, unit=_PER_MESSAGE)


def _asked() -> Counter[tuple[str, str]]:
    """(function, what) -> how often."""
    from bench.content_flow import Flow

    flow, share = Flow(), _MESSAGES // _ENVIRONMENTS
    for first in range(0, _MESSAGES, share):
        flow.start_anew()
        for number in range(first, first + share):
            flow.deliver(bodies.inbound(number, bodies.person(number % _PEOPLE), _AT + number))
        flow.read(_READ)
    if flow.read(_PEOPLE) != _MESSAGES:
        raise RuntimeError("not every message can be read")
    return flow.asked
