"""Numbers typed over several messages."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.cards.alphabet import MARK
from functions.core.cards.detect import find
from functions.core.cards.split import Fragment, could_be_fragment, mend
from functions.core.runtime import policies
from tests.unit.cards.cards_corpus import digits, negatives, positives

LIMITS = policies.load("cards")["split"]
SECOND = 1000


def fragments(*texts, apart_ms=5 * SECOND):
    return [Fragment(f"m{n}", n * apart_ms, text) for n, text in enumerate(texts)]


def arabic(text):
    return text.translate({ord("0") + n: 0x660 + n for n in range(10)})


def mended(*texts, **more):
    found = mend(fragments(*texts, **more))
    return [found.texts.get(f"m{n}", text) for n, text in enumerate(texts)], found.numbers


@pytest.mark.parametrize(
    ("texts", "masked"),
    [
        (["4111", "1111", "1111", "1111"], ["4111", "11██", "████", "1111"]),
        (["4111 1111 ", "1111 1111"], ["4111 11██ ", "████ 1111"]),
        (["41111111111", "11111"], ["411111█████", "█1111"]),
        (["3782", "822463", "10005"], ["3782", "82████", "█0005"]),
        (["my card: 4111 1111", "1111 1111 ok?"], ["my card: 4111 11██", "████ 1111 ok?"]),
        (["4111.11", "11.1111.1111"], ["4111.11", "██.████.1111"]),
        ([arabic("4111 1111"), arabic("1111 1111")], [arabic("4111 11██"), arabic("████ 1111")]),
        (["hi", "4111 1111", "1111 1111", "bye"], ["hi", "4111 11██", "████ 1111", "bye"]),
    ],
)
def test_pieces_keep_the_first_six_and_last_four_of_the_whole(texts, masked):
    assert mended(*texts)[0] == masked


def test_the_messages_of_a_number_are_named_in_order():
    assert mended("hi", "4111 1111", "1111 1111", "bye")[1] == [("m1", "m2")]


def test_the_longer_number_is_meant_when_its_beginning_is_one_too():
    texts, numbers = mended("6703", "4200554565", "015")

    assert texts == ["6703", "42███████5", "015"]
    assert numbers == [("m0", "m1", "m2")]


def test_two_numbers_one_after_the_other():
    texts, numbers = mended("4111 1111", "1111 1111", "5555 5555", "5555 4444")

    assert texts == ["4111 11██", "████ 1111", "5555 55██", "████ 4444"]
    assert numbers == [("m0", "m1"), ("m2", "m3")]


@pytest.mark.parametrize(
    ("texts", "masked"),
    [
        (
            ["4111", "11111111", "1111", "12/26", "987"],
            ["4111", "11██████", "1111", "12/26", "███"],
        ),
        (["4111 1111", "1111 1111", "cvv 987"], ["4111 11██", "████ 1111", "cvv ███"]),
        (["4111 11██ ████ 1111", "987"], ["4111 11██ ████ 1111", "███"]),
        (["4111 11██ ████ 1111", "12/26", "987"], ["4111 11██ ████ 1111", "12/26", "███"]),
        (["it is 411111██████1111", "cvv: 987"], ["it is 411111██████1111", "cvv: ███"]),
    ],
)
def test_a_code_in_a_message_of_its_own_is_gone(texts, masked):
    assert mended(*texts)[0] == masked


@pytest.mark.parametrize(
    "texts",
    [
        ["411111██████1111", "350 pieces please"],
        ["411111██████1111", "thanks", "987"],
        ["987", "411111██████1111"],
        ["at 5", "or 10:30?", "10:30", "4 people"],
        ["4", "5", "6 pieces", "12.50"],
        ["order 4500012345", "01701234567"],
        ["4111 1111", "ok", "1111 1111"],
        ["room 4111", "1111 is the code", "1111", "1111"],
        ["+49 151", "2345 6789", "1047", "12"],
        ["4111 1111", "1111 1112"],
        [],
        ["4111 1111 1111 1112"],
    ],
)
def test_ordinary_talk_stays(texts):
    assert mended(*texts) == (texts, [])


def test_pieces_far_apart_do_not_belong_together():
    near, far = LIMITS["seconds"] * SECOND, LIMITS["seconds"] * SECOND + 1

    assert mended("4111 1111", "1111 1111", apart_ms=near)[1]
    assert not mended("4111 1111", "1111 1111", apart_ms=far)[1]


def test_no_more_messages_than_the_policy_says():
    most = LIMITS["messages"]
    texts = ["4", *["1"] * (most - 2), "1" * (17 - most)]

    assert mended(*texts)[1] == [tuple(f"m{n}" for n in range(most))]
    assert not mended("4", "1", *texts[1:-1], texts[-1][1:])[1]


@pytest.mark.parametrize(
    "text", ["4111", "card: 4111", "4111 is the first part", arabic("4111"), " (4)"]
)
def test_digits_at_an_end_make_a_possible_piece(text):
    assert could_be_fragment(text)


@pytest.mark.parametrize("text", ["", "hello", "room 5 please", "ok 👍", "a1b"])
def test_other_texts_are_none(text):
    assert not could_be_fragment(text)


# Numbers that are one piece of digits and separators, and sentences around them.
WHOLE = [
    p for p in positives() if p.form not in ("two numbers", "with date and code", "file names")
]


@given(st.data())
def test_any_number_cut_into_two_to_four_messages_is_found(data):
    positive = data.draw(st.sampled_from(WHOLE))
    (number,) = find(positive.text)
    inside = st.integers(number.start + 1, number.end - 1)
    cuts = data.draw(st.sets(inside, min_size=1, max_size=3))
    bounds = [0, *sorted(cuts), len(positive.text)]
    texts = [positive.text[a:b] for a, b in pairwise(bounds)]

    after, numbers = mended(*texts)

    assert positive.masked_number in digits("".join(after))
    assert numbers
    assert any(could_be_fragment(text) for text in texts[1:])
    assert mended(*after) == (after, [])


@given(st.lists(st.sampled_from([n.text for n in negatives()]), min_size=2, max_size=4))
def test_of_any_messages_only_digits_change_and_only_once(texts):
    after, numbers = mended(*texts)

    changes = [
        (old, new)
        for one, other in zip(texts, after, strict=True)
        for old, new in zip(one, other, strict=True)
        if old != new
    ]
    assert all(old.isdecimal() and new == MARK for old, new in changes)
    assert bool(changes) == bool(numbers)  # two strangers can make a card by chance
    assert mended(*after) == (after, [])


@given(
    st.lists(
        st.one_of(
            st.times().map(lambda at: at.strftime("%H:%M")),
            st.integers(1, 9999).map(lambda n: f"{n} €"),
            st.integers(1, 999).map(lambda n: f"order {n}"),
            st.sampled_from(["ok", "thanks", "yes 2", "3 please", "on the 5th", "see you at 6"]),
        ),
        max_size=8,
    )
)
def test_times_prices_and_small_talk_are_no_number(texts):
    assert mended(*texts) == (texts, [])
