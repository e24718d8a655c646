"""A witness answers as C2SP tlog-witness says, and never cosigns two histories."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.audit.merkle import is_consistent
from functions.core.audit.note import checkpoint_from, signed
from functions.core.audit.submission import Submission, submission_from
from functions.core.audit.witness import Answer, Witness
from tests.fakes.audit_log import ORIGIN, Signer
from tests.fakes.witnessing import WITNESS, Leaves, MemoryCosigned, told, witness

LOG = Leaves()
FORK = Leaves("b")
SIGNATURE_LINE = "\N{EM DASH} x AAAAAAA=\n"


def knows(size, log=LOG):
    store = MemoryCosigned()
    if size is not None:
        assert witness(store).answer(log.request(0, size)).status == 200
    return store


def assert_cosigned(answer, checkpoint):
    assert answer.status == 200
    found = checkpoint_from((checkpoint.text + "\n" + answer.body).encode())
    assert WITNESS.key.has_signed(found)


class TestWhatIsCosigned:
    @pytest.mark.parametrize(
        ("before", "after"), [(None, 1), (None, 0), (None, 700), (1, 2), (256, 700), (0, 5)]
    )
    def test_a_checkpoint_that_continues_the_last_one_is_stored_and_signed(self, before, after):
        store = knows(before)
        answer = witness(store).answer(LOG.request(before or 0, after))
        assert_cosigned(answer, LOG.checkpoint(after))
        assert store.last(ORIGIN).size == after

    def test_the_same_checkpoint_again_is_signed_again(self):
        store = knows(300)
        assert_cosigned(witness(store).answer(LOG.request(300, 300)), LOG.checkpoint(300))

    def test_other_signatures_beside_that_of_the_log_are_ignored(self):
        one = LOG.checkpoint(9)
        strangers = [Signer(secret=5).signature(one.text), Signer("x", 6).signature("else")]
        request = Submission(0, (), signed(ORIGIN, 9, one.root, *strangers, *one.signatures))
        assert_cosigned(witness().answer(request.body), one)

    def test_of_several_logs_each_has_its_own_last_checkpoint(self):
        other = Leaves("o", Signer("other.example", 9), "other.example")
        both = witness(MemoryCosigned(), Signer(), other.signer)
        assert both.answer(LOG.request(0, 40)).status == 200
        assert both.answer(other.request(0, 7)).status == 200
        assert both.answer(LOG.request(40, 41)).status == 200

    def test_a_log_may_have_two_keys(self):
        old, new = Signer(), Signer(secret=77)
        rotated = Leaves(signer=new)
        both = witness(MemoryCosigned(), old, new)
        assert both.answer(LOG.request(0, 40)).status == 200
        assert both.answer(rotated.request(40, 50)).status == 200

    def test_lines_after_the_root_are_signed_with_the_rest(self):
        text = LOG.checkpoint(3).text + "more\n"
        note = text + "\n" + Signer().signature(text).line
        answer = witness().answer("old 0\n\n" + note)
        assert_cosigned(answer, checkpoint_from(note.encode()))

    @given(st.lists(st.integers(0, 600), min_size=1, max_size=6).map(sorted))
    def test_a_log_that_only_grows_is_always_cosigned(self, sizes):
        store = MemoryCosigned()
        for before, after in itertools.pairwise([0, *sizes]):
            answer = witness(store).answer(LOG.request(before, after))
            assert_cosigned(answer, LOG.checkpoint(after))


class TestWhatIsRefused:
    def refused(self, store, body, answer):
        before = dict(store.notes)
        assert witness(store).answer(body) == answer
        assert store.notes == before

    def test_404_a_log_that_it_does_not_know(self):
        other = Leaves(origin="other.example", signer=Signer("other.example"))
        said = "this witness does not know the log\n"
        self.refused(knows(3), other.request(0, 3), Answer(404, said))

    def test_403_no_signature_of_the_logs_key(self):
        said = "the checkpoint is not signed by the log's key\n"
        stranger = Leaves(signer=Signer(secret=5))
        self.refused(knows(3), stranger.request(3, 4), Answer(403, said))

    def test_403_a_signature_of_another_checkpoint(self):
        borrowed = signed(ORIGIN, 4, LOG.checkpoint(4).root, *LOG.checkpoint(5).signatures)
        body = Submission(3, tuple(LOG.proof(3, 4)), borrowed).body
        assert witness(knows(3)).answer(body).status == 403

    def test_400_an_old_size_beyond_the_checkpoint(self):
        said = "the old size is beyond the checkpoint's\n"
        self.refused(knows(9), LOG.request(9, 8), Answer(400, said))

    @pytest.mark.parametrize("old", [0, 8, 10])
    def test_409_another_old_size_than_the_last_and_it_says_which(self, old):
        self.refused(knows(9), LOG.request(old, 12), Answer(409, "9\n"))

    def test_409_nothing_known_yet(self):
        self.refused(knows(None), LOG.request(4, 12), Answer(409, "0\n"))

    def test_409_an_older_checkpoint_is_never_put_back(self):
        self.refused(knows(9), LOG.request(5, 5), Answer(409, "9\n"))
        self.refused(knows(9), LOG.request(0, 5), Answer(409, "9\n"))

    def test_409_another_root_of_the_same_size_is_a_fork(self):
        self.refused(knows(9), FORK.request(9, 9), Answer(409, "9\n", forked=True))

    def test_422_a_fork_that_is_longer_does_not_continue(self):
        said = "the proof does not lead from 9 entries to 12\n"
        self.refused(knows(9), FORK.request(9, 12), Answer(422, said, forked=True))

    def test_409_a_root_of_an_empty_log_that_is_not_the_one_of_nothing(self):
        wrong = signed(ORIGIN, 0, bytes(32))
        wrong = signed(ORIGIN, 0, bytes(32), Signer().signature(wrong.text))
        assert witness().answer(Submission(0, (), wrong).body).status == 409

    @pytest.mark.parametrize(
        "meddle",
        [
            lambda proof: proof[:-1],
            lambda proof: (*proof, bytes(32)),
            lambda proof: proof[::-1],
            lambda proof: (bytes(32), *proof[1:]),
            lambda _: (),
        ],
    )
    def test_422_a_proof_that_is_none(self, meddle):
        proof = meddle(tuple(LOG.proof(9, 600)))
        body = Submission(9, proof, LOG.checkpoint(600)).body
        assert witness(knows(9)).answer(body).status == 422

    @pytest.mark.parametrize(("old", "new"), [(0, 5), (5, 5)])
    def test_422_a_proof_where_there_is_nothing_to_prove(self, old, new):
        body = Submission(old, (bytes(32),), LOG.checkpoint(new)).body
        assert witness(knows(old or None)).answer(body).status == 422


GOOD = LOG.request(3, 700)
MALFORMED = {
    "nothing": ("", "request: has no empty line before the checkpoint"),
    "no old size": (GOOD.replace("old 3", "3"), "request: line 1 is not `old <size>`"),
    "leading zero": (GOOD.replace("old 3", "old 03"), "request: line 1 is not `old <size>`"),
    "negative": (GOOD.replace("old 3", "old -3"), "request: line 1 is not `old <size>`"),
    "other digits": (GOOD.replace("old 3", "old \N{ARABIC-INDIC DIGIT THREE}"), "request: line 1"),
    "huge": (GOOD.replace("old 3", "old " + "9" * 5000), "request: line 1 is not `old <size>`"),
    "carriage return": (GOOD.replace("old 3\n", "old 3\r\n"), "request: line 1"),
    "no base64": (GOOD.replace("old 3\n", "old 3\n!\n"), "request: line 2 is not base64"),
    "short hash": (GOOD.replace("old 3\n", "old 3\nAAAA\n"), "request: line 2 is not a hash of 32"),
    "64 hashes": (
        GOOD.replace("old 3\n", "old 3\n" + f"{told(bytes(32))}\n" * 64),
        "request: has more than 63 hashes",
    ),
    "too long": (GOOD + "x" * 20_000, "request: is longer than 16384 characters"),
    "no signatures": (GOOD.rpartition("\n\n")[0] + "\n", "checkpoint: needs a blank line"),
    "no checkpoint": ("old 3\n\n", "checkpoint: needs a blank line and signatures after it"),
    "no size": (GOOD.replace("\n700\n", "\nmany\n"), "checkpoint: line 2 is not a tree size"),
    "half a character": (GOOD.replace("old 3\n\n", "") + "\ud800", "checkpoint: is not UTF-8"),
    "longer than KMS signs": (
        f"old 0\n\n{LOG.checkpoint(3).text}{'x' * 4096}\n\n{SIGNATURE_LINE}",
        "checkpoint: its text is longer than 4096 bytes",
    ),
}


@pytest.mark.parametrize(("body", "said"), MALFORMED.values(), ids=MALFORMED)
def test_400_what_is_malformed_gets_a_precise_sentence(body, said):
    answer = witness(knows(3)).answer(body)
    assert answer.status == 400
    assert answer.body.startswith(said)
    assert answer.body.endswith("\n")


@given(st.text(max_size=80), st.integers(0, len(GOOD)), st.integers(0, 40))
def test_whatever_is_sent_is_answered_and_only_the_good_one_cosigned(noise, at, cut):
    body = GOOD[:at] + noise + GOOD[at + cut :]
    answer = witness(knows(3)).answer(body)
    assert answer.status in (200, 400, 403, 404, 409, 422)
    if answer.status == 200:
        asked = submission_from(body)
        assert (asked.old, asked.proof) == (3, tuple(LOG.proof(3, 700)))
        assert asked.checkpoint.root == LOG.checkpoint(700).root


@given(st.integers(0, 700), st.integers(0, 700))
def test_a_request_reads_back_as_it_was_written(old, new):
    body = LOG.request(old, new)
    asked = submission_from(body)
    assert (asked.old, asked.proof) == (old, tuple(LOG.proof(old, new)))
    assert asked.body == body


class Killed(BaseException):
    pass


class Watched:
    """Something happens before, or after, one of the calls to the store or to KMS."""

    def __init__(self, store, moment, happen):
        self._store, self._moment, self._happen, self.seen = store, moment, happen, 0

    def _pass_by(self):
        self.seen += 1
        if self.seen == self._moment:
            self._happen()

    def last(self, origin):
        self._pass_by()
        found = self._store.last(origin)
        self._pass_by()
        return found

    def move(self, checkpoint, before):
        self._pass_by()
        moved = self._store.move(checkpoint, before)
        self._pass_by()
        return moved

    def cosign(self, text):
        self._pass_by()
        found = WITNESS.signature(text)
        self._pass_by()
        return found

    def witness(self):
        return Witness(keys=[Signer().key], store=self, cosign=self.cosign)


RIVALS = [(LOG, 9, 20), (LOG, 9, 12), (FORK, 9, 14), (LOG, 9, 14), (LOG, 9, 9)]


@pytest.mark.parametrize("rival", RIVALS)
def test_two_submissions_interleaved_at_every_call_sign_one_history(rival):
    log, old, new = rival
    for moment in itertools.count(1):
        store, answers = knows(9), []

        def other(store=store, answers=answers):
            answers.append((log, new, witness(store).answer(log.request(old, new))))

        watched = Watched(store, moment, other)
        answers.append((LOG, 14, watched.witness().answer(LOG.request(9, 14))))
        cosigned = [(each, size) for each, size, answer in answers if answer.status == 200]
        assert cosigned
        assert all(each is LOG for each, _ in cosigned)
        assert store.last(ORIGIN).size == max(size for _, size in cosigned)
        if watched.seen < moment:
            assert moment > 6
            return


def test_a_fork_that_comes_first_and_the_log_after_it_are_not_both_signed():
    for moment in range(1, 5):
        store, answers = MemoryCosigned(), []
        watched = Watched(
            store,
            moment,
            lambda s=store, a=answers: a.append(witness(s).answer(FORK.request(0, 8))),
        )
        answers.append(watched.witness().answer(LOG.request(0, 8)))
        assert sorted(answer.status for answer in answers) == [200, 409]


def test_killed_at_any_moment_it_answers_when_asked_again():
    for moment in itertools.count(1):
        store = knows(9)

        def die():
            raise Killed

        watched = Watched(store, moment, die)
        with suppress(Killed):
            watched.witness().answer(LOG.request(9, 14))
        again = witness(store).answer(LOG.request(9, 14))
        if again.status == 409:
            assert again.body == "14\n"
            again = witness(store).answer(LOG.request(14, 14))
        assert_cosigned(again, LOG.checkpoint(14))
        if watched.seen < moment:
            assert moment > 6
            return


def test_a_store_that_never_takes_anything_ends_in_a_conflict():
    class Stuck(MemoryCosigned):
        def move(self, checkpoint, before):
            return False

    assert witness(Stuck()).answer(LOG.request(0, 3)) == Answer(409, "0\n")


def test_submissions_in_threads_sign_one_history():
    """Two histories, every size, all at once: each asks again with the size that it is told."""
    store, signed_ones = MemoryCosigned(), []

    def submit(turn):
        log, size = (LOG, FORK)[turn % 2], 1 + turn // 2
        own, old = witness(store), 0
        for _ in range(40):
            answer = own.answer(log.request(old, size))
            if answer.status == 200:
                signed_ones.append(log.checkpoint(size))
            if answer.status != 409 or int(answer.body) in (old, *range(size + 1, 99)):
                return
            old = int(answer.body)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(submit, range(60)))
    last = store.last(ORIGIN)
    mine = LOG if last.root == LOG.checkpoint(last.size).root else FORK
    assert signed_ones
    for each in signed_ones:
        assert is_consistent(
            old=each.size,
            new=last.size,
            old_root=each.root,
            new_root=last.root,
            proof=mine.proof(each.size, last.size),
        )
