"""A delivery that comes after the person it is about was erased brings nobody back."""

import dataclasses

import pytest

from functions.core.contacts.model import Alias, AliasKind
from functions.core.contacts.service import Directory
from functions.core.conversations.service import ConversationsService
from functions.core.runtime.records import Key
from tests.fakes import build
from tests.fakes.records import MemoryRecords

ERASED_S = 1_790_000_000
ADA, ADA_ACCOUNT, BEN = "15550100001", "US.1", "15550100002"


class Stones:
    """`Tombstones` in memory, which counts what it was asked."""

    def __init__(self, **erased_ms):
        self.erased_ms = erased_ms
        self.asked = []

    def erased(self, aliases):
        self.asked.append(sorted(aliases))
        return {a: self.erased_ms[a] for a in aliases if a in self.erased_ms}


def name(value, kind=AliasKind.PHONE):
    return build.PSEUDONYMS.alias(Alias(kind, value))


@dataclasses.dataclass
class Desk:
    stones: Stones
    records: MemoryRecords = dataclasses.field(default_factory=MemoryRecords)
    now_ms: int = 0

    def deliver(self, *changes):
        directory = Directory(
            records=self.records,
            pseudonyms=build.PSEUDONYMS,
            new_id=lambda alias: build.PSEUDONYMS.alias(alias)[:20],
            now_ms=lambda: self.now_ms,
        )
        service = ConversationsService(
            records=self.records,
            directory=directory,
            pseudonyms=build.PSEUDONYMS,
            blobs=build.MemoryBlobs(),
            entry_point_hours=72,
            tombstones=self.stones,
        )
        return service.fold(build.body(build.webhook(*changes)))


@pytest.fixture
def desk():
    return Desk(Stones(**{name(ADA): ERASED_S * 1000}), now_ms=(ERASED_S + 60) * 1000)


def written(at, *, sender=ADA, account=None):
    extra = {"from_user_id": account} if account else {}
    return build.change(messages=[build.text_message(f"w{at}", sender=sender, at=at, **extra)])


def test_what_was_written_before_the_erasure_is_dropped_and_counted(desk):
    folded = desk.deliver(written(ERASED_S - 5), written(ERASED_S))
    assert desk.records.items == {}
    assert folded.counts == {"erased_persons": 2}


def test_the_neighbours_in_the_same_delivery_are_kept(desk):
    folded = desk.deliver(written(ERASED_S - 5), written(ERASED_S - 5, sender=BEN))
    assert folded.counts == {"message": 1, "erased_persons": 1}
    assert {k.pk for k in desk.records.items if k.sk == "ALIAS"} == {f"ALIAS#{name(BEN)}"}


def test_one_alias_that_was_erased_is_enough(desk):
    """The account was not known yet when its number was erased."""
    assert desk.deliver(written(ERASED_S - 5, account=ADA_ACCOUNT)).counts == {"erased_persons": 1}
    assert desk.records.items == {}


def test_what_they_write_later_makes_a_new_contact(desk):
    assert desk.deliver(written(ERASED_S + 1)).counts == {"message": 1}


def test_a_late_delivery_is_dropped_also_after_they_came_back(desk):
    desk.deliver(written(ERASED_S + 1))
    assert desk.deliver(written(ERASED_S - 5)).counts == {"erased_persons": 1}


def test_nothing_is_asked_of_an_alias_that_was_known_before_it_happened(desk):
    desk.deliver(written(ERASED_S + 1, sender=BEN))
    desk.deliver(written(ERASED_S + 61, sender=BEN))
    assert desk.stones.asked == [[name(BEN)]]


def test_what_an_earlier_owner_of_a_number_wrote_is_dropped_and_the_next_owners_kept(desk):
    desk.deliver(written(ERASED_S + 1, sender=BEN))
    pointer = desk.records.items[Key(f"ALIAS#{name(BEN)}", "ALIAS")]
    pointer["erased"] = [[None, (ERASED_S + 100) * 1000]]
    folded = desk.deliver(written(ERASED_S + 90, sender=BEN), written(ERASED_S + 101, sender=BEN))
    assert folded.counts == {"message": 1, "erased_persons": 1}
