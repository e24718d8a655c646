"""How many card numbers are found, and what is taken for one: printed, with `pytest -s`."""

import re

import pytest

from functions.core.cards.issuers import is_card
from functions.core.cards.mask import mask
from tests.unit.cards.cards_corpus import digits, is_well_masked, negatives, positives

POSITIVES = positives()
NEGATIVES = negatives()
RUN = re.compile(r"(?<![0-9])[0-9]{13,19}(?![0-9])")


@pytest.mark.parametrize("positive", POSITIVES, ids=lambda one: f"{one.form}: {one.text!a}")
def test_a_card_number_keeps_six_and_four_digits(positive):
    assert is_well_masked(positive, mask(positive.text).text)


@pytest.mark.parametrize("positive", POSITIVES, ids=lambda one: f"{one.form}: {one.text!a}")
def test_nothing_but_digits_is_changed(positive):
    masked = mask(positive.text).text

    changed = [old for old, new in zip(positive.text, masked, strict=True) if old != new]
    assert all(old.isdecimal() for old in changed)


@pytest.mark.parametrize("negative", NEGATIVES, ids=lambda one: f"{one.kind}: {one.text!a}")
def test_what_is_no_card_number_stays(negative):
    assert mask(negative.text).text is negative.text


def test_recall_and_false_positives(capsys):
    found = sum(is_well_masked(one, mask(one.text).text) for one in POSITIVES)
    wrong = sum(mask(one.text).count > 0 for one in NEGATIVES)

    with capsys.disabled():
        print(  # noqa: T201 - the figures are asked for
            f"\ncard numbers: recall {found}/{len(POSITIVES)} = {found / len(POSITIVES):.1%},"
            f" false positives {wrong}/{len(NEGATIVES)} = {wrong / len(NEGATIVES):.1%}"
        )
    assert found == len(POSITIVES)
    assert wrong == 0


def test_the_corpus_is_as_large_and_as_hard_as_promised():
    assert len(POSITIVES) >= 180
    assert len({one.form for one in POSITIVES}) >= 20
    assert len(NEGATIVES) >= 300
    # a third of them could not be told from a card by issuer, length and check digit alone
    hard = [n for n in NEGATIVES if any(is_card(r.encode()) for r in RUN.findall(digits_of(n)))]
    assert len(hard) > 100


def digits_of(negative):
    return " ".join(digits(word) for word in re.split(r"[^0-9 .-]+", negative.text))
