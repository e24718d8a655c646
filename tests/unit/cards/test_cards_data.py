"""The data file, and what the code takes for granted about it."""

import datetime as dt

import pytest

from functions.core.cards.issuers import FIRST_DIGITS, LONGEST, SHORTEST, is_card, passes_luhn
from functions.core.cards.policy import Policy, deflection_text
from functions.core.runtime import policies

DATA = policies.load("cards")
LANGUAGES = ("en", "ar", "pt", "de", "es", "fr", "it", "nl", "tr", "hi", "id", "he")


def first_digits(issuer):
    bounds = [written.partition("-") for written in issuer["prefixes"]]
    return {
        digit
        for first, _, last in bounds
        for digit in range(int(first[0]), int((last or first)[0]) + 1)
    }


def test_every_part_has_a_source_and_a_date():
    parts = [*DATA["issuers"], *(part for name, part in DATA.items() if name != "issuers")]

    assert all(part["source"] for part in parts)
    assert all(isinstance(part["read"], dt.date) for part in parts)


def test_the_quick_look_rules_out_no_issuer():
    wanted = {
        (length, digit)
        for issuer in DATA["issuers"]
        for length in issuer["lengths"]
        for digit in first_digits(issuer)
    }

    assert wanted == {
        (length, digit - ord("0")) for length, chars in FIRST_DIGITS.items() for digit in chars
    }
    assert {length for length, _ in wanted} <= set(range(SHORTEST, LONGEST + 1))


@pytest.mark.parametrize("issuer", DATA["issuers"], ids=lambda issuer: issuer["name"])
def test_a_number_of_every_range_and_length_is_a_card(issuer):
    for prefix in issuer["prefixes"]:
        for length in issuer["lengths"]:
            begun = prefix.partition("-")[0].ljust(length - 1, "0")
            numbers = [f"{begun}{check}".encode() for check in range(10)]
            assert [is_card(number) for number in numbers] == [passes_luhn(n) for n in numbers]
            assert sum(map(is_card, numbers)) == 1


@pytest.mark.parametrize("number", [b"", b"4", b"411111111111", b"41111111111111111111"])
def test_too_short_and_too_long_are_no_cards(number):
    assert not is_card(number)


def test_prefixes_are_no_longer_than_is_looked_at():
    assert max(len(p.split("-")[0]) for i in DATA["issuers"] for p in i["prefixes"]) <= 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_is_short_and_in_the_language(language):
    text = deflection_text(language)

    assert 80 <= len(text) <= 320
    assert text == DATA["deflection"][language]
    assert len({deflection_text(each) for each in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("tag", ["pt-BR", "pt_BR", "PT"])
def test_the_answer_follows_the_language_of_a_tag(tag):
    assert deflection_text(tag) == deflection_text("pt")


@pytest.mark.parametrize("unknown", ["", "xx", "source", "read", "tlh-Latn", "-"])
def test_others_are_answered_in_english(unknown):
    assert deflection_text(unknown) == deflection_text("en")


def test_policies_are_named_as_in_the_stages():
    assert [policy.value for policy in Policy] == ["mask_and_deflect", "mask"]
