"""One request: kept, sent and recorded once, whatever happens in between."""

import json

import pytest

from functions.core.consent.errors import RequestOpenError, UnknownContactError
from functions.core.consent.vocabulary import Purpose, Status
from functions.core.sending.errors import IdempotencyConflictError, TooManyPendingError
from tests.fakes.consenting import NOTICES, World, no, say, yes
from tests.fakes.graph import refusal
from tests.fakes.reaper import Killed, Reaper

DAY_MS = 86_400_000
TEMPLATE = {"name": "opt_in", "language": "en_US"}


@pytest.fixture
def world():
    world = World()
    world.write("good morning")
    return world


def intents(world):
    items = world.platform.records.items.values()
    return [json.loads(item["intent"]) for item in items if "intent" in item]


def test_a_request_is_one_message_with_the_notice_and_two_buttons_of_its_own(world):
    asked = world.ask()

    (message,) = intents(world)
    shown = message["interactive"]
    assert message["purpose"] == "service"
    assert shown["body"]["text"] == NOTICES.asking(Purpose.MARKETING, "en").text
    assert [button["reply"] for button in shown["action"]["buttons"]] == [
        {"id": yes(asked), "title": say("button_yes")},
        {"id": no(asked), "title": say("button_no")},
    ]
    assert world.status() is Status.REQUESTED


def test_a_template_gets_the_buttons_payloads(world):
    asked = world.ask(template=TEMPLATE)

    (message,) = intents(world)
    payloads = [
        (part["sub_type"], part["index"], part["parameters"][0]["payload"])
        for part in message["template"]["components"]
    ]
    assert message["purpose"] == "utility"
    assert message["template"]["language"] == {"code": "en_US"}
    assert payloads == [("quick_reply", "0", yes(asked)), ("quick_reply", "1", no(asked))]


def test_the_event_says_what_was_asked_until_when_and_with_which_text(world):
    asked = world.ask(template=TEMPLATE)

    (event,) = world.store.everything()
    assert event.notice == NOTICES.asking(Purpose.MARKETING, "en").ref
    assert event.until_ms == asked.expires_ms == event.at_ms + 7 * DAY_MS
    assert event.request == asked.request_id
    assert event.evidence == {
        "message_id": asked.message_id,
        "template": TEMPLATE,
        "salt": "salt",
    }


def test_the_same_key_again_is_the_same_request(world):
    first = world.ask()
    world.clock.now += 3_600_000

    again = world.ask()

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert again.expires_ms == first.expires_ms
    assert len(intents(world)) == len(world.store.everything()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": Purpose.UTILITY, "notice": NOTICES.asking(Purpose.UTILITY, "en")},
        {"notice": NOTICES.asking(Purpose.MARKETING, "de")},
        {"template": TEMPLATE},
        {"phone_number_id": "106540000000002"},
    ],
)
def test_a_key_used_for_something_else_is_refused(world, other):
    world.ask()

    with pytest.raises(IdempotencyConflictError):
        world.ask(**other)

    assert len(intents(world)) == 1


def test_one_purpose_at_a_time(world):
    world.ask()

    with pytest.raises(RequestOpenError, match="marketing"):
        world.ask(Purpose.UTILITY, "other")

    assert len(intents(world)) == 1


def test_the_same_purpose_may_be_asked_for_again(world):
    world.ask()

    assert not world.ask(key="other").is_repeat


def answer(world):
    world.tap(no(world.asked(key="first")))


def expire(world):
    world.ask(key="first")
    world.clock.now += 8 * DAY_MS


def stop(world):
    world.asked(key="first")
    world.write("stop")


def refuse(world):
    world.platform.graph.script = [refusal(131026)]
    world.asked(key="first")


@pytest.mark.parametrize("settle", [answer, expire, stop, refuse])
def test_what_is_settled_or_never_went_out_waits_for_nothing(world, settle):
    settle(world)

    assert not world.ask(Purpose.UTILITY, "other").is_repeat


def test_nobody_is_asked_whom_nobody_knows(world):
    with pytest.raises(UnknownContactError):
        world.ask(contact_id="nnobody~1")

    assert intents(world) == []


def test_a_request_that_could_not_be_sent_does_not_wait(world):
    for index in range(5):
        world.platform.accept(f"k{index}")
    with pytest.raises(TooManyPendingError):
        world.ask()
    assert world.status() is Status.UNKNOWN
    world.send_all()

    asked = world.ask()

    assert world.kinds() == [("requested", "marketing")]
    assert asked.message_id


def test_a_request_that_could_not_be_sent_waits_its_turn_when_it_is_tried_again(world):
    for index in range(5):
        world.platform.accept(f"k{index}")
    with pytest.raises(TooManyPendingError):
        world.ask()
    world.send_all()
    world.ask(Purpose.UTILITY, "other")

    with pytest.raises(RequestOpenError, match="utility"):
        world.ask()


def test_dying_anywhere_and_starting_again_asks_once():
    def prepared(around=lambda _name, part: part):
        world = World()
        world.write("good morning")
        world.start(around)
        return world

    reaper = Reaper()
    prepared(reaper.around).ask()
    assert {"store.keep_request", "sending.accept", "store.append"} <= set(reaper.calls)
    for at in range(len(reaper.calls)):
        for after in (False, True):
            world = prepared(Reaper(at=at, after=after).around)
            with pytest.raises(Killed):
                world.ask()
            open_early = world.store.everything() and not intents(world)
            world.start()
            asked = world.ask()

            assert not open_early, reaper.calls[at]
            assert [m["type"] for m in intents(world)] == ["interactive"], reaper.calls[at]
            assert world.kinds() == [("requested", "marketing")], reaper.calls[at]
            world.tap(yes(asked))
            assert world.status() is Status.GIVEN
