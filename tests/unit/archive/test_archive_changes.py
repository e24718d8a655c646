"""What of a change is archived, and what of it stands in clear."""

import base64
import hashlib
import json

import pytest

from functions.core.archive.changes import records_of
from functions.core.archive.model import line
from functions.core.conversations.minimising import minimising
from tests.fakes.archive import (
    KEY,
    NODE,
    NOON,
    NUMBER,
    THREAD,
    change,
    fact,
    intent,
    message,
    stream_record,
)


def records(sequence=7, **images):
    found = records_of(change(sequence, **images), retention_class="communications")
    return [json.loads(line(record)) for record in found]


def test_a_new_message_is_archived_with_exactly_these_fields():
    (record,) = records(new=message("w_1", f1=fact()))
    assert len(record.pop("id")) == 26
    assert record == {
        "v": 1,
        "kind": "message",
        "sequence": "7",
        "stored_at": "2026-09-21T14:13:20.000Z",
        "retention_class": "communications",
        "phone_number_id": NUMBER,
        "thread": THREAD,
        "subject": NODE,
        "direction": "inbound",
        "type": "text",
        "message_id": "w_1",
        "fact_id": "f1",
        "at": "2026-09-21T14:13:15.000Z",
        "at_ms": NOON * 1000 - 5000,
        "webhook_sha256": "00" * 32,
        "tag": "t" * 26,
        "bytes": 512,
        "content": {
            "key": KEY,
            "store": "conversations",
            "record": "MESSAGE#w_1|MESSAGE",
            "field": "facts.f1.raw",
            "sealed": base64.b64encode(b"sealed message").decode(),
        },
        "content_sha256": hashlib.sha256(b"sealed message").hexdigest(),
    }


@pytest.mark.parametrize("kind", ["message", "echo", "history", "status", "call", "preference"])
def test_every_kind_of_fact_keeps_its_kind(kind):
    (record,) = records(new=message("w_1", f1=fact(kind, type="word")))
    assert (record["kind"], record["type"]) == (kind, "word")
    assert record.get("status") == ("word" if kind == "status" else None)


@pytest.mark.parametrize("kind", ["message", "echo", "history"])
@pytest.mark.parametrize("word", ["edit", "revoke"])
def test_edits_and_revocations_are_told_apart(kind, word):
    (record,) = records(new=message("w_1", f1=fact(kind, type=word)))
    assert (record["kind"], record["of"]) == (word, kind)


def test_a_status_named_like_an_edit_stays_a_status():
    (record,) = records(new=message("w_1", f1=fact("status", type="edit")))
    assert (record["kind"], record["status"]) == ("status", "edit")


def test_only_new_and_changed_facts_are_archived():
    old = message("w_1", f1=fact(), f2=fact("status", type="sent"))
    new = message("w_1", f1=fact(), f2=fact("status", type="sent"), f3=fact("status", type="read"))
    assert [r["fact_id"] for r in records(old=old, new=new)] == ["f3"]
    fuller = message("w_1", f1=fact(sealed=b"fuller"), f2=fact("status", type="sent"))
    assert [(r["fact_id"], r["kind"]) for r in records(old=old, new=fuller)] == [("f1", "message")]


def test_a_masked_replacement_is_a_record_of_its_own():
    old, new = message("w_1", f1=fact()), message("w_1", f1=fact(sealed=b"masked", masked=1))
    (record,) = records(old=old, new=new)
    assert (record["kind"], record["of"]) == ("masked", "message")
    assert base64.b64decode(record["content"]["sealed"]) == b"masked"
    (born_masked,) = records(new=new)
    assert born_masked["kind"] == "message"


def test_a_fact_that_vanishes_is_told_as_deleted():
    old, new = message("w_1", f1=fact(), f2=fact()), message("w_1", f1=fact())
    (record,) = records(old=old, new=new)
    assert (record["kind"], record["fact_id"]) == ("deleted", "f2")
    assert "content" not in record


def test_statuses_of_participants_are_archived_and_their_marker_is_not():
    marker = fact("participants")
    assert records(new=message("w_1", participants=marker)) == []
    item = {**message("w_1", f1=fact("status", type="read")), "sk": "PARTICIPANT#abc"}
    (record,) = records(new=item)
    assert record["content"]["record"] == "MESSAGE#w_1|PARTICIPANT#abc"
    assert record["message_id"] == "w_1"


def test_an_intent_is_archived_when_it_is_accepted_and_not_when_it_is_tried():
    (record,) = records(new=intent())
    assert (record["kind"], record["direction"], record["type"]) == ("intent", "outbound", "text")
    assert record["content"]["field"] == "intent"
    assert [part["field"] for part in record["more"]] == ["address"]
    assert records(old=intent(), new=intent(send_state="sending", attempt=1)) == []


