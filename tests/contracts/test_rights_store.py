"""Rights requests on DynamoDB: stored with step and entry, found again, changed one by one."""

from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from functions.core.audit.model import Actor
from functions.core.audit.model import Event as Entry
from functions.core.audit.vocabulary import Action
from functions.core.content.records import Sealing
from functions.core.rights.model import Deed, Request, Right, Source, State, Step, after
from functions.core.rights.requests import STORE, DynamoRequests
from tests.fakes import tables
from tests.fakes.audit import table_writer
from tests.fakes.keys import key_ring

AT = 1_790_000_000_000
ENTRY = Entry(action=Action.RECORD_RESTRICTED, by=Actor(kind="client", id="c"))
REQUEST = Request(
    id="q_a",
    right=Right.ERASURE,
    source=Source.STAFF,
    contact_id="naaaaaaaaaaaaaaaaaaaa~5",
    filed_by="client-1",
    filed_ms=AT,
    details={"note": "canary: please forget me"},
    opens=("n~0",),
)
FILED = Step(at_ms=AT, deed=Deed.FILED, by="client-1", state=State.IDENTITY_UNVERIFIED)


@pytest.fixture
def store():
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        sealing = Sealing(key_ring(), store=STORE)
        yield DynamoRequests(client, "compliance", sealing, table_writer(client))


def create(store, request=REQUEST):
    return store.create(request, FILED, ENTRY)


def change(store, before, deed, *, reason="", **changes):
    changed = after(before, deed, now_ms=AT + 1, **changes)
    step = Step(at_ms=AT + 1, deed=deed, by="c", state=changed.state, reason=reason)
    return changed if store.change(before, changed, step, ENTRY) else None


def raw():
    found = boto3.client("dynamodb").scan(TableName="compliance")["Items"]
    return str(found)


def test_what_was_stored_is_loaded_as_it_was(store):
    assert create(store)
    assert store.load("q_a") == REQUEST
    assert store.steps("q_a") == [FILED]


def test_nothing_that_was_written_stands_in_the_table_in_clear(store):
    create(store)
    assert change(store, REQUEST, Deed.DENIED, reason="canary: no", decided_by="b")
    assert "canary" not in raw()
    assert [step.reason for step in store.steps("q_a")] == ["", "canary: no"]


def test_a_second_open_request_of_the_same_right_is_not_stored(store):
    create(store)
    second = replace(REQUEST, id="q_b")
    assert not create(store, second)
    assert store.load("q_b") is None
    assert store.open_under(Right.ERASURE, ["n~0", "n~1"]) == ["q_a"]


def test_once_it_is_over_another_may_be_filed_and_it_is_findable_when_due(store):
    create(store)
    assert change(store, REQUEST, Deed.DENIED).finished_ms == AT + 1
    assert create(store, replace(REQUEST, id="q_b"))
    assert f"{AT + 1:013d}#q_a" in raw()


def test_of_two_changes_at_once_the_second_is_refused(store):
    create(store)
    assert change(store, REQUEST, Deed.PAUSED)
    assert change(store, REQUEST, Deed.CANCELED) is None
    assert store.load("q_a").state is State.PAUSED


def test_results_are_noted_only_while_it_is_carried_out(store):
    create(store)
    assert not store.note("q_a", outcome="erased")
    running = replace(REQUEST, id="q_c", state=State.IN_PROCESSING, opens=())
    create(store, running)
    assert store.note("q_c", outcome="erased", result={"messages": 3}, files=["data.json"])
    loaded = store.load("q_c")
    assert (loaded.outcome, loaded.result, loaded.files) == (
        "erased",
        {"messages": 3},
        ["data.json"],
    )
    with pytest.raises(ValueError, match="state"):
        store.note("q_c", state="complete")


def test_who_waits_is_known_unless_it_changed_before_they_waited(store):
    create(store)
    assert store.wait("q_a", 1, "token")
    assert store.token("q_a") == "token"
    change(store, REQUEST, Deed.PAUSED)
    assert not store.wait("q_a", 1, "late")
    assert store.token("q_a") == "token"


def test_lists_the_newest_first_page_by_page(store):
    for number in range(3):
        create(store, replace(REQUEST, id=f"q_{number}", filed_ms=AT + number, opens=()))
    first, cursor = store.listed(before=None, limit=2)
    assert [each.id for each in first] == ["q_2", "q_1"]
    rest, cursor = store.listed(before=cursor, limit=2)
    assert [each.id for each in rest] == ["q_0"]
    assert cursor is None


def test_a_restriction_of_another_request_is_not_lifted_with_this_one(store):
    create(store, replace(REQUEST, restricted=True))
    store.keep_restricted("q_a")
    store.keep_restricted("q_unknown")
    assert not store.load("q_a").restricted
    assert store.load("q_unknown") is None
