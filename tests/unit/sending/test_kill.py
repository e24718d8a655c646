"""The sender dies before and after every single call it makes, and is started again.

No intent is ever accepted twice under at_most_once, order is kept, and each ends in a named state.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.core.sending.model import SETTLED
from functions.core.whatsapp.graph_answers import Ambiguous
from tests.fakes.platform import Platform


class Killed(BaseException):
    """Nothing catches a dead process."""


class Reaper:
    """Counts the calls to all wrapped parts; at the chosen one, before or after it, dies."""

    def __init__(self, *, at=None, after=False):
        self.at, self.after, self.calls = at, after, []

    def around(self, name, part):
        return Mortal(self, name, part)

    def call(self, label, function, args, kwargs):
        self.calls.append(label)
        due = len(self.calls) - 1 == self.at
        if due and not self.after:
            raise Killed(label)
        result = function(*args, **kwargs)
        if due:
            raise Killed(label)
        return result


class Mortal:
    def __init__(self, reaper, name, part):
        self._reaper, self._name, self._part = reaper, name, part

    def __getattr__(self, method):
        function, label = getattr(self._part, method), f"{self._name}.{method}"
        return lambda *args, **kwargs: self._reaper.call(label, function, args, kwargs)


def prepared(script=(), policy="at_most_once"):
    platform = Platform()
    platform.write_in()
    ids = [platform.accept(f"k{index}", policy=policy).id for index in range(3)]
    platform.graph.script = list(script)
    return platform, ids


def calls_of_a_whole_run(script):
    platform, _ = prepared(script)
    reaper = Reaper()
    platform.drain_with(reaper.around)
    platform.drain()
    return reaper.calls


@pytest.mark.parametrize("script", [(), (Ambiguous("timeout"),)], ids=["clean", "ambiguous first"])
def test_dying_anywhere_never_sends_twice_and_never_forgets(script):
    labels = calls_of_a_whole_run(script)
    assert {"store.claim", "store.advance", "graph.send"} <= set(labels)
    for at in range(len(labels)):
        for after in (False, True):
            where = f"{'after' if after else 'before'} call {at}, {labels[at]}"
            platform, ids = prepared(script)
            platform.drain_with(Reaper(at=at, after=after).around)
            with pytest.raises(Killed):
                platform.drain()
            platform.drain_with(lambda _name, part: part)
            platform.drain()
            platform.run_until_settled(20)
            sent = platform.graph.accepted
            assert len(sent) == len(set(sent)), f"sent twice: {where}"
            assert sent == [i for i in ids if i in sent], f"out of order: {where}"
            assert {platform.state(i) for i in ids} <= SETTLED, where
            unsent = {platform.state(i) for i in ids if i not in sent}
            assert unsent <= {"unconfirmed"}, f"forgotten: {where}"


def test_dying_after_graph_accepted_is_healed_by_the_status():
    platform, ids = prepared()
    index = calls_of_a_whole_run(()).index("graph.send")
    platform.drain_with(Reaper(at=index, after=True).around)
    with pytest.raises(Killed):
        platform.drain()
    platform.status(ids[0], "delivered")
    platform.drain_with(lambda _name, part: part)
    platform.drain()
    platform.run_until_settled(5)
    assert [platform.state(i) for i in ids] == ["accepted"] * 3
    assert platform.graph.accepted == ids


def test_dying_twice_in_a_row_never_sends_twice():
    labels = calls_of_a_whole_run(())
    for first in range(0, len(labels), 2):
        for second in range(0, len(labels), 3):
            platform, ids = prepared()
            for at in (first, second):
                platform.drain_with(Reaper(at=at, after=True).around)
                try:
                    platform.drain()
                except Killed:
                    platform.clock.now += 40_000
            platform.drain_with(lambda _name, part: part)
            platform.run_until_settled(20)
            sent = platform.graph.accepted
            assert len(sent) == len(set(sent)), (labels[first], labels[second])
            assert {platform.state(i) for i in ids} <= SETTLED


def test_several_senders_on_one_thread_send_each_message_once():
    """A wake-up can outlive its visibility time-out, so two drains may meet after all."""
    for _ in range(20):
        platform, ids = prepared()
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(platform.drain) for _ in range(4)]:
                done.result()
        platform.run_until_settled(5)
        assert sorted(platform.graph.accepted) == sorted(ids)
        assert platform.graph.accepted == ids
