from dataclasses import replace

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.conversations.model import ThreadMark, fold_thread
from functions.core.runtime.records import digest_of, fold_all
from functions.core.sending.dynamodb import thread_key
from functions.core.sending.model import SendState
from functions.core.sending.store import Channel, Claim, NewIntent

THREAD, NOW = "106540000000001#nabc", 1_790_000_000_000

ENTRY = Event(
    action=Action.SEND_SETTLED,
    by=Actor(kind="system", id="sender"),
    facts={"attempt": 1, "state": "accepted"},
)


def intent(message_id, *, thread_item=None, at=NOW):
    attributes = fold_thread(thread_item, THREAD, [ThreadMark(at)], entry_point_hours=72)
    return NewIntent(
        entry=ENTRY,
        message_id=message_id,
        thread=THREAD,
        attributes={
            "thread": THREAD,
            "at": f"{at:013d}#{message_id}",
            "facts": {},
            "digest": digest_of({}),
            "send_state": "queued",
            "attempt": 0,
        },
        thread_attributes=attributes,
        thread_digest=(thread_item or {}).get("digest"),
        due_ms=at + 60_000,
    )


def create(stores, *ids):
    for index, message_id in enumerate(ids):
        before = stores.sending.threads([THREAD]).get(THREAD)
        assert stores.sending.create(intent(message_id, thread_item=before, at=NOW + index))


def claim(message_id="m_1", **changes):
    fresh = Claim(
        entry=ENTRY,
        message_id=message_id,
        thread=THREAD,
        attempt=0,
        now_ms=NOW,
        pair_tat_ms=None,
        next_pair_tat_ms=NOW + 6000,
    )
    return replace(fresh, **changes)


def test_an_intent_is_stored_with_its_place_in_the_queue_or_not_at_all(stores):
    create(stores, "m_1", "m_2")
    assert stores.sending.threads([THREAD])[THREAD]["pending"] == ["m_1", "m_2"]
    assert stores.sending.message("m_1")["send_state"] == "queued"
    again = intent("m_1", thread_item=stores.sending.threads([THREAD])[THREAD])
    assert not stores.sending.create(again)
    assert not stores.sending.create(intent("m_3")), "the thread changed since it was read"
    assert stores.sending.message("m_3") is None
    assert stores.sending.threads([THREAD])[THREAD]["pending"] == ["m_1", "m_2"]


def test_a_message_is_claimed_once(stores):
    create(stores, "m_1")
    assert stores.sending.claim(claim())
    assert not stores.sending.claim(claim())
    item = stores.sending.message("m_1")
    assert (item["send_state"], item["attempt"], item["claimed_ms"]) == ("sending", 1, NOW)


def test_a_claim_of_an_earlier_try_fails(stores):
    create(stores, "m_1")
    assert not stores.sending.claim(claim(attempt=1))
    assert stores.sending.message("m_1")["attempt"] == 0


def test_only_the_head_of_the_queue_is_claimed(stores):
    create(stores, "m_1", "m_2")
    assert not stores.sending.claim(claim("m_2"))
    assert stores.sending.message("m_2")["send_state"] == "queued"


def test_a_claim_fails_when_the_pair_was_used_meanwhile(stores):
    create(stores, "m_1")
    assert not stores.sending.claim(claim(pair_tat_ms=NOW))


def test_a_claim_fails_when_the_window_has_closed(stores):
    create(stores, "m_1")
    window = {"window_thread": THREAD, "window_after_ms": NOW - 86_400_000}
    assert not stores.sending.claim(claim(**window)), "nobody ever wrote"
    mark = [ThreadMark(NOW - 1000, opens_window=True)]
    fold_all(
        stores.records,
        {thread_key(THREAD): lambda i: fold_thread(i, THREAD, mark, entry_point_hours=72)},
    )
    assert not stores.sending.claim(claim(**{**window, "window_after_ms": NOW}))
    assert stores.sending.claim(claim(**window))


def test_a_claim_holds_to_the_window_of_another_thread_of_the_person(stores):
    create(stores, "m_1")
    other = "106540000000001#bxyz"
    window = {"window_thread": other, "window_after_ms": NOW - 1}
    assert not stores.sending.claim(claim(**window))
    mark = [ThreadMark(NOW, opens_window=True)]
    fold_all(
        stores.records,
        {thread_key(other): lambda i: fold_thread(i, other, mark, entry_point_hours=72)},
    )
    assert stores.sending.claim(claim(**window))


