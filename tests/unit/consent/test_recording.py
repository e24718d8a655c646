"""What somebody tells of is recorded once, where it belongs; a withdrawal leaves nothing given."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.audit.model import Actor
from functions.core.consent.errors import (
    KeyConflictError,
    NoEvidenceError,
    NotAttestedError,
    NotTheirsError,
    NotYetError,
    UnknownContactError,
)
from functions.core.consent.ledger import Ledger, Told
from functions.core.consent.model import Event
from functions.core.consent.recording import ATTESTED, REFUSED, Attested, Recording, alias_at
from functions.core.consent.rules import rules
from functions.core.consent.vocabulary import (
    STRENGTHS,
    Kind,
    Method,
    Purpose,
    Status,
    Strength,
)
from functions.core.consent.wishes import Wishes
from functions.core.contacts.model import Alias, AliasKind, Sighting
from functions.core.contacts.service import folds
from functions.core.runtime.records import fold_all
from tests.fakes import build
from tests.fakes.consent_store import MemoryConsent
from tests.fakes.reaper import Killed, Reaper
from tests.fakes.records import MemoryRecords

NOW, DAY = 1_790_000_000_000, 86_400_000
CRM, SHOP = Actor(kind="client", id="crm"), Actor(kind="client", id="shop")
PHONE, ACCOUNT = Alias(AliasKind.PHONE, "15550142424"), Alias(AliasKind.BSUID, "US.1")
NEXT = Alias(AliasKind.BSUID, "US.2")
MARKETING = Purpose.MARKETING


class Desk:
    def __init__(self):
        self.now, self.people, self.store = NOW, MemoryRecords(), MemoryConsent()
        self.directory = build.directory(self.people)
        self.start()

    def start(self, around=lambda _name, part: part):
        """A new process on the same stores."""
        self.ledger = Ledger(
            store=around("store", self.store),
            directory=self.directory,
            now_ms=lambda: self.now,
            new_salt=lambda: "salt",
        )
        wishes = Wishes(
            records=around("wishes", self.store.records),
            pseudonyms=build.PSEUDONYMS,
            now_ms=lambda: self.now,
        )
        self.recording = Recording(
            ledger=self.ledger,
            rules=rules(),
            pseudonyms=build.PSEUDONYMS,
            wishes=wishes,
            now_ms=lambda: self.now,
        )

    def seen(self, *aliases, at_ms=NOW - 900 * DAY, left=()):
        """The contact and the nodes of aliases that were seen together."""
        nodes = self.directory.register(aliases)
        gone = frozenset(nodes[alias] for alias in left)
        fold_all(self.people, folds([Sighting(frozenset(nodes.values()), at_ms, gone)], nodes))
        person, _ = self.directory.person_behind(nodes[aliases[0]], at_ms)
        return person.contact_id, [nodes[alias] for alias in aliases]

    def tell(self, node, **told):
        values = {
            "node": node,
            "purpose": MARKETING,
            "method": Method.WEB_FORM,
            "at_ms": self.now - DAY,
            "by": CRM,
            "key": "key-1",
            "evidence": {"url": "https://clinic.example"},
        }
        return self.recording.record(Attested(**{**values, **told}))

    def confirm(self, node, at_ms, strength=Strength.CONFIRMED, purpose=MARKETING):
        event = Event(
            id=f"e_{at_ms}{strength.name}{node}{purpose}",
            kind=Kind.GIVEN,
            purpose=purpose,
            node=node,
            at_ms=at_ms,
            until_ms=at_ms + 9000 * DAY,
            method=Method.WHATSAPP_BUTTON,
            by="person",
            strength=strength,
        )
        self.ledger.record(event, Told(by=CRM))

    def withdraw(self, contact_id, purposes=(MARKETING,), key="key-1", **more):
        return self.recording.withdraw(contact_id, purposes, by=CRM, key=key, **more)

    def status(self, contact_id, purpose=MARKETING):
        return self.ledger.view(contact_id).standings[purpose].status

    def kinds(self, contact_id):
        return [event.kind for event, _ in self.ledger.history(contact_id)]


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.parametrize("method", ATTESTED)
def test_a_consent_is_worth_what_its_way_is_worth_and_lasts_as_the_rule_says(desk, method):
    contact_id, [node] = desk.seen(PHONE)
    done = desk.tell(node, method=method)
    assert (done.is_new, done.contact_id) == (True, contact_id)
    assert done.event.strength is STRENGTHS[method]
    assert done.event.until_ms - done.event.at_ms == 730 * DAY
    assert desk.status(contact_id) is Status.GIVEN
    [(stored, recorded_ms)] = desk.ledger.history(contact_id)
    assert (stored.evidence["url"], recorded_ms) == ("https://clinic.example", NOW)
    [entry] = desk.store.entries
    assert (entry.by, entry.what) == (CRM, f"consent/{done.event.id}")
    assert "clinic" not in repr(entry)


@pytest.mark.parametrize("method", REFUSED)
def test_a_refusal_needs_no_evidence_and_outweighs_an_earlier_consent(desk, method):
    contact_id, [node] = desk.seen(PHONE)
    desk.tell(node)
    done = desk.tell(node, method=method, is_given=False, evidence={}, key="2", at_ms=NOW)
    assert (done.event.kind, done.event.strength) == (Kind.REFUSED, None)
    assert desk.status(contact_id) is Status.REFUSED


@pytest.mark.parametrize("method", sorted(set(Method) - set(ATTESTED)))
def test_nobody_can_say_for_a_person_what_only_the_person_can_do(desk, method):
    contact_id, [node] = desk.seen(PHONE)
    with pytest.raises(NotAttestedError, match="web_form, call_centre, paper, import"):
        desk.tell(node, method=method)
    assert desk.kinds(contact_id) == []


@pytest.mark.parametrize("evidence", [{}, {"source": ""}, {"source": None}])
def test_a_consent_that_nothing_proves_is_not_recorded(desk, evidence):
    contact_id, [node] = desk.seen(PHONE)
    with pytest.raises(NoEvidenceError):
        desk.tell(node, evidence=evidence)
    assert desk.kinds(contact_id) == []


def test_what_is_to_happen_later_is_not_recorded(desk):
    contact_id, [node] = desk.seen(PHONE)
    with pytest.raises(NotYetError):
        desk.tell(node, at_ms=NOW + 1)
    assert desk.tell(node, at_ms=NOW).is_new
    assert desk.kinds(contact_id) == [Kind.GIVEN]


def test_a_key_of_a_client_is_one_event_for_each_purpose(desk):
    contact_id, [node] = desk.seen(PHONE)
    first, again = desk.tell(node), desk.tell(node)
    assert (first.event.id, again.is_new) == (again.event.id, False)
    others = [{"by": SHOP}, {"key": "key-2"}, {"purpose": Purpose.UTILITY}]
    assert all(desk.tell(node, **other).is_new for other in others)
    assert len(desk.kinds(contact_id)) == 1 + len(others)


def test_a_wish_keeps_its_first_time_and_refuses_another_body(desk):
    wishes = Wishes(
        records=desk.store.records, pseudonyms=build.PSEUDONYMS, now_ms=lambda: desk.now
    )
    first = wishes.first("a", "b", node="n1", body="x")
    desk.now += 5000
    assert wishes.first("a", "b", node="n2", body="x") == first
    assert (first.node, first.at_ms) == ("n1", NOW)
    with pytest.raises(KeyConflictError):
        wishes.first("a", "b", node="n1", body="y")
    assert wishes.first("ab", "", node="n1", body="y").at_ms == NOW + 5000


def test_a_withdrawal_holds_for_the_purposes_named_and_no_others(desk):
    contact_id, [node] = desk.seen(PHONE)
    desk.tell(node)
    desk.tell(node, purpose=Purpose.UTILITY)
    [done] = desk.withdraw(contact_id, reason="asked on the telephone", request="gateway-1")
    assert (done.event.at_ms, done.event.reason) == (NOW, "asked on the telephone")
    assert desk.status(contact_id) is Status.WITHDRAWN
    assert desk.status(contact_id, Purpose.UTILITY) is Status.GIVEN
    assert desk.store.entries[-1].request == "gateway-1"


def test_a_withdrawal_of_what_was_never_given_is_recorded_too(desk):
    contact_id, _ = desk.seen(PHONE)
    assert len(desk.withdraw(contact_id, Purpose)) == len(Purpose)
    assert {desk.status(contact_id, purpose) for purpose in Purpose} == {Status.WITHDRAWN}


def test_a_repeated_withdrawal_is_one_at_its_first_time(desk):
    contact_id, [node] = desk.seen(PHONE)
    desk.tell(node)
    desk.withdraw(contact_id)
    desk.now += 5000
    [again] = desk.withdraw(contact_id)
    assert (again.is_new, again.event.at_ms) == (False, NOW)
    assert desk.kinds(contact_id) == [Kind.GIVEN, Kind.WITHDRAWN]
    desk.withdraw(contact_id, key="key-2")
    assert desk.kinds(contact_id) == [Kind.GIVEN, Kind.WITHDRAWN, Kind.WITHDRAWN]


def test_a_key_that_was_used_before_a_new_consent_withdraws_that_as_well(desk):
    contact_id, [node] = desk.seen(PHONE)
    desk.withdraw(contact_id)
    desk.now += DAY
    desk.confirm(node, desk.now)
    desk.now += DAY
    for _ in range(2):
        desk.withdraw(contact_id)
        assert desk.status(contact_id) is Status.WITHDRAWN
    assert desk.kinds(contact_id) == [Kind.WITHDRAWN, Kind.GIVEN, Kind.WITHDRAWN]


def test_a_consent_from_a_clock_ahead_of_ours_is_withdrawn(desk):
    contact_id, [node] = desk.seen(PHONE)
    for seconds, strength in enumerate(Strength):
        desk.confirm(node, NOW + (9 - seconds) * 1000, strength)
    desk.withdraw(contact_id)
    assert desk.status(contact_id) is Status.WITHDRAWN


def test_a_withdrawal_by_somebody_unknown_is_an_error(desk):
    for stranger in (f"n{'a' * 20}~1", "", "~"):
        with pytest.raises(UnknownContactError):
            desk.withdraw(stranger)


def taken_over(desk):
    """A number that its owner gave up, and its next owner."""
    before, [number, _] = desk.seen(PHONE, ACCOUNT)
    desk.seen(PHONE, at_ms=NOW - 30 * DAY, left=[PHONE])
    desk.seen(ACCOUNT, at_ms=NOW - 30 * DAY, left=[ACCOUNT])
    after, _ = desk.seen(PHONE, NEXT, at_ms=NOW - 10 * DAY)
    assert before != after
    return before, after, number


def test_who_has_nothing_left_withdraws_nothing_of_the_next_owner(desk):
    before, after, number = taken_over(desk)
    desk.confirm(number, NOW - 40 * DAY)
    desk.confirm(number, NOW - 5 * DAY)
    desk.withdraw(before)
    assert desk.status(before) is Status.WITHDRAWN
    assert desk.status(after) is Status.GIVEN


def test_what_happened_elsewhere_is_recorded_at_an_alias_that_was_theirs_then(desk):
    before, after, number = taken_over(desk)
    old, new = (desk.directory.find([alias])[alias] for alias in (ACCOUNT, NEXT))
    one, other = desk.recording.person(before), desk.recording.person(after)
    assert alias_at(one, NOW - 60 * DAY) == old
    # the account was theirs always, the number was not
    assert alias_at(other, NOW - 60 * DAY) == alias_at(other, NOW) == new
    assert number not in (old, new)


def test_of_a_number_that_somebody_else_had_then_nothing_can_be_told(desk):
    before, [node] = desk.seen(PHONE)
    desk.seen(PHONE, at_ms=NOW - DAY, left=[PHONE])
    heir, _ = desk.directory.person_behind(node, NOW)
    assert heir.contact_id != before
    assert alias_at(heir, NOW) == node
    with pytest.raises(NotTheirsError):
        alias_at(heir, NOW - 2 * DAY)


def test_dying_anywhere_and_again_withdraws_everything_once():
    def prepared():
        desk = Desk()
        contact_id, [number, account] = desk.seen(PHONE, ACCOUNT)
        desk.confirm(number, NOW - 2 * DAY)
        desk.confirm(account, NOW - DAY, purpose=Purpose.UTILITY)
        return desk, contact_id

    desk, contact_id = prepared()
    whole = Reaper()
    desk.start(whole.around)
    desk.withdraw(contact_id, Purpose)
    assert {"wishes.write", "store.append", "store.fold"} <= set(whole.calls)
    for at in range(len(whole.calls)):
        for after in (False, True):
            desk, contact_id = prepared()
            desk.start(Reaper(at=at, after=after).around)
            with pytest.raises(Killed):
                desk.withdraw(contact_id, Purpose)
            desk.now += 7000
            desk.start()
            desk.withdraw(contact_id, Purpose)
            where = f"{'after' if after else 'before'} {at}, {whole.calls[at]}"
            said = [kind for kind in desk.kinds(contact_id) if kind is Kind.WITHDRAWN]
            assert len(said) == len(Purpose), where
            assert {desk.status(contact_id, p) for p in Purpose} == {Status.WITHDRAWN}, where


CONSENTS = st.tuples(
    st.sampled_from([0, 1]),
    st.integers(-3 * DAY, 3_600_000),
    st.sampled_from(Strength),
    st.sampled_from(Purpose),
)


@given(consents=st.lists(CONSENTS, max_size=12), is_linked=st.booleans(), later=st.integers(1, DAY))
def test_after_a_withdrawal_nothing_is_given_until_the_person_says_so_later(
    consents, is_linked, later
):
    desk = Desk()
    if is_linked:
        contact_id, nodes = desk.seen(PHONE, ACCOUNT)
    else:
        contact_id, nodes = desk.seen(PHONE)
    for place, shift, strength, purpose in consents:
        desk.confirm(nodes[place % len(nodes)], NOW + shift, strength, purpose)
    done = desk.withdraw(contact_id, Purpose)
    assert {desk.status(contact_id, purpose) for purpose in Purpose} == {Status.WITHDRAWN}
    last_ms = max(each.event.at_ms for each in done)
    assert last_ms <= NOW + timedelta(hours=1) / timedelta(milliseconds=1)
    desk.now = last_ms + later
    desk.confirm(nodes[0], desk.now)
    assert desk.status(contact_id) is Status.GIVEN
