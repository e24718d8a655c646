"""What people write: stop, something like it, and ordinary talk."""

import pytest

from functions.core.consent.heard import KEEP_BUTTON, STOP_BUTTON
from functions.core.consent.vocabulary import Kind, Method, Purpose, Status
from tests.fakes import build
from tests.fakes.consenting import NOTICES, World, pressed, say, yes
from tests.fakes.platform import PERSON
from tests.fakes.reaper import Reaper

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MAYBE = "no more messages"


@pytest.fixture
def world():
    world = World()
    world.write("good morning")
    return world


def agreed(world):
    world.tap(yes(world.asked()))
    assert world.status() is Status.GIVEN
    return len(world.said())


@pytest.mark.parametrize(
    ("word", "language"), [("STOP", "en"), ("Arrêtez !", "fr"), ("توقف", "ar"), ("durdur 🙏", "tr")]
)
def test_stop_withdraws_at_once_and_confirms_without_advertising(world, word, language):
    before = agreed(world)
    world.write(word)

    assert world.status() is Status.WITHDRAWN
    assert world.status(Purpose.UTILITY) is Status.WITHDRAWN
    assert world.status(Purpose.AUTHENTICATION) is Status.UNKNOWN
    assert world.said()[before:] == [say("withdrawn", language)]


def test_the_evidence_of_a_withdrawal_is_the_message(world):
    world.write("Stop!", wamid="wamid.stop")

    event = world.store.everything()[-1]
    reply = event.evidence["reply"]
    assert (event.kind, event.method) == (Kind.WITHDRAWN, Method.WHATSAPP_WORD)
    assert (reply["wamid"], reply["by"], reply["text"]) == ("wamid.stop", "text", "Stop!")


def test_five_stops_of_a_day_get_one_confirmation_in_whatever_languages(world):
    for word in ("stop", "STOP", "arrêtez", "stop", "abmelden"):
        world.write(word)

    assert world.said() == [say("withdrawn")]


def test_a_stop_the_next_day_is_confirmed_again(world):
    world.write("stop")
    world.clock.now += DAY_MS
    world.write("stop")

    assert len(world.said()) == 2


def test_an_old_stop_counts_and_is_not_replied_to(world):
    told = world.message({"text": {"body": "stop"}})
    world.clock.now += 5 * DAY_MS
    world.deliver(build.webhook(told))

    assert world.status() is Status.WITHDRAWN
    assert world.said() == []


def test_a_stop_that_arrives_after_a_later_yes_leaves_it(world):
    stop = world.message({"text": {"body": "stop"}})
    agreed(world)
    world.deliver(build.webhook(stop))

    assert world.status() is Status.GIVEN


def test_a_stop_in_history_counts(world):
    agreed(world)
    told = build.text_message("wamid.h", sender=PERSON, at=_second(world), text={"body": "Stop"})
    thread = {"id": PERSON, "messages": [told]}
    world.deliver(build.webhook(build.change("history", history=[{"threads": [thread]}])))

    assert world.status() is Status.WITHDRAWN


def test_what_the_business_writes_in_its_own_app_is_no_word_of_the_persons(world):
    echo = build.text_message("wamid.e", sender="15550109999", at=_second(world), to=PERSON)
    echo["text"] = {"body": "stop"}
    world.deliver(build.webhook(build.change("smb_message_echoes", message_echoes=[echo])))

    assert world.store.everything() == []


def test_in_a_group_the_author_is_meant_and_nobody_is_replied_to(world):
    world.write("stop", group_id="R3JvdXA")

    assert world.status() is Status.WITHDRAWN
    assert world.said() == []
    assert {event.node for event in world.store.everything()} == {world.node()}


def test_every_message_of_a_webhook_is_heard(world):
    people = [f"1555010000{index}" for index in range(2, 8)]
    changes = [world.message({"text": {"body": "stop"}}, sender=person) for person in people]
    messages = [change["value"]["messages"][0] for change in changes]
    world.deliver(build.webhook(build.change(messages=messages[:3]), *changes[3:]))

    assert {world.status(sender=person) for person in people} == {Status.WITHDRAWN}


