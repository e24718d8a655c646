"""Heartbeats are shown to a witness; what it refuses, and its absence, stop nothing."""

import io
import itertools
import json

import pytest
from botocore.exceptions import ClientError

from functions.core.audit.cosigning import Cosigner
from functions.core.audit.errors import LogDamagedError, MalformedError, WitnessRefusedError
from functions.core.audit.log_s3 import Lock, S3LockedLog
from functions.core.audit.reading import LogReader
from functions.core.audit.verify import verify
from functions.core.audit.witness_lambda import LambdaWitness
from functions.core.audit.witnessing import Answer
from functions.core.runtime import clock
from functions.core.runtime.errors import StoreUnavailableError
from tests.fakes.audit_log import ORIGIN
from tests.fakes.reaper import Killed, Reaper
from tests.fakes.sequencing import EVENT, World
from tests.fakes.witness import COSIGNER, MemoryRecords, witness


class Pair:
    """A log and its witness."""

    def __init__(self):
        self.world, self.records, self.asked = World(), MemoryRecords(), []

    def grow(self, entries):
        writer = self.world.writer()
        for number in range(entries):
            writer.write(EVENT, key=f"{self.world.outbox.writers.total()} {number}")
        self.world.deliver(self.world.sequencer())

    def ask(self, body):
        self.asked.append(body.partition("\n")[0])
        return witness(self.records, self.world.kms.signer.key).add_checkpoint(body)

    def cosigner(self, ask=None, around=lambda _name, part: part):
        lock = Lock(mode="GOVERNANCE", days=30, partial_days=9, now=clock.now)
        log = S3LockedLog(around("s3", self.world.s3), "audit", lock=lock)
        asked = around("witness", self)
        return Cosigner(log=log, reader=LogReader(log), ask=ask or asked.ask)

    def cosigned(self):
        return self.world.reader.cosigned()

    @property
    def size(self):
        return self.world.reader.checkpoint().size


@pytest.fixture
def pair():
    pair = Pair()
    pair.grow(300)
    return pair


def answering(*answers):
    left = iter(answers)
    return lambda _body: next(left)


def test_the_first_checkpoint_it_is_shown_is_cosigned(pair):
    pair.cosigner().cosign()
    found = pair.cosigned()
    assert found.size == pair.size
    assert pair.world.kms.signer.key.has_signed(found)
    assert COSIGNER.key.has_signed(found)
    report = verify(pair.world.files, key=pair.world.kms.signer.key, witness=COSIGNER.key)
    assert report.findings == []


def test_every_later_one_is_proved_from_the_one_before(pair):
    sizes = [0]
    for more in (1, 3, 255, 256, 40):
        pair.cosigner().cosign()
        assert pair.cosigned().size == pair.size
        assert pair.asked == [f"old {sizes[-1]}"]
        sizes.append(pair.size)
        pair.asked.clear()
        pair.grow(more)


def test_when_the_witness_knows_more_than_the_log_remembers_it_is_asked_again_from_there(pair):
    pair.cosigner().cosign()
    del pair.world.s3.versions["cosigned"]
    size = pair.size
    pair.grow(7)
    pair.asked.clear()
    pair.cosigner().cosign()
    assert pair.asked == ["old 0", f"old {size}"]
    assert pair.cosigned().size == pair.size


def test_a_new_witness_begins_anew(pair):
    pair.cosigner().cosign()
    pair.records.seen.clear()
    pair.cosigner().cosign()
    assert COSIGNER.key.has_signed(pair.cosigned())


def test_a_log_put_back_is_refused_by_its_witness(pair):
    """The administrator's best attempt: head, checkpoint and its cosigned copy of yesterday."""
    pair.cosigner().cosign()
    names = ("checkpoint", "cosigned", "sequencer/head")
    before = {name: pair.world.s3.versions[name][-1] for name in names}
    pair.grow(20)
    pair.cosigner().cosign()
    for name, version in before.items():
        pair.world.s3.versions[name].append(version)
    with pytest.raises(WitnessRefusedError, match="more than there is"):
        pair.cosigner().cosign()


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_refusal_is_one(pair, status):
    with pytest.raises(WitnessRefusedError, match=str(status)):
        pair.cosigner(answering(Answer(status, ""))).cosign()
    assert pair.cosigned() is None


