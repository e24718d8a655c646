"""What holds for any text and any bytes."""

import json
import sys
import time
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from functions.core.cards.alphabet import MARK, plain
from functions.core.cards.detect import find
from functions.core.cards.mask import mask
from functions.core.cards.quick import may_hold_card
from functions.core.cards.scrub import scrub_body, scrub_command
from tests.unit.cards.cards_corpus import is_well_masked, negatives, positives

POSITIVES = positives()
TEXTS = [one.text for one in (*POSITIVES, *negatives())]

# Between lines these make one row of digits that nobody could take apart.
MERGING = ("two numbers", "dots", "other signs")

# Small alphabets, so that numbers, and numbers over numbers, come about by chance.
DENSE = st.text(alphabet="41 5-.,/|12367890" + MARK + "\u0664\u200b\n", max_size=60)
MIXED = st.lists(st.one_of(st.sampled_from(TEXTS), DENSE, st.text(max_size=8)), max_size=5).map(
    " ".join
)
JSON = st.recursive(
    st.one_of(MIXED, st.integers(), st.floats(), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(MIXED, st.sampled_from(["id", "cvv", "text"])), inner, max_size=4
        ),
    ),
    max_leaves=8,
)
BODIES = st.one_of(
    st.binary(max_size=200),
    MIXED.map(lambda text: text.encode("utf-8", "surrogatepass")),
    JSON.map(lambda value: json.dumps(value).encode()),
    JSON.map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    JSON.map(lambda value: json.dumps({"response_json": json.dumps(value)}).encode()),
)


@given(BODIES)
@example(b"")
@example(b"\\")
@example(b'"\\u')
@example(b'{"a":"4111 1111 1111 1111","a":')
def test_no_bytes_raise_and_a_second_time_changes_nothing(body):
    for scrub in (scrub_body, scrub_command):
        once = scrub(body)
        again = scrub(once.body)

        assert (again.count, again.body) == (0, once.body)
        assert (once.count == 0) == (once.body == body)


@given(MIXED)
def test_a_text_keeps_its_length_and_all_but_digits(text):
    once = mask(text)

    assert len(once.text) == len(text)
    assert all(
        old == new or (old.isdecimal() and new == MARK)
        for old, new in zip(text, once.text, strict=True)
    )
    assert mask(once.text) == (once if once.count == 0 else type(once)(once.text, 0))


@given(JSON)
def test_json_keeps_its_shape(value):
    assume(value == value)  # noqa: PLR0124 - not a number is like nothing
    body = json.dumps(value).encode()

    assert shape(json.loads(scrub_command(body).body)) == shape(json.loads(body))


def shape(value):
    if isinstance(value, dict):
        return [shape(part) for part in value.values()]
    if isinstance(value, list):
        return [shape(part) for part in value]
    return len(str(value))


@given(MIXED, st.booleans(), st.booleans())
def test_the_quick_look_misses_nothing(text, ascii_only, nested):
    value = (
        {"response_json": json.dumps({"a": text}, ensure_ascii=ascii_only)} if nested else [text]
    )
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")

    assert may_hold_card(body) or not find(text)


@pytest.mark.parametrize("positive", POSITIVES, ids=lambda one: f"{one.form}: {one.text!a}")
def test_every_spelling_of_json_is_looked_into(positive):
    escaped = "".join(
        f"\\u{ord(char):04x}" if ord(char) < 0x10000 else char for char in positive.text
    )
    for body in (
        json.dumps({"a": positive.text}),
        json.dumps({"a": positive.text}, ensure_ascii=False),
        json.dumps({"a": json.dumps({"b": positive.text})}),
        f'{{"a":"{escaped}"}}',
    ):
        said = json.loads(scrub_body(body.encode()).body)["a"]
        text = json.loads(said)["b"] if said.startswith('{"') else said
        assert is_well_masked(positive, text)


def test_every_digit_there_is_counts():
    digits = [chr(code) for code in range(sys.maxunicode) if chr(code).isdecimal()]
    for digit in digits:
        text = "".join(digit if char == "1" else char for char in "4111 1111 1111 1111")
        if unicodedata.decimal(digit) == 1:
            assert mask(text).count == 1
            assert may_hold_card(json.dumps(text).encode())
            assert may_hold_card(json.dumps(text, ensure_ascii=False).encode())
        assert plain(digit) == str(unicodedata.decimal(digit))
        # and one of them among others, beside text that is escaped
        body = '{"a":"\\u00e9","b":"' + "4111 1111 1111 11" + digit + digit + '"}'
        assert may_hold_card(body.encode())


@given(st.lists(st.sampled_from([one for one in POSITIVES if one.form not in MERGING]), max_size=4))
def test_numbers_beside_each_other_are_all_found(some):
    text = "\n--\n".join(one.text for one in some)

    masked = mask(text).text

    assert all(
        is_well_masked(one, part) for one, part in zip(some, split(masked, some), strict=True)
    )


def split(text, some):
    parts, at = [], 0
    for one in some:
        parts.append(text[at : at + len(one.text)])
        at += len(one.text) + len("\n--\n")
    return parts


# Meta's bodies end at 3 MB. What costs most for its size, and how many bytes of it are tried here;
# the bench measures more.
HOSTILE = {
    "digits in one piece": "4",
    "numbers": "4111111111111111 ",
    "groups": "4111 ",
    "single digits": "4 1 ",
    "digits and invisible signs": "4\u200b1",
    "foreign digits": "\u0664\u0661 ",
    "letters and digits": "DE89 3704 0044 ",
    "addresses": "a.a-1/",
    "dates": "22.11.2026 ",
    "brackets": "[",
    "quotes": '"',
    "backslashes": "\\",
    "codes": "4111111111111111 cvv ",
    "marks": "4111 11" + MARK,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_bodies_take_time_in_proportion(kind):
    text = HOSTILE[kind]
    seconds = []
    for size in (20_000, 80_000):
        body = json.dumps({"text": {"body": text * (size // len(text))}}).encode()
        seconds.append(min(_seconds(body) for _ in range(3)))

    assert seconds[1] < 8 * seconds[0] + 0.2  # 4 if it is linear, 16 if it is quadratic


def _seconds(body):
    """The least of some: whatever else the machine does only adds to it."""
    begin = time.process_time()
    scrub_body(body)
    return time.process_time() - begin
