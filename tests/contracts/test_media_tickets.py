"""One-time tickets: the fake and DynamoDB (moto) through one suite."""

import boto3
import pytest
from moto import mock_aws

from functions.core.content.tickets import DynamoTickets, TicketRefusedError, Tickets
from tests.fakes import tables
from tests.fakes.sending import Clock
from tests.fakes.tickets import MemoryTickets

SUBJECT = "media:f_a:client-1"


@pytest.fixture(params=["memory", "dynamodb"])
def store(request):
    if request.param == "memory":
        yield MemoryTickets()
        return
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        yield DynamoTickets(client, "ephemeral")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tickets(store, clock):
    return Tickets(store, now_ms=clock.now_ms)


def refused(tickets, ticket, subject, start, end):
    try:
        tickets.redeem(ticket, subject, start, end)
    except TicketRefusedError:
        return True
    return False


def test_a_ticket_gives_every_range_once_and_in_order(tickets):
    ticket = tickets.issue(SUBJECT, 10, 300)
    tickets.redeem(ticket, SUBJECT, 0, 3)
    assert refused(tickets, ticket, SUBJECT, 0, 3)
    assert refused(tickets, ticket, SUBJECT, 2, 5)
    tickets.redeem(ticket, SUBJECT, 4, 7)
    tickets.redeem(ticket, SUBJECT, 8, 9)
    assert refused(tickets, ticket, SUBJECT, 9, 9)


def test_after_the_last_range_nothing_is_left_of_a_ticket(tickets, store):
    ticket = tickets.issue(SUBJECT, 1, 300)
    tickets.redeem(ticket, SUBJECT, 0, 0)
    assert refused(tickets, ticket, SUBJECT, 0, 0)
    if isinstance(store, DynamoTickets):
        assert store._client.scan(TableName="ephemeral")["Items"] == []
    else:
        assert store.grants == {}


def test_a_reader_may_go_on_where_it_stopped_with_a_new_ticket(tickets):
    ticket = tickets.issue(SUBJECT, 10, 300)
    tickets.redeem(ticket, SUBJECT, 6, 8)
    assert refused(tickets, ticket, SUBJECT, 0, 5)


@pytest.mark.parametrize(
    ("subject", "start", "end"),
    [
        ("media:f_b:client-1", 0, 9),
        ("media:f_a:client-2", 0, 9),
        (SUBJECT, 0, 10),
        (SUBJECT, 10, 10),
        (SUBJECT, -1, 3),
        (SUBJECT, 5, 4),
    ],
)
def test_other_subjects_and_ranges_outside_are_refused_and_cost_nothing(
    tickets, subject, start, end
):
    ticket = tickets.issue(SUBJECT, 10, 300)
    assert refused(tickets, ticket, subject, start, end)
    tickets.redeem(ticket, SUBJECT, 0, 9)


def test_a_ticket_expires(tickets, clock):
    ticket = tickets.issue(SUBJECT, 10, 300)
    clock.now += 299_999
    tickets.redeem(ticket, SUBJECT, 0, 0)
    clock.now += 1
    assert refused(tickets, ticket, SUBJECT, 1, 1)


@pytest.mark.parametrize("made_up", ["", "x" * 43, "ü" * 43, "a" * 44, "a" * 4000])
def test_what_was_never_issued_is_refused(tickets, made_up):
    tickets.issue(SUBJECT, 10, 300)
    assert refused(tickets, made_up, SUBJECT, 0, 9)


def test_of_two_readers_with_one_ticket_each_range_goes_to_one(tickets):
    ticket = tickets.issue(SUBJECT, 4, 300)
    given = [not refused(tickets, ticket, SUBJECT, n, n) for n in (0, 0, 1, 1, 2, 3, 2, 3)]
    assert given == [True, False, True, False, True, True, False, False]


def test_the_table_knows_no_ticket(tickets, store):
    ticket = tickets.issue(SUBJECT, 10, 300)
    if isinstance(store, DynamoTickets):
        kept = repr(store._client.scan(TableName="ephemeral")["Items"])
    else:
        kept = repr(store.grants)
    assert ticket not in kept


def test_a_ticket_is_swept_soon_after_it_expired(clock):
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        Tickets(DynamoTickets(client, "ephemeral"), now_ms=clock.now_ms).issue(SUBJECT, 10, 300)
        (item,) = client.scan(TableName="ephemeral")["Items"]
    assert int(item["expires_at"]["N"]) == clock.now // 1000 + 301