def test_a_state_advances_only_from_the_one_expected(stores):
    create(stores, "m_1")
    done = {"send_state": "accepted", "wamid": "wamid.1", "key": "nabc~0"}
    assert not stores.sending.advance("m_1", SendState.SENDING, done, ENTRY)
    assert stores.sending.advance("m_1", SendState.QUEUED, done, ENTRY)
    assert stores.sending.message("m_1")["wamid"] == "wamid.1"


def test_what_is_settled_leaves_the_queue_and_the_schedule(stores):
    create(stores, "m_1", "m_2")
    stores.sending.pop(THREAD, "m_2")
    assert stores.sending.threads([THREAD])[THREAD]["pending"] == ["m_1", "m_2"]
    stores.sending.pop(THREAD, "m_1")
    assert stores.sending.due(NOW + 60_000, 10) == [THREAD]
    stores.sending.pop(THREAD, "m_2")
    assert stores.sending.threads([THREAD])[THREAD]["pending"] == []
    assert stores.sending.due(NOW + 10**9, 10) == []


def test_a_postponed_thread_is_due_at_its_time_and_not_before(stores):
    create(stores, "m_1")
    stores.sending.postpone(THREAD, NOW + 600_000)
    assert stores.sending.due(NOW + 599_000, 10) == []
    assert stores.sending.due(NOW + 600_000, 10) == [THREAD]


def test_a_thread_with_nothing_pending_is_never_scheduled(stores):
    create(stores, "m_1")
    stores.sending.pop(THREAD, "m_1")
    stores.sending.postpone(THREAD, NOW)
    assert stores.sending.due(NOW + 10**9, 10) == []


def test_an_answer_is_what_the_business_sent_in_that_time(stores):
    create(stores, "m_1")
    assert not stores.sending.answered([THREAD], NOW - 1, NOW + 1), "queued is not sent"
    stores.sending.advance("m_1", SendState.QUEUED, {"send_state": "accepted"}, ENTRY)
    assert stores.sending.answered([THREAD], NOW - 1, NOW + 1)
    assert not stores.sending.answered([THREAD], NOW + 1, NOW + 2)
    assert not stores.sending.answered(["106540000000001#bxyz"], NOW - 1, NOW + 1)


def test_a_held_channel_lets_one_prober_through(stores):
    assert stores.channels.read("1") is None
    held = Channel(reason="190", until_ms=NOW, stopped=True)
    stores.channels.hold("1", held)
    assert stores.channels.read("1") == held
    assert stores.channels.probe("1", held, NOW + 1000)
    assert not stores.channels.probe("1", held, NOW + 1000)
    assert stores.channels.read("1").until_ms == NOW + 1000
    stores.channels.clear("1")
    assert stores.channels.read("1") is None


def test_a_bucket_takes_no_more_than_its_limit(stores):
    taken = [stores.pace.take("n#1#0", limit=3, expires_s=1_790_000_000) for _ in range(5)]
    assert taken == [True, True, True, False, False]
    assert stores.pace.take("n#2#0", limit=3, expires_s=1_790_000_000)


def test_what_was_to_be_sent_goes_when_it_is_withheld_and_stays_otherwise(stores):
    for message_id in ("m_1", "m_2"):
        fresh = intent(message_id, thread_item=stores.sending.threads([THREAD]).get(THREAD))
        attributes = {**fresh.attributes, "intent": "{}", "key": "nabc~0"}
        assert stores.sending.create(replace(fresh, attributes=attributes))
    done = {"send_state": "accepted"}
    assert stores.sending.advance("m_1", "queued", {**done, "withheld": "metadata"}, ENTRY)
    assert stores.sending.advance("m_2", "queued", done, ENTRY)
    assert "intent" not in stores.sending.message("m_1")
    assert "sealed_intent" not in stores.sending.message("m_1")
    assert stores.sending.message("m_1")["withheld"] == "metadata"
    assert stores.sending.message("m_2")["intent"] == "{}"
