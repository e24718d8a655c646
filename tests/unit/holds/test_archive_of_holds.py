"""What of the archive a hold locks: segments with what it covers, and what lies beside them."""

from dataclasses import replace

import pytest
from moto import mock_aws

from functions.core.archive.segment import manifest_name
from functions.core.holds.cutting import parts_of
from functions.core.holds.model import State
from tests.fakes.archive import NOON, change, fact, message
from tests.fakes.holding import DAY_MS, NUMBER, Desk
from tests.fakes.reaper import Killed, Reaper

ADA, BEN = "15550100001", "15550100002"


@pytest.fixture
def desk():
    with mock_aws():
        made = Desk()
        made.clock.now = NOON * 1000 - 10_000
        yield made


def told(desk, node, number, *, day=0, large=False, **about):
    """A message of somebody's, as it is archived: the shard's only segment of its day."""
    one = fact(thread=f"{NUMBER}#{node}", key=f"{node}~0", at_ms=(NOON + day * 86_400) * 1000)
    if large:
        one["ref"] = "updates/large"
        del one["sealed"]
    one |= about
    if large:
        desk.room.source.objects[one["ref"]] = b"sealed and large"
    at = NOON + day * 86_400
    before = set(desk.room.files())
    desk.room.archive([change(number, new=message(f"w_{number}", a=one), at=at)], f"s{number}")
    return set(desk.room.files()) - before


def test_segments_with_the_person_are_locked_with_their_manifests_and_no_others(desk):
    ada, ben = desk.person(ADA), desk.person(BEN)
    mine, others = told(desk, ada, 10), told(desk, ben, 20)

    hold = desk.hold_active(contact_id=desk.contact(ada))

    assert desk.locks.held == mine
    assert len(mine) == 2
    assert not mine & others
    assert (hold.state, hold.objects) == (State.ACTIVE, 2)


def test_large_content_beside_a_segment_is_locked_too(desk):
    mine = told(desk, desk.person(ADA), 10, large=True)
    assert any(name.startswith("objects/") for name in mine)

    desk.hold_active(contact_id=desk.contact(desk.person(ADA)))

    assert desk.locks.held == mine


def test_a_conversation_locks_what_was_said_there(desk):
    ada = desk.person(ADA)
    here = told(desk, ada, 10)
    told(desk, ada, 20, thread=f"106540000000002#{ada}")

    desk.hold_active(conversation_id=desk.thread(ada))

    assert desk.locks.held == here


def test_a_range_locks_what_happened_in_it_whoever_it_was(desk):
    told(desk, desk.person(ADA), 10, day=-20)
    inside = told(desk, desk.person(ADA), 20) | told(desk, desk.person(BEN), 30, day=1)
    told(desk, desk.person(BEN), 40, day=60)

    desk.hold_active(**{"from": "2026-09-20T00:00:00Z", "until": "2026-09-24T00:00:00Z"})

    assert desk.locks.held == inside


def test_a_range_locks_history_that_came_later(desk):
    late = told(desk, desk.person(ADA), 10, day=60, at_ms=NOON * 1000)

    desk.hold_active(**{"from": "2026-09-20T00:00:00Z", "until": "2026-09-24T00:00:00Z"})

    assert desk.locks.held == late


def test_that_something_was_deleted_locks_nothing_and_what_nobody_knows_locks(desk):
    desk.room.archive([change(10, old=message("w_1", a=fact()), at=NOON)], "s1")
    ada = desk.person(ADA)
    desk.hold_active("1", contact_id=desk.contact(ada))
    assert desk.locks.held == set()

    odd = {"pk": "ODD#1", "sk": "ODD"}
    desk.room.archive([change(20, new=odd, at=NOON)], "s2")
    desk.hold_active("2", contact_id=desk.contact(ada))
    assert len(desk.locks.held) == 2


def test_a_segment_that_cannot_be_read_is_locked(desk):
    names = told(desk, desk.person(BEN), 10)
    (segment,) = [name for name in names if name.endswith(".gz")]
    kept = desk.room.vault.objects[segment]
    desk.room.vault.objects[segment] = replace(kept, data=kept.data[:30])

    desk.hold_active(contact_id=desk.contact(desk.person(ADA)))

    assert desk.locks.held == {segment, manifest_name(segment)}


def test_lifting_unlocks_what_no_other_hold_keeps(desk):
    ada, ben = desk.person(ADA), desk.person(BEN)
    both = desk.hold_active("1", **{"from": "2026-09-01T00:00:00Z"})
    mine, others = told(desk, ada, 10), told(desk, ben, 20)
    desk.run(both)
    one = desk.hold_active("2", contact_id=desk.contact(ada))

    desk.lift(one)
    assert desk.locks.held == mine | others
    one = desk.hold_active("3", contact_id=desk.contact(ada))
    desk.lift(both)
    assert desk.locks.held == mine

    desk.lift(one)
    assert desk.locks.held == set()
    left = desk.client.scan(TableName="compliance")["Items"]
    assert not any(item["pk"]["S"].startswith("HELD#") for item in left)
    assert not any(item["sk"]["S"].startswith("OBJECT#") for item in left)


