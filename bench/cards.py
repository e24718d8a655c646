"""(h) Card numbers: how many are found, what is taken for one, and what looking costs."""

import json
import random
from collections.abc import Callable
from pathlib import Path

from bench import bodies
from bench.results import Number, Section, spread
from bench.timing import Spread, exponent, take_turns

_EVENTS = Path(__file__).parent.parent / "events"
_ROUNDS = 15
_AIM_US = 5.0  # a kibibyte, when nothing looks like a card number
_KIB = 1024
_DRAWN = 4_000  # numbers at random, of each length
_CARD = "4111 1111 1111 1111"
_HOSTILE = {
    "digits in one piece": "4",
    "card numbers": "4111111111111111 ",
    "single digits": "4 1 ",
    "dates": "22.11.2026 ",
}
_SIZES = (16_000, 64_000)  # bytes; WhatsApp's longest text is 65,536 characters


def measure() -> Section:
    return Section(
        key="cards",
        title="(h) card numbers",
        numbers=[*_quality(), *_by_chance(), *_fast(), *_slow(), *_hostile()],
        notes=[
            "The corpus is tests/unit/cards: every form that numbers are known to be written in.",
            "By chance: random digits. One in ten passes the check digit; ranges leave a third.",
            f"Processor time, {_ROUNDS} rounds; events are those of `events/`.",
        ],
    )


def _quality() -> list[Number]:
    from functions.core.cards.mask import mask
    from tests.unit.cards.cards_corpus import is_well_masked, negatives, positives

    there, absent = positives(), negatives()
    missed = sum(not is_well_masked(one, mask(one.text).text) for one in there)
    wrong = sum(mask(one.text).count > 0 for one in absent)
    return [
        Number(name=f"missed of {len(there)} numbers", value=missed, unit="", target=0, hard=True),
        Number(name=f"masked of {len(absent)} others", value=wrong, unit="", target=0, hard=True),
        Number(name="recall", value=100 * (1 - missed / len(there)), unit="%"),
        Number(name="false positives", value=100 * wrong / len(absent), unit="%"),
    ]


def _by_chance() -> list[Number]:
    from functions.core.cards.mask import mask

    chance = random.Random(20261122)  # noqa: S311 - the same numbers at every run
    drawn = {n: [_digits(chance, n) for _ in range(_DRAWN)] for n in (13, 14, 15, 16, 19)}
    return [
        Number(
            name=f"masked by chance: {length} digits{what}",
            value=100 * sum(mask(before + one).count > 0 for one in drawn[length]) / _DRAWN,
            unit="%",
        )
        for length, what, before in (
            *((length, " alone", "") for length in drawn),
            (16, " called an order", "Order no. "),
            (16, " in a web address", "https://shop.example/p/"),
        )
    ]


def _digits(chance: random.Random, length: int) -> str:
    return "".join(chance.choices("0123456789", k=length))


def _fast() -> list[Number]:
    from functions.core.cards.scrub import scrub_body

    told = [path.read_bytes() for path in sorted(_EVENTS.glob("*.json"))]
    kib = sum(map(len, told)) / _KIB
    single, many = (bodies.encoded(bodies.batch(n, people=n)) for n in (1, 1_000))
    turns = take_turns(
        {
            "events": lambda: [scrub_body(body) for body in told],
            "single": lambda: scrub_body(single),
            "many": lambda: scrub_body(many),
        },
        rounds=_ROUNDS,
    )
    found = {name: Spread.of(seconds) for name, seconds in turns.items()}
    return [
        spread(
            f"no number: {len(told)} events, a KiB",
            found["events"],
            "µs",
            scale=1e6 / kib,
            target=_AIM_US,
        ),
        spread(f"no number: 1 update, {len(single):,} bytes", found["single"], "µs", scale=1e6),
        spread(f"no number: 1,000 updates, {len(many):,} bytes", found["many"], "ms", scale=1e3),
    ]


def _slow() -> list[Number]:
    from functions.core.cards.scrub import scrub_body

    body = _message(f"My card is {_CARD}, valid until 12/28, code 123")
    turns = take_turns({"one": lambda: scrub_body(body)}, rounds=_ROUNDS)
    name = f"a number: 1 update, {len(body):,} bytes"
    return [spread(name, Spread.of(turns["one"]), "µs", scale=1e6)]


def _hostile() -> list[Number]:
    from functions.core.cards.scrub import scrub_body

    def scrubbing(text: str, size: int) -> Callable[[], object]:
        body = _message(text * (size // len(text)))
        return lambda: scrub_body(body)

    numbers: list[Number] = []
    for what, text in _HOSTILE.items():
        turns = take_turns({str(n): scrubbing(text, n) for n in _SIZES}, rounds=3)
        times = {size: Spread.of(turns[str(size)]) for size in _SIZES}
        growth = exponent({size: one.median for size, one in times.items()})
        name = f"hostile: {_SIZES[-1]:,} bytes of {what}"
        numbers += [
            spread(name, times[_SIZES[-1]], "ms", scale=1e3),
            Number(name=f"{name}: exponent", value=growth, unit=""),
        ]
    return numbers


def _message(text: str) -> bytes:
    change = bodies.inbound(0, bodies.person(0))
    change["value"]["messages"][0]["text"]["body"] = text
    return json.dumps(bodies.webhook([change]), separators=(",", ":")).encode()


if __name__ == "__main__":
    from rich.console import Console

    from bench.screen import show

    show(measure(), Console())