def test_something_like_stop_is_asked_about_once_in_thirty_days(world):
    world.write(MAYBE)
    (question,) = world.replies()
    buttons = question["interactive"]["action"]["buttons"]
    assert [button["reply"]["id"] for button in buttons] == [STOP_BUTTON, KEEP_BUTTON]
    assert world.store.everything() == []

    world.clock.now += 29 * DAY_MS
    world.write(MAYBE)
    assert len(world.said()) == 1

    world.clock.now += 2 * DAY_MS
    world.write(MAYBE)
    assert len(world.said()) == 2


def test_the_stop_button_withdraws_in_the_language_of_the_question(world):
    before = agreed(world)
    world.tap(STOP_BUTTON, say("button_stop", "pl"))

    assert world.status() is Status.WITHDRAWN
    assert world.store.everything()[-1].method is Method.WHATSAPP_BUTTON
    assert world.said()[before:] == [say("withdrawn", "pl")]


def test_the_keep_button_keeps(world):
    before = agreed(world)
    world.tap(KEEP_BUTTON, say("button_keep"))

    assert world.status() is Status.GIVEN
    assert world.said()[before:] == [say("kept")]


def test_the_way_out_on_a_template_ends_what_needs_a_consent_only(world):
    agreed(world)
    world.deliver(build.webhook(world.message(pressed("STOP-NEWS", "Stop"))))

    assert world.status() is Status.WITHDRAWN
    assert world.status(Purpose.UTILITY) is Status.UNKNOWN


@pytest.mark.parametrize("more", [{}, {"group_id": "R3JvdXA"}], ids=["alone", "in a group"])
@pytest.mark.parametrize("text", ["Where is my parcel?", "", "\ud800", "stop" * 9000])
def test_ordinary_talk_costs_nothing(world, text, more):
    reaper = Reaper()
    world.start(reaper.around)
    world.write(text, **more)

    assert reaper.calls == []


def test_a_stage_may_leave_a_purpose_out_of_stop():
    world = World(changes='{"utility": {"stop_word": false}}')
    world.write("stop")

    assert world.kinds() == [("withdrawn", "marketing")]


def _second(world):
    world.clock.now += 1000
    return world.clock.now // 1000


@pytest.mark.parametrize("answer", ["Yes", MAYBE, "ja bitte nicht mehr schreiben"])
def test_who_was_asked_whether_to_stop_may_answer_in_words(world, answer):
    agreed(world)
    world.write(MAYBE)
    assert world.status() is Status.GIVEN
    world.write(answer)

    assert world.status() is Status.WITHDRAWN


def test_no_to_the_question_whether_to_stop_keeps_everything(world):
    agreed(world)
    world.write(MAYBE)
    world.write("No")

    assert world.status() is Status.GIVEN
    assert world.said()[-1] == say("kept")


def test_a_yes_long_after_the_question_whether_to_stop_is_about_something_else(world):
    agreed(world)
    world.write(MAYBE)
    world.clock.now += 2 * HOUR_MS
    world.write("Yes")
    world.write(MAYBE)

    assert world.status() is Status.GIVEN


def test_a_yes_while_consent_is_asked_for_answers_that(world):
    world.asked()
    world.write(MAYBE)
    world.write("Yes")

    assert world.status() is Status.GIVEN


@pytest.mark.parametrize(
    ("asked_in", "word", "counts"),
    [
        ("es", "sí", True),
        ("es", "yes", True),
        ("es", "ya", False),  # already
        ("id", "ya", True),
        ("tr", "evet", True),
        ("de", "evet", False),
        ("de", "ja", True),
        ("nl", "ja", True),
    ],
)
def test_a_yes_counts_in_the_language_of_the_question(world, asked_in, word, counts):
    world.asked(notice=NOTICES.asking(Purpose.MARKETING, asked_in))
    world.write(word)

    assert (world.status() is Status.GIVEN) == counts
