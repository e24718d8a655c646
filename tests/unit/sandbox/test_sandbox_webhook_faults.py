"""What is told to go wrong with webhooks goes wrong, and no update is ever changed by it."""

import json

import pytest
from sandbox_bench import PHONE, value_of

ORDER = ["sent", "delivered", "read"]
OTHER = "+33612345678"


def names(statuses):
    return [status["status"] for status in statuses]


def test_duplicates_are_the_same_bytes_again(open_bench):
    open_bench.sandbox.fault("duplicate", copies=2, on="statuses")
    open_bench.text()

    bodies = open_bench.deliver()

    assert len(bodies) == 5
    assert bodies[0] == bodies[1] == bodies[2]


def test_inbound_messages_can_be_duplicated(bench):
    bench.sandbox.fault("duplicate")
    bench.writes()

    first, second = bench.deliver()

    assert first == second


def test_statuses_can_come_backwards(open_bench):
    open_bench.sandbox.fault("reorder")
    open_bench.text()
    open_bench.text()

    assert names(open_bench.statuses()) == [*reversed(ORDER), *ORDER]


def test_statuses_can_come_shuffled_the_same_way_for_the_same_seed(open_bench):
    seen = []
    for _ in range(2):
        open_bench.sandbox.fault("reorder", seed=3)
        open_bench.text()
        seen.append(names(open_bench.statuses()))

    assert seen[0] == seen[1] != ORDER
    assert sorted(seen[0]) == sorted(ORDER)


def test_a_batch_leaves_when_it_is_full(open_bench):
    open_bench.sandbox.fault("batch", size=4)
    open_bench.text()
    open_bench.text()

    bodies = open_bench.deliver()

    assert [names(value_of(body)["statuses"]) for body in bodies] == [
        [*ORDER, "sent"],
        ["delivered"],
        ["read"],
    ]


def test_a_batch_that_never_fills_leaves_when_its_time_has_come(open_bench):
    open_bench.sandbox.fault("batch", size=10, wait_seconds=5)
    open_bench.text()

    early = open_bench.statuses()
    open_bench.sandbox.advance(5)

    assert early == []
    assert names(open_bench.statuses()) == ORDER


def test_a_dropped_status_never_comes(open_bench):
    open_bench.sandbox.fault("drop", on="statuses", times=2)
    open_bench.text()

    assert names(open_bench.statuses()) == ["read"]


def test_a_webhook_is_delivered_again_although_it_was_acknowledged(open_bench):
    open_bench.sandbox.fault("redeliver", on="statuses")
    open_bench.text()

    assert names(open_bench.statuses()) == ORDER
    open_bench.sandbox.advance(1)
    assert names(open_bench.statuses()) == ["sent"]
    open_bench.sandbox.advance(86400)
    assert open_bench.statuses() == []


def test_a_fault_can_be_meant_for_the_webhooks_of_one_person(open_bench):
    open_bench.writes(OTHER)
    open_bench.deliver()
    open_bench.sandbox.fault("drop", to=OTHER, times=3)
    open_bench.text()
    open_bench.text(to=OTHER)

    assert {status["recipient_id"] for status in open_bench.statuses()} == {PHONE[1:]}


@pytest.fixture
def busy(open_bench):
    """A conversation of which everything was delivered once."""
    for _ in range(2):
        open_bench.text()
    open_bench.control("POST", "inbound", {"body": "no json"})
    outbox = open_bench.sandbox._state.outbox
    while outbox.pending()["due"]:
        outbox.record(post := outbox.take(), post.bytes, "", _OK)
    return open_bench


class _Ok:
    status, error, acknowledged = 200, None, True


_OK = _Ok()


def taken(bench):
    outbox, raw = bench.sandbox._state.outbox, []
    while outbox.pending()["due"]:
        post = outbox.take()
        raw.append(post.bytes)
        outbox.record(post, post.bytes, "", _OK)
    return raw


def updates(raws):
    return sorted(
        json.dumps(update, sort_keys=True)
        for raw in raws
        if raw != b"no json"
        for entry in json.loads(raw)["entry"]
        for change in entry["changes"]
        for name in ("messages", "statuses")
        for update in change["value"].get(name, ())
    )


def test_everything_can_be_delivered_again_byte_for_byte(busy):
    first = [delivery.raw for delivery in busy.sandbox._state.outbox.log()]

    answer = busy.control("POST", "redeliver", {}).json

    assert answer == {"posts": 8}
    assert taken(busy) == first


def test_everything_can_be_delivered_several_times_shuffled(busy):
    first = [delivery.raw for delivery in busy.sandbox._state.outbox.log()]

    busy.control("POST", "redeliver", {"times": 3, "shuffle": 5})
    again = taken(busy)

    assert sorted(again) == sorted(first * 3)
    assert again != first * 3


@pytest.mark.parametrize("size", [1, 3, 100])
def test_everything_can_be_delivered_regrouped(busy, size):
    first = [delivery.raw for delivery in busy.sandbox._state.outbox.log()]

    busy.control("POST", "redeliver", {"group": size, "shuffle": 5})
    again = taken(busy)

    assert updates(again) == updates(first)
    assert b"no json" in again
    assert len(again) == -(-7 // size) + 1


def test_redelivery_takes_no_option_it_does_not_know(bench):
    assert bench.control("POST", "redeliver", {"colour": 1}).status_code == 400