@pytest.mark.parametrize("state", ["accepted", "failed", "refused", "unconfirmed", "ambiguous"])
def test_every_outcome_is_archived_with_what_was_learnt(state):
    old = intent(send_state="sending")
    new = intent(send_state=state, sealed_wamid=b"wamid", sealed_error=b"error")
    (record,) = records(old=old, new=new)
    assert (record["kind"], record["status"]) == ("outcome", state)
    assert record["content"]["field"] == "wamid"
    assert [part["field"] for part in record["more"]] == ["error"]


def test_an_outcome_stands_when_graph_accepted_and_says_why_the_gate_refused():
    old = intent(send_state="sending")
    (accepted,) = records(old=old, new=intent(send_state="accepted", accepted_ms=NOON * 1000 + 1))
    assert accepted["at_ms"] == NOON * 1000 + 1
    reasons = [{"code": "outside_customer_service_window", "detail": "Long words."}]
    (refused,) = records(old=intent(), new=intent(send_state="refused", reasons=reasons))
    assert refused["reasons"] == ["outside_customer_service_window"]
    assert "content" not in refused


def test_the_same_state_again_is_no_outcome():
    old = intent(send_state="ambiguous")
    assert records(old=old, new=intent(send_state="ambiguous", resolve_ms=1)) == []


def test_an_account_update_is_archived_once():
    item = {
        "pk": "ACCOUNT#1022",
        "sk": "0001790000000#abc",
        "field": "account_update",
        "at_ms": 0,
        "key": "account~1022",
        "sealed": b"sealed",
        "digest": "d",
    }
    (record,) = records(new=item)
    assert (record["kind"], record["type"]) == ("account", "account_update")
    assert "at" not in record, "Meta said no time"
    assert record["content"]["field"] == "raw"
    assert records(old=item, new={**item, "digest": "e"}) == []


def test_content_too_large_for_a_table_is_named_by_where_it_was():
    large = fact(ref="updates/abc")
    del large["sealed"]
    (record,) = records(new=message("w_1", f1=large))
    assert record["content"] == {
        "key": KEY,
        "store": "media",
        "record": "updates/abc",
        "field": "update",
    }


def medium(**changes):
    return {
        "pk": "MEDIA#f_1",
        "sk": "MEDIA",
        "state": "pending",
        "type": "image",
        "mime": "image/jpeg",
        "direction": "inbound",
        "key": KEY,
        "thread": THREAD,
        "message_id": "w_1",
        "fact_id": "f1",
        "sealed_media_id": b"sealed id",
        "attempts": 1,
        **changes,
    }


def test_a_medium_is_archived_at_every_step_it_takes_and_not_at_every_try():
    (record,) = records(new=medium())
    assert (record["kind"], record["status"], record["type"]) == ("media", "pending", "image")
    assert record["media"] == {"id": "f_1", "mime": "image/jpeg"}
    assert (record["message_id"], record["fact_id"], record["subject"]) == ("w_1", "f1", NODE)
    assert record["content"]["field"] == "media_id"
    assert records(old=medium(), new=medium(attempts=2, lease_ms=5)) == []
    found = {"state": "stored", "bytes": 9, "object": "media/f_1", "sealed_sha256": b"digest"}
    (stored,) = records(old=medium(), new=medium(**found, reason=""))
    assert stored["media"] == {
        "id": "f_1",
        "bytes": 9,
        "mime": "image/jpeg",
        "object": "media/f_1",
    }
    fields = [stored["content"]["field"], *(part["field"] for part in stored["more"])]
    assert fields == ["sha256", "media_id"]


def test_what_lies_beside_a_medium_is_told_with_its_key_only():
    (record,) = records(new={"pk": "MEDIA#f_1", "sk": "GIVEN#1", "client": "canary"})
    assert (record["kind"], record["status"]) == ("media", "noted")
    assert "canary" not in json.dumps(record)


@pytest.mark.parametrize("kind", ["ALIAS", "NODE", "THREAD", "CHANNEL"])
def test_bookkeeping_is_not_archived(kind):
    assert records(new={"pk": f"{kind}#x", "sk": kind, "last_ms": 1}) == []


def test_a_removal_is_archived_with_its_key_only():
    (record,) = records(old=message("w_1", f1=fact()))
    assert set(record) == {
        "v",
        "id",
        "kind",
        "sequence",
        "stored_at",
        "retention_class",
        "record",
    }
    assert (record["kind"], record["record"]) == ("deleted", "MESSAGE#w_1|MESSAGE")
    assert records(old={"pk": "CHANNEL#1", "sk": "CHANNEL"}) == []
    assert records(old={"pk": "NODE#n1", "sk": "NODE"})[0]["kind"] == "deleted"


