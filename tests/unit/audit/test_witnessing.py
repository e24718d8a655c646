"""The log asks its witness; whatever that answers, the log goes on and verifies."""

import io
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.core.audit.errors import WitnessRefusedError
from functions.core.audit.log_s3 import Lock, S3LockedLog
from functions.core.audit.reading import LogReader
from functions.core.audit.verify import Kind, verify
from functions.core.audit.witness import Witness
from functions.core.audit.witnessing import LambdaWitness, Witnessing
from functions.core.runtime.errors import StoreUnavailableError
from tests.fakes.audit_log import MINUTE, ORIGIN, START_MS, Signer
from tests.fakes.sequencing import EVENT, World
from tests.fakes.witnessing import WITNESS, MemoryCosigned, witness

LOCK = Lock(mode="GOVERNANCE", days=30, partial_days=9, now=lambda: datetime.now(UTC))


class Asked:
    """A witness as its function answers, and how often it was asked."""

    def __init__(self, store=None, change=lambda status, body: (status, body)):
        self.witness = witness(store)
        self.change, self.asked = change, []

    def __call__(self, body):
        answer = self.witness.answer(body)
        self.asked.append(answer.status)
        return self.change(int(answer.status), answer.body)


def witnessing(world, ask, s3=None):
    log = S3LockedLog(s3 or world.s3, "audit", lock=LOCK)
    return Witnessing(log=log, consistency=LogReader(log).consistency, ask=ask)


def beat(world, entries=1):
    writer = world.writer()
    for number in range(entries):
        writer.write(EVENT, key=f"{world.now_ms()} {number}")
    world.deliver(world.sequencer())
    world.outbox.now_ms += 5 * MINUTE
    world.sequencer().beat()


def found(world):
    report = verify(world.files, key=world.kms.signer.key, witness=WITNESS.key)
    return {finding.kind for finding in report.findings}


@pytest.fixture
def world():
    world = World()
    beat(world, 300)
    return world


class TestWhatIsKept:
    def test_the_cosigned_log_verifies_with_the_witness(self, world):
        assert found(world) == {Kind.UNWITNESSED}
        ask = Asked()
        for _ in range(3):
            assert witnessing(world, ask).cosign() == world.reader.checkpoint().size
            beat(world, 7)
        assert found(world) == set()
        assert ask.asked == [200, 200, 200]

    def test_a_proof_is_given_under_the_cosigned_checkpoint(self, world):
        witnessing(world, Asked()).cosign()
        proof = world.reader.proof(3)
        assert WITNESS.key.has_signed(proof.checkpoint)
        assert world.kms.signer.key.has_signed(proof.checkpoint)

    def test_it_is_locked_as_long_as_the_log(self, world):
        witnessing(world, Asked()).cosign()
        (version,) = world.s3.versions["cosigned"]
        assert version.mode == "GOVERNANCE"
        assert (version.until - datetime.now(UTC)).days in (29, 30)

    def test_a_witness_that_knows_more_than_the_log_kept_is_asked_once_more(self, world):
        """What it cosigned was never stored: the sequencer died in between."""
        store = MemoryCosigned()
        witnessing(world, Asked(store)).cosign()
        del world.s3.versions["cosigned"]
        beat(world)
        ask = Asked(store)
        witnessing(world, ask).cosign()
        assert ask.asked == [409, 200]
        assert found(world) == set()

    def test_a_witness_that_forgot_everything_learns_anew(self, world):
        witnessing(world, Asked()).cosign()
        beat(world)
        ask = Asked()
        witnessing(world, ask).cosign()
        assert ask.asked == [409, 200]
        assert found(world) == set()

    def test_a_later_one_that_is_there_already_stays(self, world):
        store = MemoryCosigned()

        def slow(status, body):
            beat(world)
            witnessing(world, Asked(store)).cosign()
            return status, body

        witnessing(world, Asked(store, slow)).cosign()
        assert world.reader.cosigned().size == world.reader.checkpoint().size
        assert found(world) == set()


LIES = {
    "refuses": lambda _status, _body: (403, "no\n"),
    "fails": lambda _status, _body: (500, ""),
    "nothing": lambda status, _body: (status, ""),
    "no line": lambda status, _body: (status, "cosigned\n"),
    "no end": lambda status, body: (status, body.rstrip()),
    "another text": lambda status, body: (status, f"\nx\n\n{body}"),
    "half a character": lambda status, _body: (status, "\ud800"),
    "endless": lambda status, body: (status, body * 100),
    "for ever a conflict": lambda _status, _body: (409, "0\n"),
    "a size beyond": lambda _status, _body: (409, "999999\n"),
    "a negative size": lambda _status, _body: (409, "-1\n"),
    "no size": lambda _status, _body: (409, "many\n"),
    "a huge size": lambda _status, _body: (409, "9" * 5000),
    "in the log's name": lambda status, _body: (
        status,
        Signer().signature("else").line,
    ),
}


