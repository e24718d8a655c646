"""What a caller may ask for, and what is said of everything else."""

import json

import pytest

from functions.core.archive.exports.asked import Asked, asked_from
from functions.core.archive.exports.errors import InvalidExportError

RIGHT = {"reason": "A complaint", "contact_id": "nabc~1"}


def wrong(body):
    with pytest.raises(InvalidExportError) as refused:
        asked_from(body if isinstance(body, bytes) else json.dumps(body).encode())
    return [error.field for error in refused.value.errors]


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (RIGHT, Asked("A complaint", contact_id="nabc~1")),
        ({"reason": " x ", "conversation_id": "1.n~1"}, Asked("x", conversation_id="1.n~1")),
        ({"reason": "x", "from": "1970-01-01T00:00:01Z"}, Asked("x", from_ms=1000)),
        ({"reason": "x", "to": "1970-01-01T01:00:00.5+01:00"}, Asked("x", to_ms=500)),
        ({**RIGHT, "conversation_id": None, "from": None}, Asked("A complaint", "nabc~1")),
        ({"reason": "ü" * 500, "contact_id": "n~1"}, Asked("ü" * 500, contact_id="n~1")),
    ],
)
def test_what_is_asked_for_is_understood(body, asked):
    assert asked_from(json.dumps(body).encode()) == asked


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"\xff", b"{", b"[" * 100_000])
def test_what_is_no_object_is_refused(body):
    assert wrong(body) == ["body"]


@pytest.mark.parametrize("reason", [None, "", "   ", 5, [], "x" * 501, "\ud800"])
def test_a_reason_is_required(reason):
    assert wrong({**RIGHT, "reason": reason}) == ["reason"]
    assert wrong({"contact_id": "n~1"}) == ["reason"]


@pytest.mark.parametrize("name", ["contact_id", "conversation_id"])
@pytest.mark.parametrize("value", ["", 5, "a b", "x" * 201, "é"])
def test_ids_have_the_form_of_ids(name, value):
    assert wrong({"reason": "x", name: value}) == [name]


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("value", ["", "tomorrow", "2026-11-24", "2026-11-24T08:00:00", 5, True])
def test_times_have_a_zone(name, value):
    assert wrong({**RIGHT, name: value}) == [name]


def test_a_range_goes_forward():
    times = {"from": "2026-11-24T08:00:00Z", "to": "2026-11-24T09:00:00+01:00"}
    assert wrong({"reason": "x", **times}) == ["to"]


def test_something_must_be_chosen_and_not_twice():
    assert wrong({"reason": "x"}) == ["contact_id"]
    assert wrong({"reason": "x", "contact_id": None}) == ["contact_id"]
    assert wrong({**RIGHT, "conversation_id": "1.n~1"}) == ["conversation_id"]


def test_every_wrong_field_is_named_at_once_and_none_is_repeated():
    body = {"reason": "", "from": "canary", "contact_id": "canary canary", "other": "canary"}
    with pytest.raises(InvalidExportError) as refused:
        asked_from(json.dumps(body).encode())
    errors = refused.value.errors
    assert [error.field for error in errors] == ["contact_id", "from", "other", "reason"]
    assert "canary" not in "".join(error.reason for error in errors) + str(refused.value)


def test_the_same_request_in_other_words_is_the_same():
    first = asked_from(json.dumps({**RIGHT, "from": "2026-11-24T08:00:00Z"}).encode())
    again = asked_from(json.dumps({"from": "2026-11-24T09:00:00+01:00", **RIGHT}).encode())
    assert first.canonical == again.canonical
    assert first.canonical != asked_from(json.dumps(RIGHT).encode()).canonical
