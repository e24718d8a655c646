"""What a row must say, and what is told of one that does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.cards.mask import mask
from functions.core.consent.errors import UnknownNoticeError
from functions.core.consent.imports.asked import asked_from
from functions.core.consent.imports.claims import Reader
from functions.core.consent.imports.columns import problems
from functions.core.consent.imports.errors import InvalidImportError, UnreadableError
from functions.core.consent.imports.model import Defaults, Layout
from functions.core.consent.imports.notices import Shown
from functions.core.consent.imports.table import Row
from functions.core.consent.notices import Notices
from functions.core.consent.vocabulary import Method, Purpose
from functions.core.contacts.model import Alias, AliasKind
from tests.fakes.imports import CONTROLLER, marketing

NOW_MS = 1_790_000_000_000
NOTICE_ID, VERSION = marketing()
GOOD = {
    "phone": "+15550142424",
    "purpose": "marketing",
    "given_at": "2026-03-01T10:00:00+01:00",
    "notice_id": NOTICE_ID,
    "notice_version": VERSION,
    "language": "de",
    "source": "shop",
    "evidence": "form 17",
}


def reader(columns, **defaults):
    return Reader(
        layout=Layout(";", tuple(columns)),
        defaults=Defaults(**defaults),
        notice=Shown(Notices(CONTROLLER)).notice,
        masked=lambda text: mask(text).text,
        now_ms=NOW_MS,
        longest=100,
    )


def claim(*, defaults=(), without=(), **said):
    told = {name: text for name, text in (GOOD | said).items() if name not in without}
    data = (";".join(told.values()) + "\r\n").encode("utf-8", "surrogateescape")
    return reader(told, **dict(defaults)).claim(7, Row(0, len(data), data))


def refused(**said):
    with pytest.raises(UnreadableError) as caught:
        claim(**said)
    return dict(caught.value.reasons)


def test_a_good_row_says_who_consented_to_what_when_and_how_that_is_known():
    found = claim()
    assert (found.row, found.alias) == (7, Alias(AliasKind.PHONE, "15550142424"))
    assert (found.purpose, found.method) == (Purpose.MARKETING, Method.IMPORT)
    assert found.at_ms == 1_772_355_600_000
    assert found.notice == Notices(CONTROLLER).find(NOTICE_ID, version=VERSION, language="de").ref
    assert (found.source, found.evidence) == ("shop", "form 17")


@pytest.mark.parametrize("phone", ["15550142424", "+1 555 014-2424", "+1 (555) 0142424"])
def test_numbers_are_taken_as_people_and_spreadsheets_write_them(phone):
    assert claim(phone=phone).alias.value == "15550142424"


def test_a_person_may_be_named_by_bsuid_instead():
    found = claim(without=["phone"], bsuid="DE.abc123")
    assert found.alias == Alias(AliasKind.BSUID, "DE.abc123")


@pytest.mark.parametrize(
    ("said", "field", "reason"),
    [
        ({"phone": "0170 1234567"}, "phone", "country code"),
        ({"phone": "+123"}, "phone", "country code"),
        ({"phone": "+١٥٥٥٠١٤٢٤٢٤"}, "phone", "country code"),
        ({"phone": ""}, "phone", "is missing"),
        ({"bsuid": "DE.abc"}, "phone", "cannot stand beside"),
        ({"phone": "", "bsuid": "nobody"}, "bsuid", "business-scoped"),
        ({"purpose": "spam"}, "purpose", "marketing, utility, authentication, service"),
        ({"purpose": ""}, "purpose", "marketing"),
        ({"given_at": "01.03.2026"}, "given_at", "2026-11-24T08:00:00Z"),
        ({"given_at": "2026-03-01T10:00:00"}, "given_at", "2026-11-24T08:00:00Z"),
        ({"given_at": "2026-13-01T10:00:00Z"}, "given_at", "2026-11-24T08:00:00Z"),
        ({"given_at": "2027-03-01T10:00:00Z"}, "given_at", "future"),
        ({"given_at": "1969-03-01T10:00:00Z"}, "given_at", "1970"),
        ({"notice_id": "none"}, "notice", NOTICE_ID),
        ({"notice_version": "0"}, "notice", VERSION),
        ({"language": "xx"}, "notice", "de"),
        ({"language": ""}, "language", "is missing"),
        ({"purpose": "utility"}, "notice", "asks for marketing"),
        ({"notice_id": "privacy"}, "notice", ""),
        ({"evidence": " "}, "evidence", "is missing"),
        ({"source": ""}, "source", "is missing"),
        ({"evidence": "x" * 101}, "evidence", "100 characters"),
        ({"method": "whatsapp_button"}, "method", "web_form, call_centre, paper"),
        ({"source": "\udcff"}, "row", "UTF-8"),
        ({"source": "a;b"}, "row", "8 cells"),
    ],
)
def test_a_row_with_something_wrong_is_refused_with_the_field_and_what_there_is(
    said, field, reason
):
    found = refused(**said)
    assert reason in found[field]


def test_everything_that_is_wrong_is_told_at_once():
    said = dict.fromkeys(GOOD, "")
    assert refused(**said).keys() == {*GOOD}


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.text(alphabet="Qz7☃", min_size=3)))
def test_no_reason_repeats_what_stood_in_the_row(said):
    try:
        claim(**said)
    except UnreadableError as error:
        text = repr(error.reasons) + str(error)
        assert not any(value in text for value in said.values())


def test_the_import_says_what_rows_leave_out():
    defaults = {"purpose": Purpose.MARKETING, "notice": (NOTICE_ID, VERSION, "fr")}
    found = claim(without=["purpose", "notice_id", "notice_version", "language"], defaults=defaults)
    assert (found.purpose, found.notice.language) == (Purpose.MARKETING, "fr")
    assert claim(defaults={"method": Method.PAPER}).method is Method.PAPER
    assert claim(defaults={"method": Method.PAPER}, method="web_form").method is Method.WEB_FORM


def test_a_row_that_names_half_a_notice_does_not_get_the_rest_from_the_import():
    defaults = {"notice": (NOTICE_ID, VERSION, "fr")}
    assert refused(defaults=defaults, notice_version="") == {"notice_version": "is missing"}


def test_card_numbers_in_free_text_are_masked():
    found = claim(evidence="paid with 4111 1111 1111 1111", source="card 4111111111111111")
    assert "1111 1111 11" not in found.evidence + found.source
    assert "411111" in found.source


def test_nothing_of_a_person_shows_when_a_claim_is_printed():
    assert "15550142424" not in repr(claim())
    assert "form 17" not in repr(claim())


@pytest.mark.parametrize(
    ("header", "said", "fields"),
    [
        ([*GOOD], (), []),
        ([*GOOD, "method"], (), []),
        ([*GOOD, "colour"], (), ["column 9"]),
        ([*GOOD, "phone"], (), ["phone"]),
        ([name for name in GOOD if name != "phone"], (), ["phone"]),
        ([name for name in GOOD if name != "purpose"], (), ["purpose"]),
        ([name for name in GOOD if name != "purpose"], ("purpose",), []),
        (["phone"], (), ["purpose", "given_at", "notice_id", "notice_version", "language",
                         "source", "evidence"]),
    ],
)  # fmt: skip
def test_columns_that_are_unknown_missing_or_there_twice_are_named(header, said, fields):
    assert [name for name, _ in problems(header, said=said)] == fields


def test_an_unknown_column_is_answered_with_those_there_are_and_not_repeated():
    ((_, reason),) = problems([*GOOD, "ada@example.com"], said=())
    assert "given_at" in reason
    assert "ada" not in reason


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"[]", ["body"]),
        (b"{", ["body"]),
        (b'{"purpose": "spam", "rows": 1}', ["purpose", "rows"]),
        (b'{"method": "whatsapp_button"}', ["method"]),
        (b'{"method": ["paper"]}', ["method"]),
        (b'{"notice": "x"}', ["notice"]),
        (b'{"notice": {"id": "x", "text": "y"}}',
         ["notice.language", "notice.text", "notice.version"]),
    ],
)  # fmt: skip
def test_a_body_with_something_wrong_is_answered_with_every_field(body, fields):
    with pytest.raises(InvalidImportError) as caught:
        asked_from(body)
    assert [error.field for error in caught.value.errors] == fields


def test_the_privacy_notice_asks_for_no_consent():
    version = Notices(CONTROLLER).privacy("en").ref.version
    with pytest.raises(UnknownNoticeError, match="no consent"):
        Shown(Notices(CONTROLLER)).notice("privacy", version, "en", None)
