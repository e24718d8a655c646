"""A witness signs what continues the last it signed; every other request has the status of C2SP."""

import base64
import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.audit.errors import MalformedError
from functions.core.audit.merkle import is_consistent
from functions.core.audit.note import checkpoint_from
from functions.core.audit.submission import Submission, submission_from
from functions.core.audit.witnessing import Seen
from tests.fakes.audit_log import ORIGIN, Signer
from tests.fakes.reaper import Killed, Reaper
from tests.fakes.witness import COSIGNER, Leaves, MemoryRecords, witness

LEAVES = [b"leaf %d" % number for number in range(700)]
LOG = Leaves(LEAVES)
# the same log up to leaf 5, and another history from there
FORK = Leaves([*LEAVES[:5], *(b"other %d" % number for number in range(695))])


@pytest.fixture
def records():
    return MemoryRecords()


@pytest.fixture
def ask(records):
    """Submit sizes of the log, or a submission; the answer as (status, body)."""

    def asked(old, new, log=LOG):
        return told(witness(records, LOG.signer.key), log.submission(old, new).body)

    return asked


def told(one, body):
    answer = one.add_checkpoint(body)
    return int(answer.status), answer.body


def signed(size, log=LOG):
    return log.signer.checkpoint(log.edge(size))


def is_cosigned(size, body, log=LOG):
    note = signed(size, log).note + body.encode()
    return COSIGNER.key.has_signed(checkpoint_from(note))


class TestWhatItSigns:
    def test_the_first_checkpoint_of_a_log_it_knows(self, ask, records):
        status, body = ask(0, 3)
        assert status == 200
        assert body.startswith("— witness.example/one ")
        assert body.endswith("\n")
        assert is_cosigned(3, body)
        assert records.seen == {ORIGIN: Seen(3, LOG.edge(3).root)}

    def test_one_that_continues_the_last(self, ask):
        ask(0, 3)
        for old, new in itertools.pairwise([3, 4, 8, 256, 257, 700]):
            status, body = ask(old, new)
            assert status == 200
            assert is_cosigned(new, body)

    def test_the_same_one_again(self, ask, records):
        ask(0, 3)
        before = dict(records.seen)
        status, body = ask(3, 3)
        assert status == 200
        assert is_cosigned(3, body)
        assert records.seen == before

    def test_an_empty_log_and_then_its_first_leaves(self, ask):
        assert ask(0, 0)[0] == 200
        assert ask(0, 0)[0] == 200
        assert ask(0, 2)[0] == 200

    def test_one_that_others_have_signed_too(self, records):
        asked = LOG.submission(0, 3)
        stranger = Signer("other.example", 9).signature(asked.checkpoint.text)
        more = Submission(0, (), checkpoint_from(asked.checkpoint.note + stranger.line.encode()))
        assert told(witness(records, LOG.signer.key), more.body)[0] == 200

    def test_each_log_for_itself(self, records):
        other = Leaves(LEAVES, Signer("audit.example/other", 77))
        other_checkpoint = other.signer.checkpoint(other.edge(9), other.signer.name)
        one = witness(records, LOG.signer.key, other.signer.key)
        assert told(one, LOG.submission(0, 3).body)[0] == 200
        assert told(one, Submission(0, (), other_checkpoint).body)[0] == 200
        assert {origin: seen.size for origin, seen in records.seen.items()} == {
            ORIGIN: 3,
            "audit.example/other": 9,
        }

    def test_a_log_whose_key_is_being_replaced(self, records):
        new = Leaves(LEAVES, Signer(secret=1234))
        one = witness(records, LOG.signer.key, new.signer.key)
        assert told(one, LOG.submission(0, 3).body)[0] == 200
        assert told(one, new.submission(3, 5).body)[0] == 200