def test_the_daily_round_locks_what_was_archived_since_and_reads_no_older_day(desk):
    ada = desk.person(ADA)
    desk.clock.now = (NOON + 5 * 86_400) * 1000
    old = told(desk, ada, 10)
    hold = desk.hold_active(contact_id=desk.contact(ada))
    new = told(desk, ada, 20, day=6)
    desk.clock.now += 2 * DAY_MS

    assert desk.sweeping.sweep() == 1
    assert desk.machine.started == [(hold.id, 1), (hold.id, 2)]
    reaper = Reaper()
    desk.start(reaper.around)
    assert desk.run(hold).objects == 4

    assert desk.locks.held == old | new
    assert reaper.calls.count("shelf.read") == 1


def test_the_daily_round_goes_back_for_an_alias_that_was_learnt(desk):
    ada, account = desk.person(ADA), desk.account()
    earlier = told(desk, account, 10)
    hold = desk.hold_active(contact_id=desk.contact(ada))
    assert desk.locks.held == set()

    desk.link(ADA, "US.1")
    desk.clock.now += 5 * DAY_MS
    desk.run(hold)

    assert desk.locks.held == earlier
    assert not desk.deletes(account), "also when nobody was told"


def test_the_daily_round_leaves_lifted_holds_alone_and_repeats_cut_off_ones(desk):
    ada = desk.contact(desk.person(ADA))
    desk.lift(desk.hold_active("1", contact_id=ada))
    cut_off = desk.place("2", contact_id=ada)
    started = len(desk.machine.started)

    assert desk.sweeping.sweep() == 1
    assert desk.machine.started[started:] == [(cut_off.id, 2)]


def test_a_failed_workflow_is_told_of_and_begun_again_by_repeating_the_request(desk):
    hold = desk.place(contact_id=desk.contact(desk.person(ADA)))
    desk.holding.fail(hold.id)

    assert desk.load(hold).failed_with == "internal_error"
    desk.place(contact_id=desk.contact(desk.person(ADA)))
    assert desk.machine.started == [(hold.id, 1), (hold.id, 2)]
    assert desk.run(hold).failed_with is None


def test_a_part_that_is_done_while_the_hold_is_lifted_locks_nothing_for_good(desk):
    """Whatever call it is at, before it or after it."""
    ada = desk.person(ADA)
    told(desk, ada, 10)
    hold = desk.hold_active(contact_id=desk.contact(ada))
    parts = desk.holding.plan(hold.id)
    desk.lift(hold)

    for part in parts:
        assert desk.holding.part(hold.id, part) == 0
    assert desk.run(hold).state is State.LIFTED
    assert desk.locks.held == set()


def test_whenever_locking_is_cut_off_repeating_it_ends_well(desk):
    """One death at every call, before it or after it, each time with somebody else."""
    reaper = Reaper()
    desk.start(reaper.around)
    case(desk, 0)
    calls = len(reaper.calls)
    assert calls > 10
    desk.room.vault.objects.clear()
    for turn in range(1, calls + 1):
        desk.start(Reaper(at=turn - 1, after=turn % 2 == 0).around)
        with pytest.raises(Killed):
            case(desk, turn)
        desk.start()

        hold, mine = case(desk, turn)
        assert hold.objects == 3
        assert len(mine) == 3
        assert mine <= desk.locks.held
        desk.room.vault.objects.clear()


def case(desk, turn):
    """The hold on somebody, and what the archive has of them."""
    ada = desk.person(f"1555020{turn:04d}")
    mine = {name for name in desk.room.files() if f"/s{turn}/" in name}
    mine |= {name for name in desk.room.files() if name.startswith(f"objects/updates/{turn}/")}
    if not mine:
        mine = told(desk, ada, turn, large=True, ref=f"updates/{turn}")
    return desk.run(desk.place(f"case {turn}", contact_id=desk.contact(ada))), mine


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1], [("", "0")]),
        ([4, 4, 4], [("", "1"), ("1", "2")]),
        ([99, 1], [("", "0"), ("0", "1")]),
        ([0] * 7, [("", "2"), ("2", "5"), ("5", "6")]),
    ],
)
def test_names_are_cut_into_ranges_that_leave_none_out(sizes, expected):
    names = [(str(number), size) for number, size in enumerate(sizes)]
    parts = parts_of(names, size=10, count=3, most=9)
    assert [(part["after"], part["until"]) for part in parts] == expected


def test_of_a_long_list_the_parts_are_larger():
    names = [(f"{number:03d}", 0) for number in range(100)]
    parts = parts_of(names, size=1, count=1, most=30)
    assert len(parts) <= 30
    assert parts[0]["after"] == ""
    assert parts[-1]["until"] == "099"
    assert [one["until"] for one in parts[:-1]] == [one["after"] for one in parts[1:]]
