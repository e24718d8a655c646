"""Reading over the in-memory fake and over DynamoDB and S3 (moto): the same answers."""

from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.core.content.records import SealedRecords
from functions.core.conversations.blobs import S3Blobs
from functions.core.conversations.read_dynamodb import DynamoListing, S3BlobSource
from functions.core.conversations.read_errors import BadCursorError, NotFoundError
from functions.core.conversations.read_recent import Recent
from functions.core.conversations.reading import Reading
from functions.core.conversations.service import ConversationsService
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import Key, Write
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.model import WindowRule
from tests.fakes import build, tables
from tests.fakes.audit import table_writer
from tests.fakes.keys import sealing
from tests.fakes.reading import MemoryBlobSource, MemoryListing
from tests.fakes.records import MemoryRecords
from tests.fakes.sending import MemorySending

T = 1_790_000_000  # seconds, as Meta writes times
ADA, BEN = "15550100011", "15550100022"
RULE = WindowRule(86_400_000, 259_200_000, 86_400_000)
BUCKET = "media"


@dataclass
class World:
    reading: Reading
    folding: ConversationsService
    now: list[int]
    records: Any

    def told(self, *changes: dict[str, Any], **more: Any) -> None:
        self.folding.fold(build.body(build.webhook(*changes, **more)))


def make_world(records: Any, sending: Any, listing: Any, blobs: Any, source: Any) -> World:
    now = [T * 1000]
    directory = build.directory(records)
    recent = Recent(
        records=records,
        listing=listing,
        directory=directory,
        rule=RULE,
        answered=sending.answered,
        now_ms=lambda: now[0],
    )
    return World(
        Reading(
            records=records,
            listing=listing,
            directory=directory,
            blobs=source,
            recent=recent,
            pseudonyms=build.PSEUDONYMS,
        ),
        ConversationsService(
            records=records,
            directory=directory,
            pseudonyms=build.PSEUDONYMS,
            blobs=blobs,
            entry_point_hours=72,
        ),
        now,
        records,
    )


def memory_world() -> World:
    records, blobs = MemoryRecords(), build.MemoryBlobs()
    return make_world(
        records, MemorySending(records), MemoryListing(records), blobs, MemoryBlobSource(blobs)
    )


@pytest.fixture(params=["memory", "aws"])
def world(request):
    if request.param == "memory":
        yield memory_world()
        return
    with mock_aws():
        dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
        tables.create(dynamodb)
        s3.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        seal = sealing()
        yield make_world(
            SealedRecords(DynamoRecords(dynamodb, "conversations"), seal),
            DynamoSending(dynamodb, "conversations", seal, table_writer(dynamodb)),
            DynamoListing(dynamodb, "conversations", seal),
            S3Blobs(s3, BUCKET, seal.ring),
            S3BlobSource(s3, BUCKET, seal.ring),
        )


def text(number, name, at, **extra):
    return build.change(
        messages=[build.text_message(f"wamid.{name}", sender=number, at=at, **extra)]
    )


def echo(number, name, at):
    message = build.text_message(f"wamid.{name}", sender="15550100001", at=at, to=number)
    return build.change("smb_message_echoes", message_echoes=[message])