class TestWhatItRefuses:
    def test_a_log_it_does_not_know(self, records):
        assert told(witness(records), LOG.submission(0, 3).body)[0] == 404
        assert records.seen == {}

    @pytest.mark.parametrize(
        "signer", [Signer(secret=7), Signer("other.example")], ids=["key", "name"]
    )
    def test_a_checkpoint_that_the_log_has_not_signed(self, records, signer):
        other = Leaves(LEAVES, signer)
        assert told(witness(records, LOG.signer.key), other.submission(0, 3).body)[0] == 403
        assert records.seen == {}

    def test_a_signature_of_something_else(self, records):
        forged = LOG.signer.checkpoint(LOG.edge(4)).signatures[0]
        bare = LOG.submission(0, 3)
        text = bare.checkpoint.text + "\n" + forged.line
        body = Submission(0, (), checkpoint_from(text.encode())).body
        assert told(witness(records, LOG.signer.key), body)[0] == 403

    def test_an_old_size_beyond_the_checkpoint(self, ask):
        ask(0, 3)
        assert ask(0, 3)[0] == 409
        asked = LOG.submission(0, 3)
        beyond = Submission(4, (), asked.checkpoint)
        assert told(witness(MemoryRecords(), LOG.signer.key), beyond.body)[0] == 400

    @pytest.mark.parametrize("old", [0, 2, 4, 256])
    def test_an_old_size_that_is_not_the_last_with_the_one_that_is(self, ask, records, old):
        ask(0, 3)
        assert ask(old, 300) == (409, "3\n")
        assert records.seen[ORIGIN].size == 3

    def test_going_back(self, ask, records):
        ask(0, 9)
        assert ask(3, 5) == (409, "9\n")
        assert ask(0, 5) == (409, "9\n")
        assert records.seen[ORIGIN].size == 9

    def test_a_fork_behind_what_it_has_signed(self, ask, records):
        ask(0, 9)
        status, _ = ask(9, 20, log=FORK)
        assert status == 422
        assert records.seen[ORIGIN] == Seen(9, LOG.edge(9).root)

    def test_a_fork_of_the_same_size_and_its_owner_is_told(self, ask, records):
        ask(0, 9)
        assert ask(9, 9, log=FORK) == (409, "9\n")
        one = witness(records, LOG.signer.key)
        assert one.add_checkpoint(FORK.submission(9, 9).body).is_fork
        assert not one.add_checkpoint(LOG.submission(9, 9).body).is_fork

    @pytest.mark.parametrize(
        ("old", "new", "how"),
        [
            *itertools.product([3, 5], [300], ["longer", "shorter", "another"]),
            (0, 3, "longer"),
            (3, 3, "longer"),
        ],
    )
    def test_a_proof_that_does_not_hold(self, ask, records, old, new, how):
        if old:
            ask(0, old)
        asked = LOG.submission(old, new)
        proof = {
            "longer": (*asked.proof, bytes(32)),
            "shorter": asked.proof[:-1],
            "another": (*asked.proof[:-1], bytes(32)),
        }[how]
        body = Submission(old, proof, asked.checkpoint).body
        assert told(witness(records, LOG.signer.key), body)[0] == 422
        assert (records.seen.get(ORIGIN) or Seen(0, b"")).size == old

    def test_more_than_its_key_can_sign(self, records):
        text = LOG.submission(0, 3).checkpoint.text + "x" * 4_096 + "\n"
        note = text + "\n" + LOG.signer.signature(text).line
        body = "old 0\n\n" + note
        assert told(witness(records, LOG.signer.key), body)[0] == 400


def good():
    return LOG.submission(3, 9).body


def hashes(count, of=32):
    return "\n".join([base64.b64encode(bytes(of)).decode()] * count)


