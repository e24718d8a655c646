"""One-time codes, when they do not do, reminders, and what people are told."""

import json
import re
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.consent.controller import Controller
from functions.core.consent.notices import LANGUAGES
from functions.core.contacts.model import Node, Person, Span
from functions.core.rights.codes import Codes, Verdict
from functions.core.rights.looking import reminds
from functions.core.rights.replies import RECEIVED, reply
from functions.core.rights.stepping import CHANGED, IDLE, step_up
from functions.core.rights.subject import Subject
from functions.core.runtime.policies import load
from tests.fakes import build
from tests.unit.rights.test_rights_model import AT, request

DAY = 86_400_000


class MemoryCodes:
    def __init__(self):
        self.items = {}

    def put(self, name, digest, *, until_ms, expires_s):
        self.items.setdefault(name, {"guesses": 0}).update(digest=digest, until_ms=until_ms)

    def guess(self, name, *, most, expires_s):
        item = self.items.setdefault(name, {"guesses": 0})
        if item["guesses"] >= most:
            return None
        item["guesses"] += 1
        return dict(item)

    def use_up(self, name, digest):
        return self.items[name].pop("digest", None) == digest


class Desk:
    def __init__(self):
        self.now_ms, self.store = AT, MemoryCodes()
        self.codes = Codes(self.store, pseudonyms=build.PSEUDONYMS, now_ms=lambda: self.now_ms)


def test_a_code_is_right_once():
    desk = Desk()
    code = desk.codes.issue("q_a")
    assert re.fullmatch(r"\d{8}", code)
    assert desk.codes.check("q_a", code) is Verdict.RIGHT
    assert desk.codes.check("q_a", code) is Verdict.WRONG


def test_a_code_is_for_one_subject_and_for_its_time():
    desk = Desk()
    code = desk.codes.issue("q_a")
    desk.codes.issue("q_b")
    assert desk.codes.check("q_b", code) is Verdict.WRONG
    desk.now_ms += 15 * 60_000
    assert desk.codes.check("q_a", code) is Verdict.WRONG


@given(st.lists(st.sampled_from(["issue", "guess"]), max_size=30))
def test_there_are_five_guesses_however_many_codes(deeds):
    desk, wrong = Desk(), 0
    for deed in deeds:
        if deed == "issue":
            desk.codes.issue("q_a")
            continue
        verdict = desk.codes.check("q_a", "wrong")
        wrong += 1
        assert verdict is (Verdict.LOCKED if wrong >= 5 else Verdict.WRONG)


def test_where_no_code_was_sent_a_guess_counts_all_the_same():
    desk = Desk()
    verdicts = [desk.codes.check("q_x", "00000000") for _ in range(6)]
    assert verdicts == [Verdict.WRONG] * 4 + [Verdict.LOCKED] * 2


def test_a_code_may_begin_with_noughts():
    desk = Desk()
    desk.codes = Codes(
        desk.store, pseudonyms=build.PSEUDONYMS, now_ms=lambda: AT, below=lambda _: 7
    )
    assert desk.codes.issue("q_a") == "00000007"


def subject(*nodes, spans=None):
    return Subject(
        person=Person("n1~1", tuple(spans or (Span(node.id) for node in nodes))),
        nodes={node.id: node for node in nodes},
    )


LONG_AGO = AT - 1000 * DAY


@pytest.mark.parametrize(
    ("idle_days", "why"), [(1, ""), (90, ""), (91, IDLE), (1000, IDLE), (None, "")]
)
def test_a_number_that_lay_idle_may_be_somebody_elses_by_now(idle_days, why):
    last_ms = None if idle_days is None else AT - idle_days * DAY
    assert step_up(subject(Node("n1", since_ms=LONG_AGO)), last_ms=last_ms, now_ms=AT) == why


def linked(at_ms, *, since_b):
    return subject(
        Node("n1", since_ms=LONG_AGO, links={"b1": at_ms}),
        Node("b1", since_ms=since_b, links={"n1": at_ms}),
    )


@pytest.mark.parametrize(
    ("person", "why"),
    [
        # two who were known apart were found to be one, lately or long ago
        (linked(AT - 2 * DAY, since_b=LONG_AGO), CHANGED),
        (linked(AT - 60 * DAY, since_b=LONG_AGO), ""),
        # an alias that was met together with the other for the first time
        (linked(AT - 2 * DAY, since_b=AT - 2 * DAY), ""),
        # another owner before, or since
        (subject(Node("n1", since_ms=LONG_AGO), spans=[Span("n1", AT - 3 * DAY, inf)]), CHANGED),
        (subject(Node("n1", since_ms=LONG_AGO), spans=[Span("n1", -inf, AT - 3 * DAY)]), CHANGED),
        (subject(Node("n1", since_ms=LONG_AGO), spans=[Span("n1", AT - 99 * DAY, inf)]), ""),
    ],
)
def test_a_changed_identity_needs_more_than_the_number(person, why):
    assert step_up(person, last_ms=AT - DAY, now_ms=AT) == why


def test_reminders_come_at_half_time_and_every_day_of_the_last_week():
    due_ms, reminded, told = AT + 30 * DAY, None, []
    for day in range(31):
        now_ms = AT + day * DAY
        if reminds(request(reminded_ms=reminded), now_ms=now_ms, due_ms=due_ms):
            reminded = now_ms
            told.append(day)
    assert told == [15, *range(23, 31)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language_with_what_it_names(language):
    controller = Controller.parse(build.CONTROLLER)
    values = {"code": "12345678", "minutes": "15", "due": "2026-12-29", "reason": "Because."}
    kinds = [kind for kind in load("rights_replies") if kind not in ("source", "read")]
    assert set(RECEIVED.values()) <= set(kinds)
    english = {kind: _named(load("rights_replies")[kind]["en"]) for kind in kinds}
    for kind in kinds:
        text = reply(kind, language, controller, **values)
        assert "{" not in text
        assert len(text) <= 1024
        assert _named(load("rights_replies")[kind][language]) == english[kind], kind


def _named(text):
    return set(re.findall(r"\{(\w+)\}", text))


def test_a_code_is_the_first_word_so_that_a_preview_shows_nothing_else():
    controller = Controller.parse(build.CONTROLLER)
    for language in LANGUAGES:
        text = reply("code", language, controller, code="12345678", minutes="15")
        assert text.startswith("12345678"), json.dumps(text)