class TestWhatIsRefused:
    @pytest.mark.parametrize("change", LIES.values(), ids=LIES)
    def test_a_witness_that_refuses_or_lies_leaves_nothing(self, world, change):
        with pytest.raises(WitnessRefusedError):
            witnessing(world, Asked(change=change)).cosign()
        assert "cosigned" not in world.s3.versions
        assert world.report().findings == []

    def test_one_that_signs_with_another_key_is_found_by_who_verifies(self, world):
        other = Signer(WITNESS.name, secret=3)
        store = MemoryCosigned()
        ask = Asked()
        ask.witness = Witness(keys=[Signer().key], store=store, cosign=other.signature)
        witnessing(world, ask).cosign()
        assert found(world) == {Kind.UNWITNESSED}

    def test_one_that_stopped_more_than_a_day_ago_is_found_by_who_verifies(self, world):
        witnessing(world, Asked()).cosign()
        for _ in range(27 * 12 + 1):
            world.outbox.now_ms += 5 * MINUTE
            world.sequencer().beat()
        assert found(world) == {Kind.UNWITNESSED}

    def test_a_history_written_anew_is_not_cosigned_and_found_as_forked(self, world):
        store = MemoryCosigned()
        witnessing(world, Asked(store)).cosign()
        anew = World()
        anew.outbox.now_ms = START_MS + 1
        beat(anew, 900)
        anew.s3.versions["cosigned"] = world.s3.versions["cosigned"]
        ask = Asked(store)
        with pytest.raises(WitnessRefusedError, match="422"):
            witnessing(anew, ask).cosign()
        assert found(anew) == {Kind.FORKED}

    def test_the_same_length_written_anew_is_refused_too(self, world):
        store = MemoryCosigned()
        witnessing(world, Asked(store)).cosign()
        anew = World()
        anew.outbox.now_ms = START_MS + 1
        beat(anew, 300)
        with pytest.raises(WitnessRefusedError, match="another history"):
            witnessing(anew, Asked(store)).cosign()

    def test_a_log_put_back_is_noticed(self, world):
        store = MemoryCosigned()
        before = world.s3.versions["checkpoint"][-1]
        beat(world)
        witnessing(world, Asked(store)).cosign()
        world.s3.versions["checkpoint"].append(before)
        for forgotten in (False, True):
            if forgotten:
                del world.s3.versions["cosigned"]
            with pytest.raises(WitnessRefusedError, match="more entries"):
                witnessing(world, Asked(store)).cosign()

    def test_where_nothing_was_published_nothing_is_asked(self):
        ask = Asked()
        with pytest.raises(WitnessRefusedError):
            witnessing(World(), ask).cosign()
        assert ask.asked == []


class Killed(BaseException):
    pass


class Deadly:
    """Dies before or after one of the calls to a part."""

    def __init__(self, part, moment):
        self._part, self.moment = part, moment

    def pass_by(self):
        self.moment[0] -= 1
        if self.moment[0] == 0:
            raise Killed

    def __call__(self, *args, **more):
        self.pass_by()
        answer = self._part(*args, **more)
        self.pass_by()
        return answer

    def __getattr__(self, name):
        return Deadly(getattr(self._part, name), self.moment)


def test_killed_at_any_moment_the_next_heartbeat_gets_its_signature():
    for moment in itertools.count(1):
        world, store, left = World(), MemoryCosigned(), [moment]
        beat(world, 300)
        witnessing(world, Asked(store)).cosign()
        beat(world)
        with suppress(Killed):
            witnessing(world, Deadly(Asked(store), left), Deadly(world.s3, left)).cosign()
        beat(world)
        assert witnessing(world, Asked(store)).cosign() == world.reader.checkpoint().size
        assert found(world) == set()
        if left[0] > 0:
            assert moment > 8
            return


def test_heartbeats_in_threads_end_with_a_cosigned_log(world):
    ask = Asked()

    def run(_):
        with suppress(WitnessRefusedError):  # the other one was faster, twice
            witnessing(world, ask).cosign()

    for _ in range(5):
        beat(world)
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(run, range(3)))
        assert found(world) == set()
    sizes = [v.data.split(b"\n")[1] for v in world.s3.versions["cosigned"]]
    assert list(map(int, sizes)) == sorted(map(int, sizes))


class Function:
    """Lambda's `invoke`, of the one function there is."""

    def __init__(self, payload=b"", failure=None, **more):
        self.payload, self.failure, self.more = payload, failure, more

    def invoke(self, *, FunctionName, Payload):  # noqa: N803 (names as AWS spells them)
        assert FunctionName == "arn:witness"
        assert json.loads(Payload) == {"body": "asked"}
        if self.failure:
            raise self.failure
        return {"StatusCode": 200, "Payload": io.BytesIO(self.payload), **self.more}


class TestItsFunction:
    def test_it_is_asked_and_its_answer_taken(self):
        ask = LambdaWitness(Function(b'{"status": 409, "body": "7\\n"}'), "arn:witness")
        assert ask("asked") == (409, "7\n")

    @pytest.mark.parametrize("payload", [b"", b"null", b"[]", b"{}", b'{"status":"x","body":""}'])
    def test_an_answer_that_is_none_is_a_refusal(self, payload):
        with pytest.raises(WitnessRefusedError):
            LambdaWitness(Function(payload), "arn:witness")("asked")

    def test_a_function_that_failed_is_a_refusal_and_its_words_stay_out(self):
        failed = Function(b'{"errorMessage": "secret"}', FunctionError="Unhandled")
        with pytest.raises(WitnessRefusedError) as caught:
            LambdaWitness(failed, "arn:witness")("asked")
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize(
        "failure",
        [
            ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke"),
            ReadTimeoutError(endpoint_url="https://lambda"),
        ],
    )
    def test_one_that_cannot_be_reached_is_unavailable(self, failure):
        with pytest.raises(StoreUnavailableError):
            LambdaWitness(Function(failure=failure), "arn:witness")("asked")


def test_the_witness_keeps_the_note_that_the_log_signed(world):
    store = MemoryCosigned()
    witnessing(world, Asked(store)).cosign()
    assert Signer().key.has_signed(store.last(ORIGIN))
