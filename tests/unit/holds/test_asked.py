"""What a caller may ask for; everything that is wrong is named, never its value."""

import json

import pytest

from functions.core.holds.asked import MAX_BYTES, asked_from
from functions.core.holds.errors import InvalidHoldError
from functions.core.holds.model import Scope, ScopeKind

WORDS = {"matter": "Doe v. Clinic", "authority": "Court of Berlin"}
ADA = "naaaaaaaaaaaaaaaaaaaa~0"


def asked(**told):
    return asked_from(json.dumps({**WORDS, **told}).encode())


def wrong(body):
    with pytest.raises(InvalidHoldError) as error:
        asked_from(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert all("canary" not in one.reason for one in error.value.errors)
    return {one.field: one.reason for one in error.value.errors}


@pytest.mark.parametrize(
    ("told", "scope"),
    [
        ({"contact_id": ADA}, Scope(kind=ScopeKind.CONTACT, contacts=(ADA,))),
        (
            {"conversation_id": f"1065.{ADA}", "until": "1970-01-01T00:00:01+00:00"},
            Scope(
                kind=ScopeKind.CONVERSATION,
                contacts=(ADA,),
                phone_number_id="1065",
                until_ms=1000,
            ),
        ),
        (
            {"from": "1970-01-01T00:00:00Z", "until": "1970-01-01T00:00:01Z"},
            Scope(kind=ScopeKind.RANGE, from_ms=0, until_ms=1000),
        ),
        ({"from": "1970-01-01T01:00:00+01:00"}, Scope(kind=ScopeKind.RANGE, from_ms=0)),
        (
            {"incident_id": "i_1", "contact_ids": [ADA, ADA]},
            Scope(kind=ScopeKind.INCIDENT, incident="i_1", contacts=(ADA,)),
        ),
    ],
)
def test_scopes(told, scope):
    found = asked(**told)
    assert found.scope == scope
    assert (found.matter, found.authority) == tuple(WORDS.values())


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({}, "contact_id"),
        ({"contact_id": "has canary blanks"}, "contact_id"),
        ({"contact_id": 5}, "contact_id"),
        ({"conversation_id": "canary"}, "conversation_id"),
        ({"conversation_id": f".{ADA}"}, "conversation_id"),
        ({"conversation_id": ["canary"]}, "conversation_id"),
        ({"contact_id": ADA, "conversation_id": f"1.{ADA}"}, "conversation_id"),
        ({"contact_id": ADA, "incident_id": "i", "contact_ids": [ADA]}, "incident_id"),
        ({"contact_id": ADA, "contact_ids": [ADA]}, "contact_ids"),
        ({"incident_id": "i"}, "contact_ids"),
        ({"incident_id": "i", "contact_ids": []}, "contact_ids"),
        ({"incident_id": "i", "contact_ids": [ADA] * 101}, "contact_ids"),
        ({"incident_id": "i", "contact_ids": [{}]}, "contact_ids"),
        ({"incident_id": "canary canary", "contact_ids": [ADA]}, "incident_id"),
        ({"from": "2026-11-24T08:00:00"}, "from"),
        ({"from": 5}, "from"),
        ({"until": "canary"}, "until"),
        ({"from": "2026-11-24T08:00:00Z", "until": "2026-11-23T08:00:00Z"}, "until"),
        ({"from": "2026-11-24T08:00:00Z", "until": "2026-11-24T08:00:00Z"}, "until"),
        ({"contact_id": ADA, "matter": ""}, "matter"),
        ({"contact_id": ADA, "matter": "  "}, "matter"),
        ({"contact_id": ADA, "matter": "x" * 501}, "matter"),
        ({"contact_id": ADA, "authority": None}, "authority"),
        ({"contact_id": ADA, "authority": ["canary"]}, "authority"),
        ({"contact_id": ADA, "authority": "\ud800"}, "authority"),
        ({"contact_id": ADA, "canary_field": 1}, "canary_field"),
    ],
)
def test_what_is_wrong_is_named(told, field):
    assert list(wrong({**WORDS, **told})) == [field]


def test_every_field_that_is_wrong_is_named_at_once():
    assert set(wrong({"odd": 1, "from": 5})) == {"authority", "from", "matter", "odd"}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * MAX_BYTES])
def test_what_is_no_object_is_refused(body):
    assert list(wrong(body)) == ["body"]


def test_two_requests_for_the_same_are_the_same_whatever_their_order_and_spelling():
    one = asked_from(json.dumps({**WORDS, "contact_id": ADA}).encode())
    other = asked_from(json.dumps({"contact_id": ADA, "from": None, **WORDS}, indent=3).encode())
    assert one.canonical == other.canonical
    assert one.canonical != asked(contact_id=ADA, matter="another").canonical
    assert "Clinic" not in repr(one)
