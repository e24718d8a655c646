"""Numbers typed over several messages, and the answer to who sent one."""

import json

import pytest

from functions.core.cards.deflection import Deflection
from functions.core.cards.guard import CardGuard
from functions.core.cards.splits import SplitNumbers
from functions.core.contacts.pseudonyms import Pseudonyms
from tests.fakes import build
from tests.fakes.platform import PERSON, Platform
from tests.fakes.reading import MemoryListing

PIECES = ("4111 1111", "1111 1111")


class World:
    def __init__(self, *, answers=True):
        self.platform = Platform()
        self.records = self.platform.records
        self.guard = CardGuard(
            splits=SplitNumbers(
                records=self.records,
                listing=MemoryListing(self.records),
                pseudonyms=build.PSEUDONYMS,
                within_ms=600_000,
            ),
            answers=Deflection(
                sending=self.platform.service,
                directory=self.platform.directory,
                text="please do not",
                now_ms=self.platform.clock.now_ms,
            )
            if answers
            else None,
        )
        self.said = {}

    def write(self, *texts, sender=PERSON, extra=None):
        """One webhook; each message a second after the one before."""
        messages = []
        for text in texts:
            self.platform.clock.now += 1000
            wamid = f"wamid.{len(self.said)}"
            self.said[wamid] = text
            at = self.platform.clock.now // 1000
            body = {"body": text, **(extra or {})}
            messages.append(build.text_message(wamid, sender=sender, at=at, text=body))
        return self.deliver(build.webhook(build.change(messages=messages)))

    def deliver(self, payload):
        folded = self.platform.conversations.fold(build.body(payload))
        self.guard.watch(folded.filed)
        return payload

    def stored(self):
        """Texts by time, as they are stored."""
        facts = [
            (fact["at_ms"], json.loads(fact["raw"])["update"]["text"], fact)
            for item in self.records.items.values()
            for fact in item.get("facts", {}).values()
            if fact["kind"] == "message"
        ]
        return [(text["body"], fact.get("masked", 0)) for _, text, fact in sorted(facts, key=str)]

    def replies(self):
        return [i for i in self.records.items.values() if i.get("client") == "amana"]


@pytest.fixture
def world():
    return World()


def digits(stored):
    return "".join(c for text, _ in stored for c in text if c.isdigit())


def test_a_number_in_two_messages_is_masked_in_both(world):
    world.write(PIECES[0])
    world.write(PIECES[1])
    assert digits(world.stored()) == "4111111111"
    assert [masked > 0 for _, masked in world.stored()] == [True, True]


def test_in_one_delivery_too_and_with_an_answer_of_ours_between(world):
    world.write("hello")
    world.write(PIECES[0])
    world.platform.accept()
    world.write(PIECES[1], "thanks")
    assert digits(world.stored()) == "4111111111"
    assert ("thanks", 0) in world.stored()


def test_pieces_that_arrive_in_the_other_order_are_found(world):
    world.platform.clock.now += 5000
    at = world.platform.clock.now // 1000
    late, early = (
        build.webhook(
            build.change(
                messages=[build.text_message(w, sender=PERSON, at=at + s, text={"body": t})]
            )
        )
        for w, s, t in (("wamid.b", 2, PIECES[1]), ("wamid.a", 0, PIECES[0]))
    )
    world.deliver(late)
    world.deliver(early)
    assert digits(world.stored()) == "4111111111"


@pytest.mark.parametrize(
    "wamids", [("wamid.a", "wamid.b"), ("wamid.b", "wamid.a"), ("wamid.1", "wamid.9")]
)
def test_pieces_of_the_same_second_are_found_in_either_order(world, wamids):
    at = world.platform.clock.now // 1000
    pieces = [
        build.text_message(wamid, sender=PERSON, at=at, text={"body": text})
        for wamid, text in zip(wamids, PIECES, strict=True)
    ]
    world.deliver(build.webhook(build.change(messages=pieces)))
    assert digits(world.stored()) == "4111111111"


