"""Finding phrases, and telling a slip from another word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.consent.phrases import Phrases, is_slip
from functions.core.runtime import policies

LISTS = policies.load("consent_words")["languages"]
WORD = st.text(alphabet="abc", max_size=6)


def _distance(one: str, other: str) -> int:
    """The textbook's table, with neighbours that change places."""
    rows = [
        [i + j if i * j == 0 else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)
    ]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            change = rows[i - 1][j - 1] + (one[i - 1] != other[j - 1])
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, change)
            if i > 1 < j and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(WORD, WORD)
def test_a_slip_is_a_distance_of_one(one, other):
    assert is_slip(one, other) == (_distance(one, other) == 1)


@pytest.mark.parametrize(
    ("phrase", "text", "places"),
    [
        ("bus stop", "the bus stop there", (1, 2)),
        ("bus stop", "the bus stops there", None),
        ("bus stop*", "the bus stops there", (1, 2)),
        ("stop … me", "stop me", (0, 1)),
        ("stop … me", "stop writing all day me", (0, 4)),
        ("stop … me", "stop writing to and calling me", None),
        ("don't stop", "dont stop", (0, 1)),
        ("don't stop", "don t stop", (0, 1, 2)),
        ("schreib* … nicht", "bitte schreiben sie nicht", (1, 3)),
        ("stop", "", None),
    ],
)
def test_a_phrase_is_found_with_the_places_of_its_words(phrase, text, places):
    found = list(Phrases([(phrase, "en")]).find(tuple(text.split())))
    assert found == ([] if places is None else [("en", places)])


def test_a_phrase_is_found_at_every_place_and_with_its_language():
    phrases = Phrases([("no more", "en"), ("more", "xx")])
    words = ("no", "more", "and", "no", "more")
    assert sorted(phrases.find(words)) == [
        ("en", (0, 1)), ("en", (3, 4)), ("xx", (1,)), ("xx", (4,)),
    ]  # fmt: skip


@pytest.mark.parametrize("language", LISTS)
def test_lists_are_written_with_words_stars_at_ends_and_gaps_between(language):
    for name, written in LISTS[language].items():
        marked = name in ("near", "phrases", "against", "about", "harmless")
        for text in written:
            words = text.split()
            assert text == " ".join(words)
            assert words[0] != "…" != words[-1]
            assert marked or not set("*…") & set(text)
            assert all("*" not in word[:-1] and word != "*" for word in words)
        assert len(written) == len(set(written)), (language, name)
