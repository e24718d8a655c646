"""The gate on its tables: what it says, and that the claim holds on to what it found."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from moto import mock_aws

from functions.core.consent.vocabulary import Kind, Purpose, Strength
from tests.fakes.ledgers import Ledgers

DAY_MS = 86_400_000
# any hour is a good one, and nobody is counted
AT_ANY_TIME = '{"marketing": {"quiet_from": 0, "quiet_until": 0, "cap_messages": 20}}'


@pytest.fixture
def ledgers():
    with mock_aws():
        made = Ledgers(AT_ANY_TIME)
        made.clock.now += 1_000_000
        yield made


def test_what_each_purpose_needs_of_somebody_who_never_said_anything(ledgers):
    node = ledgers.person()

    assert {purpose: ledgers.codes(node, purpose) for purpose in Purpose} == {
        Purpose.MARKETING: ["consent_missing"],
        Purpose.UTILITY: [],
        Purpose.AUTHENTICATION: [],
        Purpose.SERVICE: [],
    }


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.WITHDRAWN, "consent_withdrawn"),
        (Kind.REFUSED, "consent_refused"),
        (Kind.INVALIDATED, "consent_invalidated"),
    ],
)
def test_an_objection_counts_for_every_purpose_whatever_it_rests_on(ledgers, kind, code):
    node = ledgers.person()
    for purpose in Purpose:
        ledgers.say(node, kind, purpose)

    assert all(ledgers.codes(node, purpose) == [code] for purpose in Purpose)


def test_consent_must_be_strong_enough_and_valid(ledgers):
    node = ledgers.person()
    ledgers.say(node, Kind.GIVEN, strength=Strength.EXPRESSED)
    assert ledgers.codes(node) == ["consent_too_weak"]

    ledgers.say(node, Kind.GIVEN, until_ms=ledgers.clock.now + 10)
    assert ledgers.codes(node) == []
    ledgers.clock.now += 10
    assert ledgers.codes(node) == ["consent_too_weak"], "what is left is the weaker one"


def test_a_stage_may_ask_for_less():
    with mock_aws():
        ledgers = Ledgers(
            '{"marketing": {"strength": "attested", "quiet_from": 0, "quiet_until": 0}}'
        )
        node = ledgers.person()
        ledgers.say(node, Kind.GIVEN, strength=Strength.ATTESTED)

        assert ledgers.codes(node) == []


def test_every_reason_is_named():
    with mock_aws():
        ledgers = Ledgers('{"marketing": {"quiet_from": 0, "quiet_until": 23}}')
        ledgers.clock.now -= ledgers.clock.now % DAY_MS
        node = ledgers.person()
        contact_id = ledgers.directory.person_behind(node, float("inf"))[0].contact_id
        ledgers.ledger.restrict(contact_id, on=True)

        assert ledgers.codes(node) == ["consent_missing", "restricted", "quiet_hours"]


def test_a_claim_fails_when_the_person_has_withdrawn_since_the_gate_looked(ledgers):
    node = ledgers.person()
    ledgers.say(node, Kind.GIVEN)
    ledgers.queue(node, "m_1")
    found = ledgers.look(node)
    ledgers.clock.now += 1
    ledgers.say(node, Kind.WITHDRAWN)

    assert found.reasons == ()
    assert not ledgers.claim(node, "m_1", found)
    assert ledgers.sending.message("m_1")["send_state"] == "queued"


def test_a_claim_at_one_alias_fails_when_the_person_has_withdrawn_at_another(ledgers):
    number, account = ledgers.link("15550100001", "US.1")
    ledgers.say(account, Kind.GIVEN)
    ledgers.queue(account, "m_1")
    found = ledgers.look(account)
    ledgers.clock.now += 1
    ledgers.say(number, Kind.WITHDRAWN)

    assert not ledgers.claim(account, "m_1", found)


def test_the_first_claim_to_somebody_nothing_is_stored_of_holds_on_to_just_that(ledgers):
    node = ledgers.person()
    ledgers.queue(node, "m_1")
    found = ledgers.look(node, purpose=Purpose.UTILITY)
    ledgers.say(node, Kind.WITHDRAWN, Purpose.UTILITY)

    assert not ledgers.claim(node, "m_1", found)


def test_messages_are_counted_in_the_claim_and_a_second_try_of_one_is_not():
    with mock_aws():
        rule = '{"marketing": {"quiet_from": 0, "quiet_until": 0, "cap_messages": 2}}'
        ledgers = Ledgers(rule)
        node = ledgers.person()
        ledgers.say(node, Kind.GIVEN)
        for name in ("m_1", "m_2"):
            ledgers.queue(node, name)
        both = [ledgers.look(node, name) for name in ("m_1", "m_2")]

        assert ledgers.claim(node, "m_1", both[0])
        ledgers.sending.pop(f"106540000000001#{node}", "m_1")
        assert not ledgers.claim(node, "m_2", both[1]), "counted since it was looked at"
        assert ledgers.claim(node, "m_2", ledgers.look(node, "m_2"))
        (reason,) = ledgers.look(node, "m_3").reasons
        assert reason.code == "frequency_cap"
        assert ledgers.look(node, "m_2").reasons == ()
        ledgers.clock.now += 7 * DAY_MS
        assert ledgers.look(node, "m_3").reasons == ()
        found = ledgers.look(node, "m_3")
        ledgers.queue(node, "m_3")
        ledgers.sending.pop(f"106540000000001#{node}", "m_2")
        assert ledgers.claim(node, "m_3", found)
        state = ledgers.store.items([node], consistent=True)[node]
        assert state["sent"] == {"marketing": {"m_3": ledgers.clock.now}}, "the old is forgotten"


def test_a_cap_is_the_persons_not_the_aliases():
    with mock_aws():
        rule = '{"marketing": {"quiet_from": 0, "quiet_until": 0, "cap_messages": 1}}'
        ledgers = Ledgers(rule)
        number, account = ledgers.link("15550100001", "US.1")
        ledgers.say(number, Kind.GIVEN)
        ledgers.queue(number, "m_1")
        assert ledgers.claim(number, "m_1", ledgers.look(number, "m_1"))

        (reason,) = ledgers.look(account, "m_2").reasons
        assert reason.code == "frequency_cap"


class Schedules(RuleBasedStateMachine):
    """Any schedule of looking, claiming, agreeing, objecting and getting to know aliases.

    A model of ours, told in the simplest way, knows which objections are stored and unanswered.
    """

    @initialize()
    def begin(self):
        self.mock = mock_aws()
        self.mock.start()
        self.ledgers = Ledgers(AT_ANY_TIME)
        self.nodes = [self.ledgers.person("15550100001"), self.ledgers.account("US.1")]
        self.linked = False
        self.said = []  # kind, node, time, in the order of storing
        self.looks = []
        self.messages = 0
        self.claimed = []

    @rule(which=st.integers(0, 1), ago=st.integers(0, 3))
    def agree(self, which, ago):
        self._say(Kind.GIVEN, which, ago)

    @rule(which=st.integers(0, 1), ago=st.integers(0, 3))
    def object(self, which, ago):
        self._say(Kind.WITHDRAWN, which, ago)

    def _say(self, kind, which, ago):
        at_ms = self.ledgers.clock.now - ago
        self.ledgers.say(self.nodes[which], kind, at_ms=at_ms)
        self.said.append((kind, which, at_ms))

    @rule(by=st.integers(1, 2))
    def time_passes(self, by):
        self.ledgers.clock.now += by

    @rule()
    def become_one(self):
        if not self.linked:
            self.linked = self.ledgers.clock.now
            self.ledgers.link("15550100001", "US.1")
            self.ledgers.ledger.carry(self.nodes[0])

    @rule(which=st.integers(0, 1))
    def look(self, which):
        self.messages += 1
        name = f"m_{self.messages}"
        found = self.ledgers.look(self.nodes[which], name)
        self.looks.append((which, name, found))

    @rule(data=st.data())
    def claim(self, data):
        if not self.looks:
            return
        which, name, found = self.looks.pop(
            data.draw(st.integers(0, len(self.looks) - 1), label="look")
        )
        if found.reasons:
            return
        node = self.nodes[which]
        thread = f"106540000000001#{node}"
        self.ledgers.queue(node, name)
        for waiting in list(self.ledgers.sending.threads([thread])[thread]["pending"]):
            if waiting == name:
                break
            self.ledgers.sending.pop(thread, waiting)
        if self.ledgers.claim(node, name, found):
            self.claimed.append((which, name))
            assert self._may(which), "claimed against an objection that was stored"

    def _may(self, which):
        """Some consent that every stored objection of the person is older than, and answered by."""
        everyone = {0, 1} if self.linked else {which}
        mine = [each for each in self.said if each[1] in everyone]

        def answered(consent, objection):
            together = consent[1] == objection[1] or consent[2] >= self.linked
            return objection[2] < consent[2] and together

        objections = [each for each in mine if each[0] is Kind.WITHDRAWN]
        return any(
            all(answered(consent, objection) for objection in objections)
            for consent in mine
            if consent[0] is Kind.GIVEN
        )

    @invariant()
    def the_gate_says_what_was_said(self):
        if hasattr(self, "said"):
            for which in (0, 1):
                codes = self.ledgers.codes(self.nodes[which])
                if "frequency_cap" not in codes:
                    assert (codes == []) == self._may(which)

    def teardown(self):
        if hasattr(self, "mock"):
            self.mock.stop()


TestSchedules = Schedules.TestCase
TestSchedules.settings = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
