"""Whether a message asks for a right: the lists, what they find, and what they leave alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.rights_words import report
from functions.core.rights.model import Right
from functions.core.rights.words import expanded, wanted
from functions.core.runtime.policies import load
from tests.unit.consent import consent_sets
from tests.unit.rights.rights_sets import ASKED, OTHER, right_of, score, total

LISTS = load("rights_words")["languages"]
RIGHTS = ("access", "erasure", "rectification")


def test_every_language_of_consent_has_words_for_each_right_and_a_labelled_set():
    assert set(LISTS) == set(load("consent_words")["languages"]) == set(ASKED) == set(OTHER)
    assert all(set(lists) == set(RIGHTS) for lists in LISTS.values())


@pytest.mark.parametrize("language", ASKED)
def test_a_set_is_large_enough(language):
    assert min(len(ASKED[language][right]) for right in RIGHTS) >= 12
    assert len(OTHER[language]) >= 10


@pytest.mark.parametrize("language", ASKED)
def test_nine_in_ten_are_understood_and_nothing_is_filed_for_nothing(language):
    found = score(language)
    assert found.recall >= 0.9, found
    assert found.wrong == 0, found


def test_nobody_who_opts_out_is_taken_for_one_who_asks_but_for_those_who_say_data():
    # "delete my data" is the only way to opt out that asks for more than silence
    texts = [text for one in consent_sets.LANGUAGES for text in consent_sets.texts("stop", one)]
    assert {right_of(text) for text in texts} == {None, "erasure"}


def test_no_text_stands_for_two_rights_in_any_two_languages():
    meant = {}
    for lists in LISTS.values():
        for right, texts in lists.items():
            for text in texts:
                for written in expanded(text):
                    meant.setdefault(written.casefold(), set()).add(right)
    assert [text for text, rights in meant.items() if len(rights) > 1] == []


def test_what_is_listed_is_understood_as_it_is_listed():
    for language, lists in LISTS.items():
        for right, texts in lists.items():
            for text in texts:
                for written in expanded(text):
                    found = wanted(written, preferred=language)
                    assert found is not None, written
                    assert (found.right, found.language) == (Right(right), language), written


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("a (b) c", ["a b c", "a  c"]),
        ("(x|y) z", ["x z", "y z"]),
        ("(x|)", ["x", ""]),
        ("plain", ["plain"]),
    ],
)
def test_choices_are_written_out(text, texts):
    assert list(expanded(text)) == texts


@pytest.mark.parametrize(
    "text", ["MY DATA!!!", "my   data 🙏", "Please, delete my data, thanks", "DELETE-MY-DATA"]
)
def test_case_marks_and_politeness_do_not_matter(text):
    assert wanted(text) is not None


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text):
    found = wanted(text)
    assert found is None or found.right.value in RIGHTS


def test_a_long_text_is_left_to_people():
    assert wanted("delete my data " * 2000) is None


def test_the_preferred_language_is_told_where_several_match():
    assert wanted("mera data", preferred="hi").language == "hi"
    assert wanted("my data", preferred="de_AT").language == "en"


def test_the_report_names_every_language():
    assert {line.split()[0] for line in report().splitlines()} >= {*ASKED, "all"}
    assert total([score(language) for language in ASKED]).precision == 1
