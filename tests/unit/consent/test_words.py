"""What single messages mean, and what never changes it."""

import sys
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.consent.lists import known
from functions.core.consent.words import Meaning, Understood, understand
from functions.core.runtime import policies
from tests.unit.consent.consent_sets import meaning, texts

LISTS = policies.load("consent_words")["languages"]
WHOLE = ("stop", "resume", "help", "yes", "no")
ENTRIES = [(lang, name, text) for lang in LISTS for name in WHOLE for text in LISTS[lang][name]]
AROUND = st.text(
    alphabet=" .!?,;…\"'()*_~-🛑🙏❌👍\u200b\u200e\u200f\u202b\u2066\ufe0f", max_size=8
)


@pytest.mark.parametrize("language", LISTS)
def test_a_whole_message_of_a_list_means_what_the_list_says_in_its_language(language):
    for name in WHOLE:
        meant = Understood(Meaning(name), language)
        written = LISTS[language][name]
        assert [text for text in written if understand(text, preferred=language) != meant] == []
        assert [text for text in written if meaning(text.upper(), "xx") is not Meaning(name)] == []


@pytest.mark.parametrize("language", LISTS)
def test_a_word_with_another_sense_is_asked_about_and_withdraws_nothing(language):
    asked = Understood(Meaning.MAYBE_STOP, language)
    written = LISTS[language]["ask"]
    assert [text for text in written if understand(text, preferred=language) != asked] == []


@pytest.mark.parametrize("language", LISTS)
def test_a_near_word_or_a_phrase_alone_is_asked_about_and_no_harmless_phrase_hides_it(language):
    written = LISTS[language]["near"] + LISTS[language]["phrases"]
    plain = [text.replace("…", "").replace("*", "") for text in written]
    stop = (Meaning.STOP, Meaning.MAYBE_STOP)
    assert [text for text in plain if meaning(text, language) not in stop] == []


def test_no_text_stands_in_two_lists_of_any_languages():
    for one, other in combinations(known().whole, 2):
        assert known().whole[one].keys() & known().whole[other].keys() == set(), (one, other)


@pytest.mark.parametrize(
    "word", ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"]
)
def test_the_words_of_the_law_withdraw_at_once_in_every_conversation(word):
    for language in LISTS:
        assert meaning(word, language) is Meaning.STOP


@pytest.mark.parametrize(
    ("text", "preferred", "language"),
    [
        ("stop", "de", "de"),  # several lists have it
        ("stop", "tr", "en"),  # not this one: the first in the file
        ("sair", "en", "pt"),
        ("parar", "es", "es"),
        ("parar", "pt_BR", "pt"),
        ("parar", "PT-pt", "pt"),
        ("parar", "", "pt"),
        ("no", "it", "it"),
    ],
)
def test_the_language_is_the_preferred_one_when_its_list_matched(text, preferred, language):
    assert understand(text, preferred=preferred).language == language


@pytest.mark.parametrize(
    "text",
    [
        "\uff33\uff34\uff2f\uff30",  # full width, of Asian keyboards
        "\U0001d412\U0001d413\U0001d40e\U0001d40f",  # bold, of pages that sell "fonts"
        "S.T.O.P.",
        "s t o p",
        "STOOOOOP",
        "stop stop stop",
        "*stop*",
        "st\u200bop",
        "\u202bstop\u202c",
        "stop\n\nplease",
        "hello, please stop, thank you",
        "opt-out",
    ],
)
def test_ways_of_writing_do_not_matter(text):
    assert meaning(text) is Meaning.STOP


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ARRETER", "arrêter"),
        ("desinscription", "désinscription"),
        ("NAO QUERO MAIS MENSAGENS", "não quero mais mensagens"),
        ("wypisz sie", "wypisz się"),
        ("LİSTEDEN ÇIK", "listeden ç\u0131k"),
        ("LISTEDEN CIK", "listeden ç\u0131k"),
        ("تَوَقَّفْ", "توقف"),
        ("تـــوقف", "توقف"),
        ("الغاء الاشتراك", "إلغاء الاشتراك"),
        ("הַסֵּר", "הסר"),
        ("प्लीज़ बन्द करो", "बन्द करो"),
    ],
)
def test_accents_and_points_that_people_leave_out_or_put_do_not_matter(written, meant):
    assert understand(written) == understand(meant)
    assert meaning(written) is Meaning.STOP


