"""Workers of imports die at every call, run again, and two at once: each row counts once (moto)."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import botocore.client
import pytest
from import_desk import entries, events, file_of, opened, outcomes, sent, step

from functions.consent_importer import wiring
from functions.core.consent.imports.model import Chunk
from tests.fakes import imports
from tests.fakes.imports import line
from tests.fakes.reaper import Killed


@pytest.fixture
def desk(monkeypatch):
    with opened(monkeypatch) as made:
        yield made


class Dying:
    """The process dies before or after its call number `at` to AWS, and makes no other."""

    def __init__(self, *, at, after):
        self.at, self.after, self.dead = at, after, False
        self.numbers = itertools.count()

    def __call__(self, client, operation, params):
        number = next(self.numbers)
        if self.dead or (number == self.at and not self.after):
            self.die(operation)
        answer = REAL(client, operation, params)
        if number == self.at:
            self.die(operation)
        return answer

    def die(self, operation):
        self.dead = True
        raise Killed(operation)


REAL = botocore.client.BaseClient._make_api_call


def killed(monkeypatch, import_id, chunk, *, at, after):
    """Whether it got that far."""
    dying = Dying(at=at, after=after)
    with monkeypatch.context() as patched:
        # a method of the client: a bound one would not be given the client
        patched.setattr(botocore.client.BaseClient, "_make_api_call", lambda *call: dying(*call))  # noqa: PLW0108 - an object is not bound to the client
        try:
            step("load", import_id, chunk=chunk)
        except Killed:
            return True
    return False


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_wherever_a_worker_dies_its_chunk_run_again_records_each_row_once(desk, monkeypatch, after):
    at, died = 0, True
    monkeypatch.setattr(wiring, "LANES", 1)
    while died:
        lines = [line(at), line(at), line(at, phone="x")]
        import_id = sent(desk, file_of(*lines), key=f"key-{at}")
        (chunk,) = step("plan", import_id)["chunks"]
        imports.forget()
        died = killed(monkeypatch, import_id, chunk, at=at, after=after)
        imports.forget()
        counts = step("load", import_id, chunk=chunk)
        assert (counts["recorded"], counts["repeated"], counts["refused"]) == (1, 1, 1), at
        assert list(outcomes(desk, import_id).values()) == ["recorded", "repeated", "refused"]
        assert step("finish", import_id)["recorded"] == 1
        at += 1
    assert at > 15
    assert set(events().values()) == {1}
    given = [e for e in entries() if e["action"] == "consent:purpose:given"]
    assert len(given) == at


def test_two_workers_at_one_chunk_at_once_record_each_row_once(desk):
    import_id = sent(desk, file_of(*(line(n) for n in range(6))))
    (chunk,) = step("plan", import_id)["chunks"]
    one, other = wiring.loader(), wiring.loader.__wrapped__()
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda each: each.load(import_id, Chunk(**chunk)), (one, other)))
    assert {counts.rows for counts in done} == {6}
    assert set(events().values()) == {1}
    assert set(outcomes(desk, import_id).values()) == {"recorded"}
