"""What an export holds: everything of the person, nothing of anybody else."""

import json

import pytest

from tests.fakes import build
from tests.fakes.exports import Office
from tests.fakes.story import (
    ADA,
    BOB,
    OTHER,
    OURS,
    contact_id,
    edit,
    medium,
    message_id,
    node,
    png,
    revoke,
    say,
    send,
    status,
)


@pytest.fixture
def office():
    return Office()


def exported(office, key="key-1", **asked):
    office.archive()
    export = office.run(office.ask(key, **asked))
    return json.loads(office.fetched(export, "export.json"))


def entries(document):
    return [entry for entry in document["entries"] if entry["entry"] == "message"]


def words(document):
    return [entry["message"]["content"].get("text", {}).get("body") for entry in entries(document)]


def test_a_conversation_comes_out_as_the_api_shows_it_with_the_records_it_rests_on(office):
    say(office, "wamid.1", text="Hello")
    document = exported(office, contact_id=None, from_ms=0)
    (entry,) = entries(document)
    view, (record,) = entry["message"], entry["records"]
    assert view["content"] == {"text": {"body": "Hello"}}
    assert (view["direction"], view["type"], view["status"]) == ("inbound", "text", "received")
    assert (view["id"], view["wamid"]) == (message_id("wamid.1"), "wamid.1")
    assert entry["who"] == "Ada Örnek"
    assert record["content"]["raw"]["update"]["text"] == {"body": "Hello"}
    assert record["content"]["raw"]["contact"]["wa_id"] == ADA
    assert len(record["webhook_sha256"]) == len(record["content_sha256"]) == 64
    assert "sealed" not in json.dumps(document)


def test_an_export_says_what_it_is_and_why_it_was_made(office):
    say(office, "wamid.1", text="Hello")
    document = exported(office, contact_id=contact_id(office), reason="A complaint")
    about = document["export"]
    assert (about["reason"], about["contact_id"]) == ("A complaint", contact_id(office))
    assert about["people"] == [
        {"alias": f"+{ADA}", "kind": "phone number", "name": "Ada Örnek", "until": None}
    ]
    assert document["counts"] == {"messages": 1}
    assert document["completeness"] == {
        "complete": True,
        "segments": 1,
        "records_read": 1,
        "records_exported": 1,
        "contents_destroyed": 0,
        "contents_unreadable": 0,
        "gaps": 0,
        "findings": [],
    }


def test_only_the_person_asked_for_is_exported_and_nobody_elses_content_is_opened(office):
    say(office, "wamid.1", text="from Ada")
    say(office, "wamid.2", sender=BOB, text="from Bob")
    office.archive()
    export = office.ask(contact_id=contact_id(office))
    bobs = f"{node(office, BOB)}~0"
    del office.keys.keys[bobs]
    office.ring._held.clear()
    office.run(export)
    document = json.loads(office.fetched(office.store.load(export.id), "export.json"))
    assert words(document) == ["from Ada"]
    assert document["completeness"]["records_read"] == 2
    assert document["completeness"]["records_exported"] == 1
    assert document["completeness"]["complete"]


def test_everybody_is_exported_by_time_alone_in_sections_of_their_own(office):
    begin = office.clock.now
    say(office, "wamid.1", text="one")
    say(office, "wamid.2", sender=BOB, text="two")
    middle = office.clock.now
    say(office, "wamid.3", text="three")
    assert sorted(words(exported(office, "a", from_ms=begin))) == ["one", "three", "two"]
    assert words(exported(office, "b", from_ms=middle)) == ["three"]
    assert sorted(words(exported(office, "c", to_ms=middle))) == ["one", "two"]
    document = exported(office, "d", from_ms=begin, to_ms=begin + 1)
    assert words(document) == ["one"]
    assert entries(document)[0]["message"]["contact_id"] is None
    assert entries(document)[0]["thread"] == f"{build.NUMBER}#{node(office)}"


def test_a_late_status_belongs_to_its_message_wherever_the_range_ends(office):
    say(office, "wamid.1", text="before")
    send(office, {"type": "text", "text": {"body": "Hi"}}, send_state="accepted", wamid="w")
    end = office.clock.now
    office.clock.now += 20 * 86_400_000
    status(office, "read")
    inside = exported(office, "a", contact_id=contact_id(office), to_ms=end)
    assert [e["message"]["status"] for e in entries(inside)] == ["received", "read"]
    outside = exported(office, "b", contact_id=contact_id(office), from_ms=end)
    assert entries(outside) == [], "the status alone is no message of that time"


