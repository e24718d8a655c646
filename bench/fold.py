"""(d) How fast updates are folded on in-memory stores, and how the time grows with their number."""

import gc
import time
from collections.abc import Callable

from bench import bodies
from bench.results import Number, Section, spread
from bench.timing import Spread, exponent

_SIZES = (10, 100, 1_000, 10_000)
_ROUNDS = 3
_REPEATED = 100  # folds of small bodies make a turn of at least so many updates
_BODY = 1_000  # Meta's most for one POST
_AIM = 1.1


def measure() -> Section:
    numbers: list[Number] = []
    for title, people, body in (
        ("20 updates a person, bodies of 1,000", None, _BODY),
        ("one person, one body", 1, max(_SIZES)),
    ):
        numbers += _grown(title, people, body)
    return Section(
        key="fold",
        title="(d) folding on in-memory stores",
        numbers=numbers,
        notes=[
            "The exponent of a log-log fit: 1 is linear. Three messages to each status.",
            "Processor time; sizes in turns, each on empty stores.",
        ],
    )


def _grown(title: str, people: int | None, body: int) -> list[Number]:
    posts = {size: _posts(size, people or max(1, size // 20), body) for size in _SIZES}
    turns: dict[int, list[float]] = {size: [] for size in _SIZES}
    for _ in range(_ROUNDS):
        for size in _SIZES:
            turns[size].append(_seconds(posts[size], max(1, _REPEATED // size)))
    spreads = {size: Spread.of(seconds) for size, seconds in turns.items()}
    times = {size: found.median for size, found in spreads.items()}
    largest = max(_SIZES)
    rate = Number(
        name=f"{title}: updates a second",
        value=largest / times[largest],
        least=largest / spreads[largest].most,
        most=largest / spreads[largest].least,
        unit="1/s",
    )
    return [
        Number(name=f"{title}: exponent", value=exponent(times), unit="", target=_AIM),
        rate,
        *(
            spread(f"{title}: {size:,} updates", found, "ms", scale=1e3)
            for size, found in spreads.items()
        ),
    ]


def _posts(size: int, people: int, most_in_body: int) -> list[bytes]:
    changes = bodies.batch(size, people=people)["entry"][0]["changes"]
    return [
        bodies.encoded(bodies.webhook(changes[begin : begin + most_in_body]))
        for begin in range(0, size, most_in_body)
    ]


def _seconds(posts: list[bytes], times: int) -> float:
    folds = [_fresh_fold() for _ in range(times)]
    gc.collect()
    begin = time.process_time()  # of all threads: writes are spread over some
    for fold in folds:
        for post in posts:
            fold(post)
    return (time.process_time() - begin) / times


def _fresh_fold() -> Callable[[bytes], object]:
    """The service behind `inbound`, on the stores that the tests prove to be like the real ones."""
    from tests.fakes import build

    return build.conversations().fold
