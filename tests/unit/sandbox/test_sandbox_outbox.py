"""Webhooks that were not acknowledged come again, later each time, by the sandbox's clock."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.clock import SandboxClock
from sandbox.webhooks.delivery import Workers
from sandbox.webhooks.outbox import Outbox
from sandbox.webhooks.post import Post, Result
from sandbox.wire import sign

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DELAYS = [1.0, 10.0, 60.0]


@pytest.fixture
def clock():
    clock = SandboxClock(NOW.timestamp)
    clock.freeze()
    return clock


@pytest.fixture
def outbox(clock):
    return Outbox(clock, lambda: DELAYS)


def attempt(outbox, result):
    post = outbox.take()
    outbox.record(post, post.bytes, "", result)


def test_a_webhook_that_got_no_200_comes_again_after_growing_delays(outbox, clock):
    outbox.put(Post(NOW, raw=b"x"))
    for delay in DELAYS:
        attempt(outbox, Result(status=500))
        assert outbox.pending() == {"due": 0, "later": 1}
        clock.advance(delay)

    attempt(outbox, Result(status=201))

    assert outbox.pending() == {"due": 0, "later": 0}
    assert [(delivery.attempt, delivery.at) for delivery in outbox.log()] == [
        (1, NOW),
        (2, NOW + timedelta(seconds=1)),
        (3, NOW + timedelta(seconds=11)),
        (4, NOW + timedelta(seconds=71)),
    ]


def test_an_acknowledged_webhook_is_done(outbox):
    outbox.put(Post(NOW, raw=b"x"))

    attempt(outbox, Result(status=200))

    assert outbox.pending() == {"due": 0, "later": 0}


def test_nothing_comes_again_when_nobody_listens(outbox):
    outbox.put(Post(NOW, raw=b"x"))

    attempt(outbox, Result(error="no webhook url"))

    assert outbox.pending() == {"due": 0, "later": 0}


def test_a_slow_webhook_does_not_hold_up_the_others(outbox, clock):
    outbox.put(Post(NOW, raw=b"failing"))
    attempt(outbox, Result(error="TimeoutError"))
    outbox.put(Post(NOW, raw=b"next"))
    clock.advance(1)

    assert [outbox.take().bytes, outbox.take().bytes] == [b"next", b"failing"]


def test_a_webhook_under_way_while_the_state_is_deleted_leaves_no_trace(outbox):
    outbox.put(Post(NOW, raw=b"x"))
    post = outbox.take()

    outbox.clear()
    outbox.record(post, b"x", "", Result(status=500))

    assert outbox.log() == []
    assert outbox.pending() == {"due": 0, "later": 0}


def test_settle_gives_up_when_nobody_takes(outbox):
    outbox.put(Post(NOW, raw=b"x"))

    assert not outbox.settle(0.01)


def test_workers_sign_what_they_post_and_stop_when_the_outbox_closes(outbox, clock):
    posted = []

    def transport(url, raw, signature):
        posted.append((url, raw, signature))
        return Result(status=200)

    workers = Workers(outbox, transport, lambda: "https://example.com", "secret")
    workers.start(2)
    outbox.put(Post(NOW, raw=b"now"))
    outbox.put(Post(NOW + timedelta(hours=1), raw=b"later"))
    settled = outbox.settle(5)
    clock.advance(3600)
    outbox.wake()

    assert settled
    assert outbox.settle(5)
    outbox.close()
    workers.join()
    assert posted == [
        ("https://example.com", raw, sign("secret", raw)) for raw in (b"now", b"later")
    ]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("webhooks-")]


def test_a_running_clock_wakes_the_worker_by_itself():
    outbox = Outbox(SandboxClock(), lambda: DELAYS)
    workers = Workers(outbox, lambda *_: Result(status=200), lambda: "https://x", "secret")
    workers.start(1)
    outbox.put(Post(datetime.now(UTC) + timedelta(seconds=0.05), raw=b"x"))

    taken = threading.Event()
    while not outbox.log() and not taken.wait(0.01):
        pass
    outbox.close()
    workers.join()

    assert [delivery.raw for delivery in outbox.log()] == [b"x"]
