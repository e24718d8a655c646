"""Placing a hold: from the answer on nothing it covers is deleted, whoever dies on the way."""

from dataclasses import replace

import pytest
from moto import mock_aws

from functions.core.content.keystore import StoredKey
from functions.core.holds.errors import HoldConflictError, UnknownSubjectError
from functions.core.holds.model import State
from tests.fakes.holding import DAY_MS, LAWYER, NUMBER, WORDS, Desk
from tests.fakes.reaper import Killed, Reaper


@pytest.fixture
def desk():
    with mock_aws():
        yield Desk()


KEY = StoredKey(id="", version=1, epoch=1, wrapped=b"w", created_ms=1)


def key_of(desk, node):
    key = replace(KEY, id=f"{node}~0")
    assert desk.keys.create(key, replaces=None)
    return key


def test_of_a_held_contact_nothing_is_deleted_of_others_everything(desk):
    ada, ben = desk.person("15550100001"), desk.person("15550100002")
    assert desk.deletes(ada)

    hold = desk.place(contact_id=desk.contact(ada))

    assert (hold.state, hold.nodes) == (State.PLACING, {ada})
    assert not desk.deletes(ada)
    assert not desk.deletes(ada, at_ms=1, number="another number")
    assert desk.deletes(ben)


def test_a_deletion_that_looked_before_the_hold_was_placed_fails(desk):
    ada = desk.person()
    seen = desk.look(ada)
    desk.place(contact_id=desk.contact(ada))

    assert seen.is_free
    assert not desk.delete(seen)


def test_every_alias_of_the_person_is_held_and_their_keys_are(desk):
    number, account = desk.link("15550100001", "US.1")
    key = key_of(desk, number)

    hold = desk.place(contact_id=desk.contact(account))

    assert hold.nodes == {number, account}
    assert not desk.deletes(number)
    assert not desk.deletes(account)
    assert not desk.keys.destroy(key, now_ms=5)
    assert desk.keys.load([key.id])[key.id].holds == {hold.id}


def test_a_conversation_is_held_on_its_number_alone(desk):
    ada = desk.person()
    conversation = desk.thread(ada)

    desk.place(conversation_id=conversation)

    assert not desk.deletes(ada, at_ms=5)
    assert desk.deletes(ada, at_ms=5, number="another number")
    assert not desk.deletes(ada, number=None), "of no number, such as a consent"


def test_a_range_holds_everybody_in_it_and_what_belongs_to_it_a_month_later(desk):
    begun = 1_790_000_000_000
    desk.place(**{"from": "2026-09-21T13:33:20Z", "until": "2026-09-22T13:33:20Z"})

    for digits in ("15550100001", "15550100002"):
        node = desk.person(digits)
        assert desk.deletes(node, at_ms=begun - DAY_MS)
        assert not desk.deletes(node, at_ms=desk.clock.now)
        assert not desk.deletes(node, at_ms=desk.clock.now + 20 * DAY_MS)
        assert desk.deletes(node, at_ms=desk.clock.now + 40 * DAY_MS)


def test_an_incident_holds_the_contacts_it_names(desk):
    people = [desk.person(f"1555010000{n}") for n in range(3)]
    named = [desk.contact(node) for node in people[:2]]

    hold = desk.place(incident_id="i_7", contact_ids=named)

    assert hold.scope.incident == "i_7"
    assert [desk.deletes(node) for node in people] == [False, False, True]


@pytest.mark.parametrize(
    "scope",
    [
        {"contact_id": "naaaaaaaaaaaaaaaaaaaa~0"},
        {"contact_id": "nobody at all".replace(" ", "_")},
        {"conversation_id": f"{NUMBER}.naaaaaaaaaaaaaaaaaaaa~0"},
        {"incident_id": "i", "contact_ids": ["naaaaaaaaaaaaaaaaaaaa~0"]},
    ],
)
def test_who_is_nobody_cannot_be_held_and_nothing_is_stored(desk, scope):
    with pytest.raises(UnknownSubjectError):
        desk.place(**scope)

    assert desk.store.page(before=None, limit=9) == ([], None)


def test_a_conversation_that_never_was_cannot_be_held(desk):
    ada = desk.person()
    with pytest.raises(UnknownSubjectError):
        desk.place(conversation_id=f"{NUMBER}.{desk.contact(ada)}")


