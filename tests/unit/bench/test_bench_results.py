import json

from rich.console import Console

from bench import screen
from bench.results import Number, Section, missed, spread
from bench.timing import Spread


def section(*numbers):
    return Section("key", "a title", list(numbers), ["a note"], {"more": [1]})


def number(value, target=None, *, hard=False):
    return Number(name=f"n{value}", value=value, unit="x", target=target, hard=hard)


def test_a_number_without_a_target_is_neither_met_nor_missed():
    assert [n.met for n in (number(1), number(1, 2), number(2, 2), number(3, 2))] == [
        None,
        True,
        True,
        False,
    ]


def test_a_broken_fact_is_told_apart_from_a_slow_machine():
    found = [section(number(3, 2), number(1, 0, hard=True), number(0, 0, hard=True))]
    assert missed(found, hard=False) == ["n3", "n1"]
    assert missed(found, hard=True) == ["n1"]


def test_results_can_be_written_as_json_with_their_verdict():
    written = json.loads(json.dumps(section(number(3, 2)).as_json()))
    assert written["numbers"][0]["met"] is False
    assert written["more"] == [1]


def test_a_spread_is_scaled_as_a_whole():
    scaled = spread("n", Spread(0.002, 0.001, 0.003), "ms", scale=1000)
    assert (scaled.value, scaled.least, scaled.most) == (2, 1, 3)


def test_the_screen_marks_what_was_missed():
    console = Console(width=110)
    with console.capture() as screened:
        screen.show(section(number(3, 2), number(1, 2), number(5)), console)
    text = screened.get()
    assert text.count("MISSED") == 1
    assert text.count("met") == 1
    assert "a note" in text
