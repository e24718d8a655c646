"""(d) How fast updates are folded on in-memory stores, and how the time grows with their number."""

import time
from collections.abc import Callable

from bench import bodies
from bench.results import Number, Section, spread
from bench.timing import Spread, exponent

_SIZES = (10, 100, 1_000, 10_000)
_ROUNDS = {10: 15, 100: 9, 1_000: 5, 10_000: 2}
_BODY = 1_000  # Meta's most for one POST
_AIM = 1.1


def measure() -> Section:
    numbers: list[Number] = []
    for title, people, body in (
        ("20 updates a person, bodies of up to 1,000", None, _BODY),
        ("one person, one body", 1, max(_SIZES)),
    ):
        numbers += _grown(title, people, body)
    return Section(
        key="fold",
        title="(d) folding on in-memory stores",
        numbers=numbers,
        notes=["The exponent of a log-log fit: 1 is linear. Three messages to each status."],
    )


def _grown(title: str, people: int | None, body: int) -> list[Number]:
    spreads = {size: _timed(size, people or max(1, size // 20), body) for size in _SIZES}
    times = {size: found.median for size, found in spreads.items()}
    largest = max(_SIZES)
    return [
        Number(name=f"{title}: exponent", value=exponent(times), unit="", target=_AIM),
        Number(
            name=f"{title}: updates a second at {largest:,}",
            value=largest / times[largest],
            least=largest / spreads[largest].most,
            most=largest / spreads[largest].least,
            unit="1/s",
        ),
        *(
            spread(f"{title}: {size:,} updates", found, "ms", scale=1e3)
            for size, found in spreads.items()
        ),
    ]


def _timed(size: int, people: int, most_in_body: int) -> Spread:
    changes = bodies.batch(size, people=people)["entry"][0]["changes"]
    posts = [
        bodies.encoded(bodies.webhook(changes[begin : begin + most_in_body]))
        for begin in range(0, size, most_in_body)
    ]
    return Spread.of([_seconds(posts) for _ in range(_ROUNDS[size])])


def _seconds(posts: list[bytes]) -> float:
    fold = _fresh_fold()
    begin = time.perf_counter()
    for post in posts:
        fold(post)
    return time.perf_counter() - begin


def _fresh_fold() -> Callable[[bytes], object]:
    """The service behind `inbound`, on the stores that the tests prove to be like the real ones."""
    from tests.fakes import build

    return build.conversations().fold