def test_a_fork_of_the_same_size_is_a_refusal(pair):
    pair.cosigner().cosign()
    size = pair.size
    with pytest.raises(WitnessRefusedError, match="409"):
        pair.cosigner(answering(Answer(409, f"{size}\n"))).cosign()


@pytest.mark.parametrize("body", ["", "x\n", "12", "-1\n", "012\n", "1 2\n"])
def test_a_conflict_without_a_size_is_a_refusal(pair, body):
    with pytest.raises(WitnessRefusedError):
        pair.cosigner(answering(Answer(409, body))).cosign()


def test_a_witness_that_keeps_moving_is_given_up(pair):
    moving = answering(*(Answer(409, f"{size}\n") for size in range(1, 9)))
    with pytest.raises(WitnessRefusedError, match="other runs"):
        pair.cosigner(moving).cosign()


@pytest.mark.parametrize("body", ["", "no signature\n", "— x !\n"])
def test_an_answer_that_is_no_signature_is_not_stored(pair, body):
    with pytest.raises((MalformedError, WitnessRefusedError)):
        pair.cosigner(answering(Answer(200, body))).cosign()
    assert pair.cosigned() is None


def test_without_a_checkpoint_nothing_is_asked():
    with pytest.raises(LogDamagedError):
        Pair().cosigner().cosign()


def test_dying_anywhere_the_next_heartbeat_is_cosigned():
    for at, after in itertools.product(range(40), (False, True)):
        pair = Pair()
        pair.grow(5)
        pair.cosigner().cosign()
        pair.grow(5)
        reaper = Reaper(at=at, after=after)
        try:
            pair.cosigner(around=reaper.around).cosign()
        except Killed:
            pair.grow(1)
            pair.cosigner().cosign()
        assert pair.cosigned().size == pair.size
        assert COSIGNER.key.has_signed(pair.cosigned())
        if len(reaper.calls) <= at:
            assert {"s3.get_object", "s3.put_object", "witness.ask"} <= set(reaper.calls)
            return
    pytest.fail("it never came to its end")


def test_a_run_that_was_overtaken_leaves_the_newer_one(pair):
    """Between its asking and its storing another run does both, for a later checkpoint."""

    def ask(body):
        answer = pair.ask(body)
        if len(pair.asked) == 1:
            pair.grow(5)
            pair.cosigner().cosign()
        return answer

    pair.cosigner(ask).cosign()
    assert pair.cosigned().size == pair.size


class FakeLambda:
    def __init__(self, data, **more):
        self.data, self.more, self.asked = data, more, []

    def invoke(self, *, FunctionName, Payload):  # noqa: N803 - as AWS spells them
        self.asked.append((FunctionName, json.loads(Payload)))
        return {"StatusCode": 200, "Payload": io.BytesIO(self.data), **self.more}


def test_the_witness_is_asked_by_invoking_its_function():
    client = FakeLambda(b'{"status": 409, "body": "7\\n"}')
    assert LambdaWitness(client, "arn").ask("old 0\n") == Answer(409, "7\n")
    assert client.asked == [("arn", {"body": "old 0\n"})]


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{}", b'{"status": "x", "body": ""}'])
def test_an_answer_that_is_none_is_a_refusal(data):
    with pytest.raises(WitnessRefusedError):
        LambdaWitness(FakeLambda(data), "arn").ask("")


def test_a_function_that_failed_is_a_refusal():
    client = FakeLambda(b'{"errorMessage": "x"}', FunctionError="Unhandled")
    with pytest.raises(WitnessRefusedError, match="failed"):
        LambdaWitness(client, "arn").ask("")


def test_a_witness_out_of_reach_may_be_asked_again():
    class Throttled:
        def invoke(self, **_):
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")

    with pytest.raises(StoreUnavailableError):
        LambdaWitness(Throttled(), "arn").ask("")


def test_the_origin_is_the_logs_own(pair):
    pair.cosigner().cosign()
    assert set(pair.records.seen) == {ORIGIN}
