"""However webhooks come (shuffled, twice, regrouped, with deaths in between): the same ledger."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.consent.heard import STOP_BUTTON
from functions.core.consent.vocabulary import Purpose, Status
from tests.fakes import build
from tests.fakes.consenting import World, no, pressed, tapped, yes
from tests.fakes.platform import PERSON
from tests.fakes.reaper import Killed, Reaper
from tests.fakes.regroup import regrouped

OTHER, NEW = "15550100002", "15550100009"
CANARY_TEXT, CANARY_NAME = "Quetzalcoatl stop", "Ada Canary"


def opened():
    """Two people, one of whom was asked; what they and Meta tell then is not delivered yet."""
    world = World(greets=True)
    world.write("good morning")
    world.write("hello", sender=OTHER)
    return world, world.asked()


def story(world, asked):
    """In the order in which it happens, each a webhook.

    No "start": what is asked anew depends on what is known by then.
    """

    def status(code, person):
        world.clock.now += 1000
        at, errors = world.clock.now // 1000, [{"code": code}]
        told = build.status(f"wamid.s{code}", "failed", recipient=person, at=at, errors=errors)
        return build.change(statuses=[told])

    def moved():
        world.clock.now += 1000
        system = {"type": "user_changed_number", "wa_id": NEW, "body": "changed"}
        at = world.clock.now // 1000
        told = build.text_message("wamid.m", sender=PERSON, at=at, type="system", system=system)
        return build.change(messages=[told])

    def words(text, **more):
        return world.message({"text": {"body": text}}, **more)

    changes = [
        words("yes"),
        words("it is me", from_user_id="US.1"),
        world.message(tapped(no(asked)), sender=OTHER),
        words("stop", sender=OTHER),
        words("thanks"),
        status(131050, OTHER),
        words("stop", sender=None, from_user_id="US.1"),
        words("no more messages"),
        world.message(pressed(yes(asked))),
        world.message(tapped(STOP_BUTTON), sender=OTHER),
        moved(),
        status(137000, NEW),
        words("help", sender=OTHER),
    ]
    return [build.webhook(change) for change in changes]


def outcome(world):
    """Everything but the proof, which says which delivery told it when."""
    events = {
        (e.id, e.kind, e.purpose, e.node, e.at_ms, e.until_ms, e.reason)
        for e in world.store.everything()
    }
    people = (PERSON, OTHER, NEW)
    stands = {(who, p): world.status(p, who) for who in people for p in Purpose}
    states = world.store.states()
    return events, stands, states


def told_in_order():
    world, asked = opened()
    payloads = story(world, asked)
    for payload in payloads:
        world.deliver(payload)
    return outcome(world)


@pytest.fixture(scope="module")
def expected():
    return told_in_order()


def test_the_story_has_everything_in_it(expected):
    events, stands, _ = expected
    kinds = {kind.value for _, kind, *_ in events}

    assert kinds == {"requested", "given", "withdrawn", "disregarded", "invalidated"}
    assert stands[NEW, Purpose.MARKETING] is Status.INVALIDATED
    assert stands[OTHER, Purpose.UTILITY] is Status.WITHDRAWN


@given(
    seed=st.integers(0, 10**6),
    size=st.integers(1, 14),
    times=st.integers(1, 3),
)
@settings(max_examples=40)
def test_any_order_grouping_and_number_of_deliveries_is_the_same(expected, seed, size, times):
    world, asked = opened()
    for payload in regrouped(story(world, asked), seed=seed, size=size, times=times):
        world.deliver(payload)

    assert outcome(world) == expected


def test_everybody_reads_each_reply_once_however_often_it_is_delivered(expected):
    once, asked = opened()
    for payload in story(once, asked):
        once.deliver(payload)
    often, asked = opened()
    for payload in [each for each in story(often, asked) for _ in range(3)]:
        often.deliver(payload)

    assert often.said() == once.said()


def test_dying_anywhere_and_being_told_again_is_the_same(expected):
    def whole(payloads):
        return build.merged(payloads)

    world, asked = opened()
    reaper = Reaper()
    payload = whole(story(world, asked))
    world.start(reaper.around)
    world.deliver(payload)
    assert {"store.append", "store.fold", "sending.accept"} <= set(reaper.calls)
    for at, label in enumerate(reaper.calls):
        world, asked = opened()
        payload = whole(story(world, asked))
        world.start(Reaper(at=at, after=at % 2 == 0).around)
        with pytest.raises(Killed):
            world.deliver(payload)
        world.start()
        world.deliver(payload)

        assert outcome(world) == expected, label


DEEDS = st.lists(st.sampled_from(["yes", "no", "stop", "tap yes", "tap no"]), max_size=5)


def deed(world, asked, what):
    if what.startswith("tap"):
        return world.message(tapped((yes if what == "tap yes" else no)(asked)))
    return world.message({"text": {"body": what}})


@given(deeds=DEEDS, order=st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_delivery_in_another_order_never_gives_a_consent_that_was_not_given(deeds, order):
    """Of contradictory answers to one question the stricter reading may stand, never the laxer."""
    world, asked = opened()
    for what in deeds:
        world.deliver(build.webhook(deed(world, asked, what)))
    shuffled, again = opened()
    changes = [deed(shuffled, again, what) for what in deeds]
    order.shuffle(changes)
    for change in changes:
        shuffled.deliver(build.webhook(change))

    assert shuffled.status() in (world.status(), Status.REFUSED, Status.WITHDRAWN)


def test_nothing_that_people_say_stands_in_a_key_an_entry_or_a_log(capsys):
    world, asked = opened()
    for content in ({"text": {"body": CANARY_TEXT}}, tapped(yes(asked), CANARY_TEXT)):
        change = world.message(content, wamid=f"wamid.{CANARY_NAME}")
        contact = {"wa_id": PERSON, "profile": {"name": CANARY_NAME}}
        change["value"]["contacts"] = [contact]
        world.deliver(build.webhook(change))
    world.tap(f"consent:r_{'a' * 26}:yes", CANARY_TEXT)

    shown = [
        *(repr(entry) for entry in world.store.entries),
        *(repr(key) for key in world.store.records.items),
        *(repr(event) for event in world.store.everything()),
        *(
            repr(item)
            for key, item in world.store.records.items.items()
            if key.sk != "STATE" and not key.sk.startswith("EVENT#")
        ),
        *(repr(item) for key, item in world.store.records.items.items() if key.sk == "STATE"),
        capsys.readouterr().out,
    ]
    for canary in (CANARY_TEXT, CANARY_NAME, "wamid.", PERSON):
        assert not any(canary in text for text in shown), canary
