"""fold(any permutation with duplicates, in any grouping) == fold(once, in order)."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.runtime.records import Key
from tests.fakes import build
from tests.fakes.records import MemoryRecords

EVENTS = Path(__file__).parents[3] / "events"
SHARED = Path(__file__).parents[4] / "shared" / "webhooks"


def state_after(*payloads):
    records = MemoryRecords()
    service = build.conversations(records)
    for payload in payloads:
        service.fold(payload if isinstance(payload, bytes) else build.body(payload))
    return {key: _settled(item) for key, item in sorted(records.items.items())}


def _settled(value):
    """Without what tells which delivery came first, and what was known then of who owns whom."""
    if isinstance(value, dict):
        return {k: _settled(v) for k, v in value.items() if k not in ("webhook", "key")}
    return value


def messages(state):
    return [item for key, item in state.items() if key.sk == "MESSAGE"]


PEOPLE = ("15550100001", "15550100002")


@st.composite
def updates(draw):
    """Few ids and times, so that the same message, person and second meet often."""
    number, at = draw(st.sampled_from(PEOPLE)), draw(st.integers(1_790_000_000, 1_790_000_005))
    wamid = f"wamid.{draw(st.integers(0, 3))}"
    kind = draw(st.sampled_from(["text", "bsuid", "status", "changed", "echo", "account", "ad"]))
    if kind == "status":
        state = draw(st.sampled_from(["sent", "delivered", "read", "failed", "new"]))
        return build.change(statuses=[build.status(wamid, state, recipient=number, at=at)])
    if kind == "account":
        event = draw(st.sampled_from(["APPROVED", "PAUSED"]))
        return {"field": "message_template_status_update", "value": {"event": event}}
    if kind == "changed":
        system = {"type": "user_changed_number", "wa_id": "15550100003", "body": "changed"}
        message = {"from": number, "id": wamid, "timestamp": str(at), "type": "system"}
        return build.change(messages=[{**message, "system": system}])
    if kind == "echo":
        echo = build.text_message(wamid, sender="15550109999", at=at, to=number)
        return build.change("smb_message_echoes", message_echoes=[echo])
    extra = {"from_user_id": f"US.{number}"} if kind == "bsuid" else {}
    if kind == "ad":
        extra = {"referral": {"source_type": "ad", "source_id": "1"}}
    return build.change(messages=[build.text_message(wamid, sender=number, at=at, **extra)])


@given(st.lists(updates(), min_size=1, max_size=8), st.randoms(), st.integers(1, 4))
def test_order_repetition_and_grouping_do_not_change_what_is_stored(changes, random, size):
    in_order = state_after(*(build.webhook(c) for c in changes))
    again = changes + random.choices(changes, k=3)
    random.shuffle(again)
    groups = [again[i : i + size] for i in range(0, len(again), size)]
    assert state_after(*(build.webhook(*group) for group in groups)) == in_order


def bodies(folder):
    return [path.read_bytes() for path in sorted(folder.rglob("*.json"))]


@pytest.mark.parametrize("folder", [EVENTS, SHARED], ids=["own", "shared"])
@settings(max_examples=10)
@given(random=st.randoms(use_true_random=False))
def test_whole_collections_fold_alike_in_any_order(folder, random):
    collection = bodies(folder)
    if not collection:
        assert folder == SHARED, "a clone without the shared collection still has its own events"
        return
    again = collection + random.choices(collection, k=20)
    random.shuffle(again)
    assert state_after(*again) == state_after(*collection)


def test_a_thousand_updates_in_one_body_are_all_stored():
    sent = [
        build.text_message(f"wamid.{i}", sender=f"1555010{i % 50:04}", at=1_790_000_000 + i)
        for i in range(1000)
    ]
    state = state_after(build.webhook(build.change(messages=sent)))
    assert len(messages(state)) == 1000
    assert len([key for key in state if key.sk == "THREAD"]) == 50


def test_keys_say_nothing_about_the_person():
    message = build.text_message(
        "wamid.HBgLMTU1NTAxMDAwMDEVAgASGA", sender="15550100001", at=1_790_000_000
    )
    state = state_after(build.webhook(build.change(messages=[message])))
    written = json.dumps([[key, item.get("thread"), item.get("at")] for key, item in state.items()])
    assert "15550100001" not in written
    assert "HBgL" not in written


def test_an_update_too_large_for_an_item_is_kept_as_an_object():
    records, blobs = MemoryRecords(), build.MemoryBlobs()
    service = build.conversations(records)
    service._filing._blobs = blobs
    service.fold(
        build.body(build.webhook({"field": "new_thing", "value": {"data": "x" * 500_000}}))
    )
    [item] = [item for key, item in records.items.items() if key.pk.startswith("ACCOUNT#")]
    assert item["bytes"] == len(blobs.objects[item["ref"]]) > 500_000
    assert len(repr(item)) < 1000


def test_the_window_keeps_the_persons_last_word_whatever_arrives_later():
    late, early = (
        build.webhook(build.change(messages=[build.text_message(w, sender=PEOPLE[0], at=at)]))
        for w, at in (("wamid.2", 1_790_000_100), ("wamid.1", 1_790_000_000))
    )
    [thread] = [i for k, i in state_after(late, early).items() if k.sk == "THREAD"]
    assert thread["window_from_ms"] == 1_790_000_100_000


@pytest.mark.parametrize("field", ["smb_message_echoes", "message_echoes"])
def test_an_echo_does_not_open_the_window(field):
    echo = build.text_message("wamid.1", sender="15550109999", at=1_790_000_000, to=PEOPLE[0])
    state = state_after(build.webhook(build.change(field, message_echoes=[echo])))
    [thread] = [i for k, i in state.items() if k.sk == "THREAD"]
    assert thread["window_from_ms"] is None


def test_a_foreign_callback_never_becomes_a_key():
    callback = "m_order of Erika, 15550100001"
    sent = build.status(
        "wamid.1", "sent", recipient=PEOPLE[0], at=1_790_000_000, biz_opaque_callback_data=callback
    )
    state = state_after(build.webhook(build.change(statuses=[sent])))
    assert not [key for key in state if "Erika" in key.pk]
    assert len(messages(state)) == 1


def test_of_an_update_told_twice_the_fuller_telling_stays_in_either_order():
    """Without its phone number id a message belongs to no conversation, but to its account."""
    message = build.text_message("wamid.1", sender=PEOPLE[0], at=1_790_000_000)
    bare = {"field": "messages", "value": {"messages": [message]}}
    named = {"field": "messages", "value": {**bare["value"], "contacts": [{"wa_id": PEOPLE[0]}]}}
    states = [
        state_after(*(build.webhook(change) for change in order))
        for order in ((bare, named), (named, bare))
    ]
    assert states[0] == states[1]
    [item] = [i for key, i in states[0].items() if key.pk.startswith("ACCOUNT#")]
    assert json.loads(item["raw"])["contact"] == {"wa_id": PEOPLE[0]}


def test_nothing_is_written_when_everything_is_known():
    payload = build.webhook(
        build.change(messages=[build.text_message("wamid.1", sender=PEOPLE[0], at=1_790_000_000)])
    )
    records = MemoryRecords()
    service = build.conversations(records)
    service.fold(build.body(payload))
    writes = []
    records.write = lambda write: writes.append(write) or True
    service.fold(build.body(payload))
    assert writes == []
    assert Key in {type(key) for key in records.items}