@pytest.mark.parametrize(
    "item",
    [
        {"pk": "NOVELTY#1", "sk": "X", "secret": "canary"},
        {"pk": "MESSAGE", "sk": "MESSAGE", "facts": {"f": {"kind": "canary"}}},
        {"pk": "MESSAGE#w_1", "sk": "MESSAGE", "facts": {"f": "canary"}},
        {"pk": "MESSAGE#w_1", "sk": "MESSAGE", "facts": {"f": {"kind": "message"}}},
        {"pk": "MESSAGE#w_1", "sk": "MESSAGE", "facts": {"f": {**fact(), "sealed": 1}}},
        {"pk": "ACCOUNT#1", "sk": "X", "sealed": b"canary"},
        {"pk": "MESSAGE#m_1", "sk": "MESSAGE", "sealed_intent": b"canary", "thread": 1},
        {"pk": "", "sk": ""},
    ],
    ids=["novel", "kind", "fact", "empty fact", "sealed", "account", "intent", "nothing"],
)
def test_what_nobody_knows_is_archived_as_unknown_with_its_key_only(item):
    (record,) = records(new=item)
    assert record["kind"] == "unknown"
    assert record["record"] == f"{item['pk']}|{item['sk']}"
    assert "canary" not in json.dumps(record)


def test_clear_content_of_an_older_version_never_reaches_the_archive():
    clear = fact(raw='{"text": "canary"}')
    del clear["sealed"]
    found = records(new=message("w_1", bad=clear, good=fact()))
    assert [r["kind"] for r in found] == ["unknown", "message"]
    assert found[0]["fact_id"] == "bad"
    assert "canary" not in json.dumps(found)


def test_a_word_that_is_none_is_not_repeated_in_clear():
    (record,) = records(new=message("w_1", f1=fact(type="Canary <b>")))
    assert record["type"] == "unknown"


def test_ids_follow_from_the_change():
    two = message("w_1", f1=fact(), f2=fact())
    first, again, later = records(7, new=two), records(7, new=two), records(8, new=two)
    assert [r["id"] for r in first] == [r["id"] for r in again]
    assert len({r["id"] for r in first + later}) == 4


def test_times_may_have_fractions():
    record = stream_record(1, new=message("w_1", f1=fact()), at=NOON + 0.25)
    assert record["dynamodb"]["ApproximateCreationDateTime"] == NOON + 0.25
    (found,) = records(1, new=message("w_1", f1=fact()), at=NOON + 0.25)
    assert found["stored_at"] == "2026-09-21T14:13:20.250Z"


METADATA = minimising('{"service": {"store": "metadata"}}')
DAYS = minimising('{"service": {"days": 30}, "marketing": {"days": 1}}')


def lines_of(rules, **images):
    found = records_of(change(7, **images), retention_class="c", minimising=rules)
    return [json.loads(line(record)) for record in found]


@pytest.mark.parametrize("kind", ["message", "echo", "history"])
@pytest.mark.parametrize("rules", [METADATA, DAYS])
def test_what_must_go_before_the_lock_ends_is_archived_without_its_content(rules, kind):
    (told,) = lines_of(rules, new=message("w_1", f1=fact(kind)))
    (full,) = records(new=message("w_1", f1=fact(kind)))
    assert told["withheld"] is True
    assert not {"content", "content_sha256"} & told.keys()
    same = full.keys() - {"content", "content_sha256", "retention_class"}
    assert {name: told[name] for name in same} == {name: full[name] for name in same}


def test_a_large_message_that_is_withheld_names_no_object_to_copy():
    large = {**fact(), "ref": "updates/x"}
    del large["sealed"]
    (told,) = lines_of(DAYS, new=message("w_1", f1=large))
    assert (told["withheld"], "content" in told) == (True, False)


@pytest.mark.parametrize("kind", ["status", "call", "preference"])
def test_what_is_no_content_is_archived_whole(kind):
    (told,) = lines_of(METADATA, new=message("w_1", f1=fact(kind, type="word")))
    assert "content" in told
    assert "withheld" not in told


def test_a_fact_whose_content_was_never_stored_is_archived_as_that():
    stored = {k: v for k, v in fact().items() if k != "sealed"} | {"withheld": "metadata"}
    (told,) = records(new=message("w_1", f1=stored))
    assert (told["kind"], told["withheld"], told["bytes"]) == ("message", True, 512)


@pytest.mark.parametrize(
    ("purpose", "is_withheld"), [("marketing", True), ("service", True), ("utility", False)]
)
def test_an_intent_is_archived_by_what_it_was_for(purpose, is_withheld):
    (told,) = lines_of(DAYS, new=intent(purpose=purpose))
    assert told["kind"] == "intent"
    assert ("withheld" in told, "content" in told) == (is_withheld, not is_withheld)


def test_the_outcome_is_archived_also_when_it_takes_the_content_away():
    old = intent(send_state="sending")
    new = intent(send_state="accepted", sealed_wamid=b"wamid", withheld="metadata")
    del new["sealed_intent"]
    (told,) = lines_of(METADATA, old=old, new=new)
    assert (told["kind"], told["status"]) == ("outcome", "accepted")
    assert told["content"]["field"] == "wamid"