@pytest.mark.parametrize(
    "text",
    ["unsubcribe", "unsubscirbe", "unsubscribee", "abmeldne", "berhnti", "uitschrijvn", "opt oit"],
)
def test_one_slip_of_the_keyboard_is_asked_about(text):
    assert meaning(text) is Meaning.MAYBE_STOP


@pytest.mark.parametrize(
    "text", ["cancer", "pagar", "anmelden", "step", "shop", "unsbscrbe", "and"]
)
def test_another_word_is_no_slip(text):
    assert meaning(text) is not Meaning.MAYBE_STOP
    assert meaning(text) is not Meaning.STOP


@pytest.mark.parametrize(
    "text",
    [
        "Wrong number, stop",
        "I never asked for this. Stop.",
        "não pedi isso, parem",
        "I do not want your newsletter",
        "please leave me alone",
        "stop this please, I have told you twice now",
        "Yes, cancel",  # it may answer another question
    ],
)
def test_what_seems_to_say_stop_is_asked_about(text):
    assert meaning(text) is Meaning.MAYBE_STOP


@pytest.mark.parametrize(
    "text",
    [
        "Don't stop",
        "não pare",
        "Ende gut, alles gut",
        "bus stop",
        "It stopped.",
        "Geen bericht van het lab gekregen",
        "keine Nachrichten von meinem Arzt?",
        "stop at the pharmacy",
        "cancel my appointment",
        "I don't want a call, a message is fine",  # two clauses: nothing against messages
        "stop " + "and listen to what happened at the bank on Monday when I came " * 2,
        "",
        "👍",
        "🛑",
        "\ud800",
    ],
)
def test_what_only_looks_like_it_is_nothing(text):
    assert understand(text) is None


def test_stop_wins_over_what_else_a_message_says():
    assert meaning("yes stop") is Meaning.MAYBE_STOP
    assert meaning("ja, bitte stoppen") is Meaning.MAYBE_STOP
    assert meaning("ya, cancel") is Meaning.MAYBE_STOP
    assert meaning("help, stop") is Meaning.MAYBE_STOP
    assert meaning("no stop") is Meaning.MAYBE_STOP


def test_no_with_thanks_is_still_no_and_no_opt_out():
    said = ("no thanks", "Nein, danke", "no, gracias", "لا شكرا", "nie, dziękuję")
    assert {meaning(text) for text in said} == {Meaning.NO}


@given(st.sampled_from(ENTRIES), AROUND, AROUND, st.booleans())
def test_decoration_never_changes_a_meaning(entry, before, after, loud):
    language, name, text = entry
    written = before + (text.upper() if loud else text) + after
    assert understand(written, preferred=language) == Understood(Meaning(name), language)


@given(st.sampled_from(ENTRIES), st.data())
def test_characters_that_are_not_seen_never_change_a_meaning(entry, data):
    language, name, text = entry
    at = data.draw(st.integers(0, len(text)))
    unseen = data.draw(st.sampled_from("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u061c"))
    found = understand(text[:at] + unseen + text[at:], preferred=language)
    assert found == Understood(Meaning(name), language)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200), st.text(max_size=5))
def test_every_text_has_an_answer(text, preferred):
    found = understand(text, preferred=preferred)
    assert found is None or (found.meaning in Meaning and found.language in LISTS)


def _calls(text: str) -> int:
    """Functions called on the way, of Python and of its builtins."""
    count = 0

    def called(_frame, event, _arg):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        understand(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "piece",
    ["stop ", "a,", ".", "please ", "don't stop ", "\u0315\u0300", "x", "s t o p\n", "ok "],
)
def test_twice_the_text_is_at_most_twice_the_work(piece):
    understand(piece)  # lists and characters are known from here on
    once, twice = _calls(piece * 8_000), _calls(piece * 16_000)
    assert twice <= 2 * once + 100


def test_the_longest_message_that_can_come_has_an_answer():
    assert meaning("stop" + "!" * 65_532) is Meaning.STOP
    assert understand("\u0315\u0300" * 32_768) is None
    assert understand("stop writing to me " * 3_449) is None


def test_what_people_write_to_stop_never_means_yes():
    for language in LISTS:
        said = {meaning(text, language) for text in texts("stop", language)}
        assert said <= {Meaning.STOP, Meaning.MAYBE_STOP, None}
