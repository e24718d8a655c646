"""The consent table in memory and on DynamoDB: what tests of the watch rely on."""

from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from functions.core.audit.model import Actor
from functions.core.audit.model import Event as Entry
from functions.core.audit.vocabulary import Action
from functions.core.consent.items import state_from
from functions.core.consent.ledger import folding
from functions.core.consent.model import Event, Notice, State, folded, restricted
from functions.core.consent.store import STORE, DynamoConsent
from functions.core.consent.vocabulary import Kind, Method, Purpose, Strength
from functions.core.content.records import Sealing
from tests.fakes import tables
from tests.fakes.audit import table_writer
from tests.fakes.consent_store import MemoryConsent
from tests.fakes.keys import key_ring

NODE = "n1"
GIVEN = Event(
    id="e_given",
    kind=Kind.GIVEN,
    purpose=Purpose.MARKETING,
    node=NODE,
    at_ms=5000,
    method=Method.WHATSAPP_BUTTON,
    by="person",
    strength=Strength.CONFIRMED,
    until_ms=9000,
    notice=Notice(id="marketing", version="2026-11-01", language="de", sha256="00"),
    request="r_1",
    reason="why",
    evidence={"reply": {"text": "ja", "at_ms": 5}, "list": ["a"], "none": None},
)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request):
    if request.param == "memory":
        yield MemoryConsent()
        return
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        yield DynamoConsent(
            client, "consent", Sealing(key_ring(), store=STORE), table_writer(client)
        )


def append(store, event, before=None):
    entry = Entry(action=Action.CONSENT_GIVEN, by=Actor(kind="meta", id="webhook"))
    after = folded(state_from(before), event)
    return store.append(
        event, key=f"{NODE}~0", before=before, after=after, now_ms=7000, entry=entry
    )


def item(store):
    return store.items([NODE], consistent=True).get(NODE)


def test_an_event_is_stored_once_with_the_state_after_it(store):
    assert append(store, GIVEN)
    assert not append(store, GIVEN, item(store))

    assert store.has(GIVEN)
    assert store.events(NODE) == [(GIVEN, 7000)]
    assert store.event(NODE, GIVEN.at_ms, GIVEN.id) == GIVEN
    assert store.event(NODE, GIVEN.at_ms, "e_other") is None
    assert state_from(item(store)) == folded(State(), GIVEN)


def test_an_event_on_an_outdated_state_is_not_stored(store):
    append(store, GIVEN)
    other = replace(GIVEN, id="e_other", at_ms=6000)

    assert not append(store, other, before=None)
    assert not store.has(other)
    assert append(store, other, item(store))
    assert [event.id for event, _ in store.events(NODE)] == ["e_given", "e_other"]


def test_states_are_folded_where_there_are_none_too(store):
    store.fold({NODE: folding(lambda state: restricted(state, 5, on=True))})

    assert state_from(item(store)).restriction == (5, True)
    assert store.items(["n_nobody"], consistent=True) == {}
    assert store.events("n_nobody") == []


def test_what_was_told_lies_beside_the_state_and_is_noted_against_what_was_read(store):
    first, second = {"a": {"at_ms": 1, "by": "f"}}, {"a": {"at_ms": 2, "by": "g"}}
    assert store.note_told(NODE, first, before=None)
    assert not store.note_told(NODE, second, before=None)
    assert append(store, GIVEN, item(store))
    assert item(store)["told"] == first
    assert store.note_told(NODE, second, before=first)
    store.fold({NODE: folding(lambda state: restricted(state, 5, on=True))})

    assert item(store)["told"] == second
    assert state_from(item(store)).cells == folded(State(), GIVEN).cells


def test_of_two_requests_under_one_id_the_first_is_kept(store):
    assert store.request("r_1") is None
    assert store.keep_request("r_1", {"node": NODE, "at_ms": 1})
    assert not store.keep_request("r_1", {"node": "n2", "at_ms": 2})

    assert store.request("r_1")["node"] == NODE
