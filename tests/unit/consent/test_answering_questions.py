"""What people write: start, help, yes and no."""

import pytest

from functions.core.consent.vocabulary import Method, Purpose, Status, Strength
from tests.fakes import build
from tests.fakes.consenting import NOTICES, World, no, pressed, say, tapped, yes
from tests.fakes.platform import PERSON

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def world():
    world = World()
    world.write("good morning")
    return world


def agreed(world):
    world.tap(yes(world.asked()))
    assert world.status() is Status.GIVEN
    return len(world.said())


def test_start_asks_anew_and_revives_nothing(world):
    agreed(world)
    world.write("stop")
    before = len(world.said())
    world.write("start")

    assert world.status() is Status.WITHDRAWN
    assert world.said()[before:] == [NOTICES.asking(Purpose.MARKETING, "en").text]


def test_who_says_yes_to_that_has_agreed_again(world):
    agreed(world)
    world.write("stop")
    world.write("start")
    world.send_all()
    world.write("yes")

    assert world.status() is Status.GIVEN
    assert world.said()[-1] == say("confirmed")


def test_five_starts_are_one_question(world):
    world.write("stop")
    for _ in range(5):
        world.write("start")

    assert world.kinds().count(("requested", "marketing")) == 1


def test_after_a_stop_an_open_question_is_no_answer_to_start(world):
    world.asked()
    world.write("stop")
    world.write("start")

    assert world.kinds().count(("requested", "marketing")) == 2


def test_start_goes_on_to_the_next_purpose_that_was_stopped(world):
    world.write("stop")
    world.write("start")
    world.send_all()
    world.write("yes")
    world.write("start")

    assert world.said()[-1] == NOTICES.asking(Purpose.UTILITY, "en").text


def test_start_of_who_lacks_nothing_or_is_restricted_asks_nothing(world):
    before = agreed(world)
    world.write("start")
    world.write("stop")
    world.ledger.restrict(world.contact_id(), on=True)
    world.write("start")

    assert world.said()[before:] == [say("withdrawn")]


def test_an_old_start_asks_nothing(world):
    told = world.message({"text": {"body": "start"}})
    world.clock.now += 2 * HOUR_MS
    world.deliver(build.webhook(told))

    assert world.store.everything() == []


def test_help_is_answered_with_the_privacy_notice(world):
    world.write("hilfe")

    assert world.said() == [NOTICES.privacy("de").text]


@pytest.mark.parametrize(
    ("word", "status"), [("Yes!", Status.GIVEN), ("ok", Status.GIVEN), ("no", Status.REFUSED)]
)
def test_a_word_answers_the_one_open_request(world, word, status):
    asked = world.asked()
    world.write(word)

    event = world.store.everything()[-1]
    assert world.status() is status
    assert (event.method, event.request) == (Method.WHATSAPP_WORD, asked.request_id)
    assert event.evidence["request"]["wamid"] == "wamid.1"
    assert event.evidence["reply"]["text"] == word
    assert event.strength is (Strength.CONFIRMED if status is Status.GIVEN else None)


def never_asked(_world):
    pass


def not_sent_yet(world):
    world.ask()


def answered(world):
    world.tap(no(world.asked()))


def stopped(world):
    world.asked()
    world.write("stop")


def expired(world):
    world.asked()
    world.clock.now += 8 * DAY_MS


@pytest.mark.parametrize("before", [never_asked, not_sent_yet, answered, stopped, expired])
def test_a_yes_that_answers_nothing_gives_nothing(world, before):
    before(world)
    known = world.store.everything()
    world.write("yes")

    assert world.store.everything() == known


def test_a_yes_of_before_the_question_does_not_answer_it(world):
    told = world.message({"text": {"body": "yes"}})
    world.clock.now += 60_000
    world.asked()
    world.deliver(build.webhook(told))

    assert world.status() is Status.REQUESTED


def test_a_yes_in_history_or_on_a_foreign_button_answers_nothing(world):
    world.asked()
    told = build.text_message("wamid.h", sender=PERSON, at=_second(world), text={"body": "yes"})
    world.deliver(build.webhook(build.change("history", messages=[told])))
    world.deliver(build.webhook(world.message(pressed("order-7", "Yes"))))
    world.deliver(build.webhook(world.message(tapped("order-7", "Yes"))))

    assert world.status() is Status.REQUESTED


def _second(world):
    world.clock.now += 1000
    return world.clock.now // 1000