def test_a_redelivered_piece_does_not_bring_the_digits_back(world):
    first = world.write(PIECES[0])
    second = world.write(PIECES[1])
    before = dict(world.records.items)
    for payload in (second, first, first):
        world.deliver(payload)
    assert digits(world.stored()) == "4111111111"
    assert world.records.items == before


def test_pieces_of_different_people_are_no_number(world):
    world.write(PIECES[0])
    world.write(PIECES[1], sender="15550100002")
    assert digits(world.stored()) == "4111111111111111"


def test_pieces_far_apart_are_no_number(world):
    world.write(PIECES[0])
    world.platform.clock.now += 700_000
    world.write(PIECES[1])
    assert digits(world.stored()) == "4111111111111111"


def test_ordinary_talk_is_left_alone_and_costs_no_look_around(world):
    listing = world.guard._splits._listing
    world.write("see you then", "thanks!")
    assert listing.reads == 0
    world.write("at 10", "or at 11:30")
    assert [masked for _, masked in world.stored()] == [0, 0, 0, 0]


def test_tags_follow_the_masked_text(world):
    world.write(*PIECES)
    for item in world.records.items.values():
        for fact in item.get("facts", {}).values():
            assert fact["tag"] == build.PSEUDONYMS.of("blob", fact["raw"])
            assert fact["bytes"] == len(fact["raw"].encode())
    assert isinstance(build.PSEUDONYMS, Pseudonyms)


def test_who_sends_a_number_is_answered_once_a_day(world):
    world.write("411111••••••1111", extra={"amana_masked": 1})
    world.write(*PIECES)
    (reply,) = world.replies()
    assert json.loads(reply["intent"])["text"] == {"body": "please do not"}
    world.platform.clock.now += 86_400_000
    world.write("411111••••••1111", extra={"amana_masked": 1})
    assert len(world.replies()) == 2


def test_the_answer_reaches_the_person(world):
    world.write("411111••••••1111", extra={"amana_masked": 1})
    world.platform.drain()
    (payload,) = world.platform.graph.payloads
    assert "please do not" in str(payload)


def test_redelivery_answers_nobody_twice(world):
    payload = world.write("411111••••••1111", extra={"amana_masked": 1})
    world.deliver(payload)
    assert len(world.replies()) == 1


def test_an_old_message_is_masked_and_not_answered(world):
    payload = world.write("hello")
    world.platform.clock.now += 7_200_000
    message = build.text_message(
        "wamid.old", sender=PERSON, at=1_700_000_000, text={"body": "x", "amana_masked": 1}
    )
    world.deliver(build.webhook(build.change(messages=[message])))
    assert payload
    assert world.replies() == []


def test_a_stage_that_only_masks_says_nothing():
    world = World(answers=False)
    world.write(*PIECES)
    assert world.replies() == []
    assert digits(world.stored()) == "4111111111"


def test_a_full_queue_of_messages_does_not_hold_up_what_came_in(world):
    world.write("hello")
    for number in range(5):
        world.platform.accept(f"k{number}")
    world.write("411111••••••1111", extra={"amana_masked": 1})
    assert world.replies() == []


def test_what_a_business_sends_is_not_watched(world):
    echo = build.text_message("wamid.e", sender="15550109999", at=1_790_000_000, to=PERSON)
    echo["text"] = {"body": "411111••••••1111", "amana_masked": 1}
    world.deliver(build.webhook(build.change("smb_message_echoes", message_echoes=[echo])))
    assert world.replies() == []


@pytest.mark.parametrize("others", [["thank you"], ["see you", "thank you"]])
@pytest.mark.parametrize("run", range(12))
def test_pieces_of_one_second_are_found_whatever_else_was_said_in_it(world, others, run):
    """Names follow from wamids, so another run is another order within the second."""
    at = world.platform.clock.now // 1000
    for number, text in enumerate([*others, *PIECES]):
        message = build.text_message(
            f"wamid.{run}.{number}", sender=PERSON, at=at, text={"body": text}
        )
        world.deliver(build.webhook(build.change(messages=[message])))

    assert digits(world.stored()) == "4111111111"