def test_the_same_key_is_the_same_hold_and_with_another_body_a_conflict(desk):
    ada = desk.contact(desk.person())
    first = desk.place(contact_id=ada)
    assert desk.place(contact_id=ada).id == first.id
    with pytest.raises(HoldConflictError):
        desk.place(contact_id=ada, until="2026-09-22T13:33:20Z")
    assert desk.place("case 2", contact_id=ada).id != first.id


def test_words_are_sealed_and_opened_for_who_may_read_them(desk):
    hold = desk.place(contact_id=desk.contact(desk.person()))

    stored = str(desk.client.scan(TableName="compliance")["Items"])
    assert not any(word in stored for word in WORDS.values())
    assert desk.holds.show(hold.id)[1] == WORDS


def test_two_holds_on_one_contact_each_keep_it(desk):
    ada = desk.person()
    key = key_of(desk, ada)
    first, second = (desk.hold_active(case, contact_id=desk.contact(ada)) for case in ("1", "2"))

    desk.lift(first)
    assert not desk.deletes(ada)
    assert not desk.keys.destroy(key, now_ms=5)

    desk.lift(second)
    assert desk.deletes(ada)
    assert desk.keys.destroy(key, now_ms=5)


def test_an_owner_of_the_number_after_the_held_one_is_free_and_before_it_too(desk):
    desk.clock.now = 100 * DAY_MS
    ada = desk.person("15550100001")
    desk.clock.now += 10 * DAY_MS
    desk.leaves("15550100001", "15550100009")
    held = desk.contact(desk.person("15550100009"))
    desk.clock.now += 100 * DAY_MS

    desk.place(contact_id=held)

    assert not desk.deletes(ada, at_ms=105 * DAY_MS)
    assert desk.deletes(ada, at_ms=desk.clock.now), "its next owner's"
    next_owner = desk.directory.person_behind(ada, float("inf"))[0]
    assert next_owner.contact_id != held
    assert [hold.scope.contacts for hold in desk.standing.held(desk.subject(ada))] == []
    moved = desk.subject(desk.person("15550100009"))
    assert [hold.scope.contacts for hold in desk.standing.held(moved)] == [(held,)]


def test_who_asks_what_holds_a_person_is_told_every_hold_in_force(desk):
    ada, ben = desk.person("15550100001"), desk.person("15550100002")
    assert desk.standing.held(desk.subject(ada)) == []
    by_name = desk.hold_active("1", contact_id=desk.contact(ada))
    desk.clock.now += 1
    by_time = desk.place("2", **{"from": "2026-09-01T00:00:00Z"})
    desk.place("3", until="2020-01-01T00:00:00Z")

    assert [hold.id for hold in desk.standing.held(desk.subject(ada))] == [by_name.id, by_time.id]
    assert [hold.id for hold in desk.standing.held(desk.subject(ben))] == [by_time.id]
    desk.lift(by_name)
    assert [hold.id for hold in desk.standing.held(desk.subject(ada))] == [by_time.id]


def test_whenever_placing_is_cut_off_repeating_it_goes_on(desk):
    """One death before every call and after it, each time with somebody else."""
    reaper = Reaper()
    desk.start(reaper.around)
    case(desk, 0)
    calls = len(reaper.calls)
    assert calls > 5
    for turn in range(1, 2 * calls + 1):
        desk.start(Reaper(at=(turn - 1) // 2, after=turn % 2 == 0).around)
        with pytest.raises(Killed):
            case(desk, turn)
        desk.start()

        hold, nodes, key = case(desk, turn)
        assert len(nodes) == len(hold.nodes) == 2
        assert not any(desk.deletes(node) for node in nodes)
        assert not desk.keys.destroy(key, now_ms=5)
        assert desk.machine.started.count((hold.id, 1)) == 1


def case(desk, turn):
    nodes = desk.link(f"1555020{turn:04d}", f"US.{turn}")
    desk.keys.create(replace(KEY, id=f"{nodes[0]}~0"), replaces=None)
    key = desk.keys.load([f"{nodes[0]}~0"])[f"{nodes[0]}~0"]
    return desk.place(f"case {turn}", contact_id=desk.contact(nodes[0])), nodes, key


def test_the_entry_stands_with_the_hold_and_names_no_words(desk):
    hold = desk.place(contact_id=desk.contact(desk.person()))

    entries = str(desk.client.scan(TableName="outbox")["Items"])
    assert f"hold/{hold.id}" in entries
    assert '"outcome":"begun"' in entries
    assert LAWYER.client_id in entries
    assert not any(word in entries for word in WORDS.values())