def paged(read, *, limit):
    """Every page until the end."""
    pages, cursor = [], None
    while True:
        page = read(cursor=cursor, limit=limit)
        pages.append(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return pages
        assert len(pages) < 100


def listed(world, **filters):
    return world.reading.conversations(limit=100, **filters).items


def said_in(world, conversation_id, *, limit=100):
    def read(**page):
        return world.reading.messages(conversation_id, **page)

    return [m["wamid"].removeprefix("wamid.") for p in paged(read, limit=limit) for m in p]


def test_a_file_beside_the_messages_is_no_message(world):
    """It stands on the timeline so that retention finds it with them."""
    world.told(text(ADA, "1", T), text(ADA, "2", T + 60))
    (conversation,) = listed(world)
    number, _, contact_id = conversation["id"].rpartition(".")
    at = {"thread": f"{number}#{contact_id.partition('~')[0]}", "at": f"{(T + 30) * 1000}#f_1"}
    world.records.write(Write(Key("MEDIA#f_1", "MEDIA"), {**at, "digest": "d"}, None))

    assert said_in(world, conversation["id"]) == ["2", "1"]
    assert said_in(world, conversation["id"], limit=1) == ["2", "1"]


def test_a_conversation_shows_both_directions_newest_first(world):
    world.told(text(ADA, "1", T), echo(ADA, "2", T + 60))
    world.told(build.change(statuses=[build.status("wamid.2", "read", recipient=ADA, at=T + 90)]))

    (conversation,) = listed(world)
    newest, oldest = world.reading.messages(conversation["id"], limit=10).items

    assert (newest["direction"], newest["status"]) == ("outbound", "read")
    assert [s["status"] for s in newest["statuses"]] == ["read"]
    assert (oldest["direction"], oldest["content"]) == (
        "inbound",
        {"text": {"body": "text of wamid.1"}},
    )
    assert newest["conversation_id"] == oldest["conversation_id"] == conversation["id"]


def test_the_list_says_who_when_and_whether_the_window_is_open(world):
    contact = {"profile": {"name": "Ada", "username": "@ada"}, "wa_id": ADA}
    message = build.text_message("wamid.1", sender=ADA, at=T)
    world.told(build.change(contacts=[contact], messages=[message]))
    world.now[0] = (T + 86_399) * 1000

    (conversation,) = listed(world)

    contact_id = conversation["contact"]["contact_id"]
    assert conversation == {
        "id": f"{build.NUMBER}.{contact_id}",
        "phone_number_id": build.NUMBER,
        "contact": {
            "contact_id": contact_id,
            "aliases": [{"kind": "phone", "value": ADA}, {"kind": "wa_id", "value": ADA}],
            "name": "Ada",
            "username": "@ada",
        },
        "last_activity": "2026-09-21T14:13:20.000Z",
        "window": {"open": True, "expires_at": "2026-09-22T14:13:20.000Z"},
    }
    world.now[0] += 1000
    assert not listed(world)[0]["window"]["open"]


def test_an_answered_entry_point_keeps_the_window_open_for_three_days(world):
    world.told(text(ADA, "1", T, referral={"source_type": "ad", "ctwa_clid": "c"}))
    world.now[0] = (T + 100_000) * 1000
    assert listed(world)[0]["window"] == {"open": False, "expires_at": "2026-09-22T14:13:20.000Z"}

    world.told(echo(ADA, "2", T + 60))

    assert listed(world)[0]["window"] == {"open": True, "expires_at": "2026-09-24T14:13:20.000Z"}


def test_who_never_wrote_has_no_window(world):
    world.told(echo(ADA, "1", T))

    assert listed(world)[0]["window"] == {"open": False, "expires_at": None}


@pytest.mark.parametrize(("count", "limit"), [(7, 1), (7, 3), (60, 100)])
def test_pages_hold_every_message_once(world, count, limit):
    world.told(*(text(ADA, f"{i:02}", T + i // 2) for i in range(count)))

    (conversation,) = listed(world)

    found = said_in(world, conversation["id"], limit=limit)
    assert sorted(found) == [f"{i:02}" for i in range(count)]


@pytest.mark.parametrize("limit", [1, 100])
def test_pages_hold_every_conversation_once_most_recent_first(world, limit):
    people = [f"1555020{i:04d}" for i in range(12)]
    world.told(*(text(number, f"{i}", T + i) for i, number in enumerate(people)))

    pages = paged(world.reading.conversations, limit=limit)

    assert max(map(len, pages)) <= limit
    told = [c["contact"]["aliases"][0]["value"] for page in pages for c in page]
    assert told == people[::-1]


def test_conversations_of_one_number_only(world):
    other = build.change(
        number="106540000000002", messages=[build.text_message("wamid.2", sender=ADA, at=T + 1)]
    )
    world.told(text(ADA, "1", T), other)

    assert len(listed(world)) == 2
    assert [c["phone_number_id"] for c in listed(world, phone_number_id=build.NUMBER)] == [
        build.NUMBER
    ]
    assert listed(world, phone_number_id="1") == []


def test_threads_of_one_person_become_one_conversation_when_the_link_is_learnt(world):
    world.told(text(ADA, "1", T))
    known_as_before = listed(world)[0]["id"]
    world.told(build.change(messages=[bsuid_only("2", T + 10)]))
    assert len(listed(world)) == 2
    world.told(text(ADA, "3", T + 20, from_user_id="US.1"))

    (conversation,) = listed(world)

    assert said_in(world, conversation["id"]) == ["3", "2", "1"]
    assert said_in(world, known_as_before) == ["3", "2", "1"]
    kinds = {alias["kind"] for alias in conversation["contact"]["aliases"]}
    assert kinds == {"phone", "bsuid"}


def bsuid_only(name, at):
    return {**build.text_message(f"wamid.{name}", at=at), "from_user_id": "US.1"}


def test_a_recycled_number_is_two_conversations(world):
    world.told(text(ADA, "1", T))
    system = {"type": "user_changed_number", "wa_id": BEN, "body": "changed"}
    moved = {"from": ADA, "id": "wamid.2", "timestamp": str(T + 10), "type": "system"}
    world.told(build.change(messages=[{**moved, "system": system}]))
    world.told(text(BEN, "3", T + 20), text(ADA, "4", T + 30))

    newcomer, mover = listed(world)

    assert said_in(world, newcomer["id"]) == ["4"]
    assert said_in(world, mover["id"]) == ["3", "2", "1"]
    assert {alias["value"] for alias in mover["contact"]["aliases"]} == {BEN}


def test_a_former_owner_without_other_alias_is_still_listed(world):
    world.told(text(ADA, "1", T, from_user_id="US.1"))
    world.told(text(ADA, "2", T + 10, from_user_id="US.2"))

    conversations = listed(world)

    assert sorted(said_in(world, c["id"]) for c in conversations) == [["1"], ["2"]]


def test_one_message_by_its_id(world):
    world.told(text(ADA, "1", T))
    (conversation,) = listed(world)
    (message,) = world.reading.messages(conversation["id"], limit=1).items

    assert world.reading.message(message["id"]) == message


def test_an_update_too_large_for_the_table_is_shown_whole(world):
    message = build.text_message("wamid.1", sender=ADA, at=T, text={"body": "ü" * 100_000})
    world.told(build.change(messages=[message]))
    (conversation,) = listed(world)

    (shown,) = world.reading.messages(conversation["id"], limit=1).items

    assert shown["content"]["text"]["body"] == "ü" * 100_000
    assert world.reading.message(shown["id"]) == shown


def test_statuses_of_a_groups_members_stand_with_the_message(world):
    member = {"recipient_type": "group", "recipient_participant_id": ADA}
    other = {"recipient_type": "group", "recipient_participant_id": BEN}
    world.told(
        build.change(
            statuses=[
                build.status("wamid.1", "delivered", recipient="group-1", at=T, **member),
                build.status("wamid.1", "read", recipient="group-1", at=T + 1, **other),
            ]
        )
    )

    (conversation,) = listed(world)
    (message,) = world.reading.messages(conversation["id"], limit=1).items

    told = [(s["status"], s["recipient_participant_id"]) for s in message["statuses"]]
    assert told == [("delivered", ADA), ("read", BEN)]
    assert message["status"] == "read"


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_account_updates_latest_first_unknown_ones_too(world, limit):
    for i in range(5):
        world.told({"field": f"field_{i}", "value": {"event": str(i)}}, time=T + i)
    world.told({"field": "elsewhere", "value": {}}, waba="102290000000002", time=T)

    def read(**page):
        return world.reading.account_updates(build.WABA, **page)

    updates = [update for page in paged(read, limit=limit) for update in page]
    assert [u["field"] for u in updates] == [f"field_{i}" for i in (4, 3, 2, 1, 0)]
    assert updates[0]["content"] == {"event": "4"}
    assert len({u["id"] for u in updates}) == 5
    assert world.reading.account_updates("1", limit=1).items == []


@pytest.mark.parametrize(
    "conversation_id",
    ["", ".", "106540000000001", "106540000000001.", "106540000000001.nnobody", "1.n~x", "1.n~9"],
)
def test_unknown_conversations_are_not_found(world, conversation_id):
    with pytest.raises(NotFoundError):
        world.reading.messages(conversation_id, limit=1)


def test_a_known_person_on_another_number_is_no_conversation(world):
    world.told(text(ADA, "1", T))
    contact_id = listed(world)[0]["contact"]["contact_id"]

    with pytest.raises(NotFoundError):
        world.reading.messages(f"1.{contact_id}", limit=1)


def test_unknown_messages_are_not_found(world):
    with pytest.raises(NotFoundError):
        world.reading.message("w_nothing")


def test_a_cursor_is_good_for_its_own_list_only(world):
    world.told(text(ADA, "1", T), text(ADA, "2", T), text(BEN, "3", T))
    ada, ben = sorted(listed(world), key=lambda c: c["contact"]["aliases"][0]["value"])
    cursor = world.reading.messages(ada["id"], limit=1).next_cursor

    with pytest.raises(BadCursorError):
        world.reading.messages(ben["id"], cursor=cursor, limit=1)
    with pytest.raises(BadCursorError):
        world.reading.account_updates(build.WABA, cursor=cursor, limit=1)
    with pytest.raises(BadCursorError):
        world.reading.conversations(cursor=cursor, limit=1)


def test_media_are_named_by_ids_under_which_they_can_be_had(world):
    image = {"type": "image", "image": {"id": "1003383421387256", "mime_type": "image/jpeg"}}
    message = {**build.text_message("wamid.1", sender=ADA, at=T), **image}
    del message["text"]
    world.told(build.change(messages=[message]))
    (conversation,) = listed(world)
    (shown,) = world.reading.messages(conversation["id"], limit=10).items
    (medium,) = shown["media"]
    assert medium["kind"] == "image"
    assert medium["id"].startswith("f_")
    assert world.reading.message(shown["id"])["media"] == [medium]