MALFORMED = {
    "nothing": "",
    "no blank line": good().replace("\n\n", "\n"),
    "no old size": good().partition("\n")[2],
    "old size with a zero before it": good().replace("old 3", "old 03"),
    "old size below zero": good().replace("old 3", "old -3"),
    "old size of other digits": good().replace("old 3", "old ٣"),
    "two spaces": good().replace("old 3", "old  3"),
    "carriage returns": good().replace("\n", "\r\n"),
    "hashes that are none": good().replace("old 3\n", "old 3\nnot base64!\n"),
    "hashes of other sizes": good().replace("old 3\n", f"old 3\n{hashes(1, of=31)}\n"),
    "too many hashes": good().replace("old 3\n", f"old 3\n{hashes(64)}\n"),
    "no checkpoint": "old 3\n\n",
    "no signature": good().rpartition("—")[0],
    "half a character": good().replace(ORIGIN, "\ud800"),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_request_is_a_bad_one(body, records):
    status, _ = told(witness(records, LOG.signer.key), body)
    assert status == 400
    assert records.seen == {}


@given(st.text(max_size=200) | st.builds(lambda at: good()[:at] + good()[at + 1 :], st.integers(0)))
def test_whatever_is_asked_is_answered(body):
    status, _ = told(witness(MemoryRecords(), LOG.signer.key), body)
    assert status in (400, 403, 404, 409, 422)


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_request_is_read_as_it_was_written(old, more):
    asked = LOG.submission(old, old + more)
    assert submission_from(asked.body) == asked


def test_what_is_wrong_with_a_request_is_said():
    with pytest.raises(MalformedError, match="old <size>"):
        submission_from("new 3\n\n")


class TestDyingAndRacing:
    def test_dying_anywhere_it_never_signs_two_histories(self):
        """Killed at each of its calls, then asked for a fork, then for what it was asked for."""
        for at, after in itertools.product(range(4), (False, True)):
            records, cosigned = MemoryRecords(), []
            told(witness(records, LOG.signer.key), LOG.submission(0, 6).body)

            def cosign(text, cosigned=cosigned):
                cosigned.append(text)
                return COSIGNER.signature(text)

            reaper = Reaper(at=at, after=after)
            mortal = reaper.around("records", records)
            try:
                witness(mortal, LOG.signer.key, cosign=cosign).add_checkpoint(
                    LOG.submission(6, 9).body
                )
            except Killed:
                pass
            else:
                assert len(reaper.calls) <= at
            one = witness(records, LOG.signer.key, cosign=cosign)
            if told(one, FORK.submission(6, 9).body)[0] == 409:
                assert told(one, FORK.submission(9, 9).body)[0] == 409
            status, body = told(one, LOG.submission(6, 9).body)
            if status == 409:
                assert body == "9\n"
                status, body = told(one, LOG.submission(9, 9).body)
            assert (status, is_cosigned(9, body)) == (200, True)
            assert set(cosigned) == {signed(9).text}

    @pytest.mark.parametrize("one_more", [9, 12], ids=["same", "another"])
    def test_of_two_requests_at_once_one_wins_and_the_other_learns_the_size(self, one_more):
        """The second runs from start to end between the first one's reading and its storing."""
        records = MemoryRecords()
        one = witness(records, LOG.signer.key)
        told(one, LOG.submission(0, 5).body)

        class Slow:
            def last(self, origin):
                found = records.last(origin)
                if found.size == 5:
                    assert told(one, LOG.submission(5, one_more).body)[0] == 200
                return found

            def move(self, *arguments):
                return records.move(*arguments)

        answer = told(witness(Slow(), LOG.signer.key), LOG.submission(5, 9).body)
        assert answer == (409, f"{one_more}\n")
        assert records.seen[ORIGIN].size == one_more

    def test_in_threads_all_that_was_signed_is_one_history(self):
        records, cosigned = MemoryRecords(), []

        def cosign(text):
            cosigned.append(checkpoint_from((text + "\n— x AAAAAAA=\n").encode()))
            return COSIGNER.signature(text)

        one = witness(records, LOG.signer.key, cosign=cosign)

        def run(log):
            old = 0
            for new in range(4, 60, 3):
                status, body = told(one, log.submission(min(old, new), new).body)
                old = int(body) if status == 409 else new if status == 200 else old

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(run, [LOG, FORK, LOG, FORK]))
        cosigned.sort(key=lambda each: each.size)
        assert len(cosigned) > 1
        log = LOG if cosigned[-1].root == LOG.edge(cosigned[-1].size).root else FORK
        for old, new in itertools.pairwise(cosigned):
            assert is_consistent(
                old=old.size,
                new=new.size,
                old_root=old.root,
                new_root=new.root,
                proof=log.proof(old.size, new.size),
            )