def test_a_conversation_is_one_number_of_ours_with_the_person(office):
    say(office, "wamid.1", text="to the first")
    other = build.change(
        number="106540000000009",
        messages=[build.text_message("wamid.2", sender=ADA, at=office.clock.now // 1000)],
    )
    office.told(other)
    conversation = f"106540000000009.{contact_id(office)}"
    document = exported(office, conversation_id=conversation)
    assert words(document) == ["text of wamid.2"]
    assert words(exported(office, "all", contact_id=contact_id(office))) == [
        "to the first",
        "text of wamid.2",
    ]


def test_the_next_owner_of_a_number_is_somebody_else(office):
    old = contact_id_after(office, "the first owner's")
    change = {
        "from": ADA,
        "id": "wamid.c",
        "timestamp": str(office.clock.now // 1000),
        "type": "system",
        "system": {
            "body": "Ada changed her number",
            "type": "user_changed_number",
            "wa_id": "15550100099",
        },
    }
    office.told(build.change(messages=[change]))
    office.clock.now += 86_400_000
    say(office, "wamid.9", text="the second owner's")
    document = exported(office, contact_id=old)
    assert "the first owner's" in words(document)
    assert "the second owner's" not in words(document)
    until = {person["alias"]: person["until"] for person in document["export"]["people"]}
    assert until[f"+{ADA}"] is not None
    assert until["+15550100099"] is None


def contact_id_after(office, text):
    say(office, "wamid.1", text=text)
    return contact_id(office)


def test_edits_and_revocations_are_entries_and_the_message_stays_what_it_was(office):
    say(office, "wamid.1", text="first words")
    edit(office, "wamid.2", of="wamid.1", text="other words")
    revoke(office, "wamid.3", of="wamid.1")
    found = entries(exported(office, contact_id=contact_id(office)))
    assert [entry["message"]["type"] for entry in found] == ["text", "edit", "revoke"]
    assert [entry["records"][0]["kind"] for entry in found] == ["message", "edit", "revoke"]


def test_what_the_business_sent_is_told_with_its_address_outcome_and_statuses(office):
    say(office, "wamid.1", text="Hello")
    text = {"type": "text", "text": {"body": "Dear Ada"}}
    send(office, text, send_state="accepted", wamid="wamid.out", accepted_ms=office.clock.now)
    for state in ("sent", "delivered", "read"):
        status(office, state)
    _, sent = entries(exported(office, contact_id=contact_id(office)))
    view = sent["message"]
    assert (view["id"], view["wamid"], view["status"]) == (OURS, "wamid.out", "read")
    assert view["content"] == {"text": {"body": "Dear Ada"}}
    assert [step["status"] for step in view["statuses"]] == ["sent", "delivered", "read"]
    kinds = [record["kind"] for record in sent["records"]]
    assert kinds == ["intent", "outcome", "status", "status", "status"]
    assert sent["records"][0]["content"]["address"] == {"to": f"+{ADA}"}


@pytest.mark.parametrize(
    ("outcome", "status_of", "errors", "reasons"),
    [
        ({"send_state": "failed", "error": {"code": 131026}}, "failed", [{"code": 131026}], []),
        (
            {"send_state": "refused", "reasons": [{"code": "outside_window", "detail": "x"}]},
            "refused",
            [],
            ["outside_window"],
        ),
        ({"send_state": "unconfirmed"}, "unconfirmed", [], []),
        ({}, "queued", [], []),
    ],
)
def test_what_was_never_delivered_says_why(office, outcome, status_of, errors, reasons):
    say(office, "wamid.1", text="Hello")
    send(office, {"type": "text", "text": {"body": "Hi"}}, **outcome)
    view = entries(exported(office, contact_id=contact_id(office)))[1]["message"]
    assert view["status"] == status_of
    assert view["errors"] == errors
    assert [reason["code"] for reason in view["reasons"]] == reasons


def test_an_error_of_an_earlier_try_is_no_error_of_what_was_accepted(office):
    say(office, "wamid.1", text="Hello")
    send(office, {"type": "text", "text": {"body": "Hi"}}, error={"code": 130429})
    send(office, {"type": "text", "text": {"body": "Hi"}}, send_state="accepted", wamid="w")
    view = entries(exported(office, contact_id=contact_id(office)))[1]["message"]
    assert (view["status"], view["errors"]) == ("accepted", [])


def test_media_are_told_with_what_identifies_them(office):
    say(office, "wamid.1", type="image", image={"id": "9001", "caption": "Look"})
    medium(office, "f_1", wamid="wamid.1", data=png(), mime="image/png", filename="a.png")
    document = exported(office, contact_id=contact_id(office))
    (told,) = entries(document)[0]["media"]
    assert {name: told[name] for name in ("id", "state", "mime", "bytes", "filename")} == {
        "id": "f_1",
        "state": "stored",
        "mime": "image/png",
        "bytes": len(png()),
        "filename": "a.png",
    }
    assert len(told["sha256"]) == 64
    assert not {"key", "object"} & told.keys()
    assert document["counts"]["media"] == 1


def test_an_update_too_large_for_a_table_is_exported_whole(office):
    say(office, "wamid.1", text="x" * 100_000)
    assert words(exported(office, contact_id=contact_id(office))) == ["x" * 100_000]


def test_account_updates_and_what_only_its_key_is_known_of_are_exported_by_time(office):
    office.told(build.change("account_update", event="VERIFIED_ACCOUNT"))
    office.stream.tell(None, {"pk": "NOVELTY#1", "sk": "X", "text": "canary"})
    document = exported(office, from_ms=0)
    assert [entry["entry"] for entry in document["entries"]] == ["account", "other"]
    account, unknown = document["entries"]
    assert "VERIFIED_ACCOUNT" in json.dumps(account["records"])
    assert unknown["records"][0]["record"] == "NOVELTY#1|X"
    assert "canary" not in json.dumps(document)


def test_what_was_deleted_from_the_working_store_is_still_here_and_says_so(office):
    say(office, "wamid.1", text="Hello")
    office.stream.remove(next(key for key in office.table.items if key.pk.startswith("MESSAGE#")))
    (entry,) = entries(exported(office, contact_id=contact_id(office)))
    assert entry["message"]["content"] == {"text": {"body": "Hello"}}
    assert entry["deleted_at"] is not None


def test_a_masked_card_is_counted(office):
    body = {"body": "Card 411111******1111", "amana_masked": 1}
    told = {"from": ADA, "id": "wamid.1", "timestamp": str(office.clock.now // 1000)}
    office.told(build.change(messages=[{**told, "type": "text", "text": body}]))
    (entry,) = entries(exported(office, contact_id=contact_id(office)))
    assert entry["message"]["masked_card_numbers"] == 1


def test_what_a_card_number_was_removed_from_later_is_kept_back_as_it_was_before(office):
    say(office, "wamid.1", text="4111 1111 1111 1111")
    key = next(key for key in office.table.items if key.pk.startswith("MESSAGE#"))
    ((fact_id, fact),) = office.records.load([key])[key]["facts"].items()
    raw = fact["raw"].replace("4111 1111 1111 1111", "411111******1111")
    office.put(key, facts={fact_id: {**fact, "raw": raw, "masked": 1}})
    document = exported(office, contact_id=contact_id(office))
    assert "4111 1111" not in json.dumps(document)
    assert words(document) == ["411111******1111"]
    before, after = entries(document)[0]["records"]
    assert (before["kind"], after["kind"]) == ("message", "masked")
    assert before["not_readable"] == {"raw": {"why": "masked"}}
    assert document["completeness"]["complete"]


def test_statuses_of_a_groups_members_stand_with_the_message(office):
    group = "120363000000000001"
    at = str(office.clock.now // 1000)
    message = {"from": ADA, "group_id": group, "id": "wamid.g", "timestamp": at}
    office.told(build.change(messages=[{**message, "type": "text", "text": {"body": "Hi all"}}]))
    document = exported(office, from_ms=0)
    assert words(document) == ["Hi all"]
    assert entries(document)[0]["message"]["author"] == {"from": ADA}


def test_another_clients_intent_with_a_name_like_ours_stands_alone(office):
    say(office, "wamid.1", text="Hello")
    send(office, {"type": "text", "text": {"body": "one"}}, name=OURS)
    send(office, {"type": "text", "text": {"body": "two"}}, name=OTHER)
    assert words(exported(office, contact_id=contact_id(office))) == ["Hello", "one", "two"]
