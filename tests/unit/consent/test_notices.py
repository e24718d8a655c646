import hashlib
from dataclasses import replace
from typing import get_args

import pytest
from consent_people import BANK
from hypothesis import given
from hypothesis import strategies as st

from functions.core.consent.controller import Controller
from functions.core.consent.errors import UnknownNoticeError
from functions.core.consent.notices import LANGUAGES, Notices
from functions.core.consent.replies import Reply, reply
from functions.core.consent.rules import rules
from functions.core.consent.vocabulary import Purpose
from functions.core.runtime import policies

# longer than names and addresses are
WORDY = replace(BANK, name="B" * 100, privacy_url="https://bank.example/" + "p" * 200)


def all_current(controller):
    notices = Notices(controller)
    for language in LANGUAGES:
        yield notices.privacy(language)
        for purpose in Purpose:
            yield notices.asking(purpose, language)


class TestTexts:
    def test_every_purpose_can_be_asked_for_in_every_language(self):
        found = {(n.purpose, n.ref.language) for n in all_current(BANK)}

        assert found == {(p, each) for p in (*Purpose, None) for each in LANGUAGES}

    def test_every_text_names_the_business_and_links_to_its_privacy_page(self):
        for notice in all_current(BANK):
            assert "Banco Exemplo" in notice.text, notice.ref
            assert notice.text.endswith("https://bank.example/privacy"), notice.ref
            assert "{" not in notice.text, notice.ref

    def test_stop_is_offered_where_the_purpose_listens_to_it_and_only_there(self):
        listens = {purpose: rule.stop_word for purpose, rule in rules().items()}

        for notice in all_current(BANK):
            offers = "STOP" in notice.text
            assert offers is (notice.purpose is None or listens[notice.purpose]), notice.ref

    def test_the_longest_fits_the_body_of_an_interactive_message(self):
        limit = policies.value("message_limits", "interactive_body")

        assert max(len(notice.text) for notice in all_current(WORDY)) <= limit

    def test_texts_of_two_languages_are_never_the_same(self):
        texts = [notice.text for notice in all_current(BANK)]

        assert len(set(texts)) == len(texts)

    def test_only_letters_of_the_language_are_used(self):
        scripts = {
            "ar": ("\u0600", "\u06ff"),
            "he": ("\u0590", "\u05ff"),
            "hi": ("\u0900", "\u097f"),
        }

        for notice in all_current(BANK):
            for language, (first, last) in scripts.items():
                has = any(first <= each <= last for each in notice.text)
                assert has is (notice.ref.language == language), notice.ref


class TestFind:
    def test_without_version_and_language_it_is_the_current_one_in_english(self):
        notice = Notices(BANK).find("marketing")

        assert (notice.ref.version, notice.ref.language) == ("2026-11-29", "en")
        assert notice.purpose is Purpose.MARKETING
        assert notice.url == BANK.privacy_url

    def test_an_older_version_is_still_there_with_its_own_text(self):
        notices = Notices(BANK)

        old = notices.find("marketing", version="2026-11-22", language="de")

        assert old.ref.version == "2026-11-22"
        assert old.text != notices.find("marketing", language="de").text

    def test_versions_are_in_the_order_of_their_dates(self):
        by_id: dict[str, list[str]] = {}
        for told in policies.load("notices")["notices"]:
            by_id.setdefault(told["id"], []).append(told["version"])

        for notice_id, versions in by_id.items():
            assert versions == sorted(set(versions)), notice_id

    def test_the_hash_is_of_the_text_as_it_is_shown(self):
        notice = Notices(BANK).find("privacy", language="ar")

        assert notice.ref.sha256 == hashlib.sha256(notice.text.encode("utf-8")).hexdigest()

    def test_another_business_has_another_hash(self):
        other = Notices(replace(BANK, name="Another")).find("privacy")

        assert other.ref.sha256 != Notices(BANK).find("privacy").ref.sha256

    @pytest.mark.parametrize(
        ("asked", "says"),
        [
            ({"notice_id": "advertising"}, "marketing, utility, authentication, service, privacy"),
            ({"notice_id": "marketing", "version": "1999-01-01"}, "2026-11-22, 2026-11-29"),
            ({"notice_id": "marketing", "language": "xx"}, ", ".join(LANGUAGES)),
            ({"notice_id": "marketing", "version": "2026-11-22", "language": "fr"}, "en, de, es"),
        ],
    )
    def test_what_does_not_exist_is_refused_with_what_does(self, asked, says):
        with pytest.raises(UnknownNoticeError, match=says):
            Notices(BANK).find(**asked)

    def test_a_name_with_braces_is_shown_as_it_is(self):
        odd = replace(BANK, name="{privacy_url} & Co {x}")

        assert "{privacy_url} & Co {x}" in Notices(odd).find("privacy").text


class TestFallback:
    @pytest.mark.parametrize(
        ("asked", "spoken"), [("pt_BR", "pt"), ("PT-pt", "pt"), ("xx", "en"), ("", "en")]
    )
    def test_a_tag_means_its_language_and_unknown_ones_english(self, asked, spoken):
        notices = Notices(BANK)

        assert notices.asking(Purpose.MARKETING, asked).ref.language == spoken
        assert notices.privacy(asked).ref.language == spoken


class TestReplies:
    @pytest.mark.parametrize("kind", get_args(Reply))
    def test_every_reply_exists_in_every_language_and_no_two_are_the_same(self, kind):
        texts = {reply(kind, language, BANK) for language in LANGUAGES}

        assert len(texts) == len(LANGUAGES) or kind.startswith("button")
        assert all(text.strip() and "{" not in text for text in texts)

    @pytest.mark.parametrize("kind", [kind for kind in get_args(Reply) if "button" in kind])
    def test_titles_of_buttons_fit(self, kind):
        limit = policies.value("message_limits", "button_title")

        assert max(len(reply(kind, language, BANK)) for language in LANGUAGES) <= limit

    def test_the_two_buttons_of_a_question_differ(self):
        for language in LANGUAGES:
            assert reply("button_yes", language, BANK) != reply("button_no", language, BANK)
            assert reply("button_stop", language, BANK) != reply("button_keep", language, BANK)

    def test_whoever_agreed_is_told_how_to_stop(self):
        assert all("STOP" in reply("confirmed", language, BANK) for language in LANGUAGES)

    def test_whoever_withdrew_is_sent_no_links(self):
        assert not any("http" in reply("withdrawn", each, BANK) for each in LANGUAGES)


class TestController:
    def test_what_is_written_is_read_back(self):
        assert Controller.parse(BANK.json()) == BANK

    @given(st.text(min_size=1).filter(str.strip))
    def test_any_name_survives(self, name):
        named = replace(BANK, name=name)

        assert Controller.parse(named.json()) == named

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("{}", "lacks: address, authority, contact, jurisdiction, kind, name"),
            ("[]", "no JSON object"),
            (BANK.json()[:-1] + ', "owner": "x"}', "has no: owner"),
            (BANK.json().replace('"CNPD"', "7"), "needs text for: authority"),
            (BANK.json().replace('"CNPD"', '" "'), "lacks: authority"),
            (BANK.json().replace("https:", "http:"), "https://"),
            ("{", "Expecting"),
        ],
    )
    def test_what_is_wrong_is_named(self, text, says):
        with pytest.raises(ValueError, match=says):
            Controller.parse(text)
