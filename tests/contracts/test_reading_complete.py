"""Nothing stored stays hidden, and no list costs or answers more than it may."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.conversations import read_cursor, read_page
from functions.core.conversations.read_errors import BadCursorError
from functions.core.conversations.read_recent import Recent
from functions.core.conversations.reading import Reading
from functions.core.sending.model import WindowRule
from tests.fakes import build
from tests.fakes.reading import MemoryBlobSource, MemoryListing
from tests.fakes.records import MemoryRecords
from tests.fakes.sending import MemorySending

T = 1_790_000_000
PEOPLE = ("15550100011", "15550100022", "15550100033")
ACCOUNTS = ("US.1", "US.2")


class World:
    def __init__(self):
        self.records = MemoryRecords()
        self.listing = MemoryListing(self.records)
        self.folding = build.conversations(self.records)
        directory = build.directory(self.records)
        rule = WindowRule(1, 1, 1)
        self.reading = Reading(
            records=self.records,
            listing=self.listing,
            directory=directory,
            blobs=MemoryBlobSource(build.MemoryBlobs()),
            pseudonyms=build.PSEUDONYMS,
            recent=Recent(
                records=self.records,
                listing=self.listing,
                directory=directory,
                rule=rule,
                answered=MemorySending(self.records).answered,
                now_ms=lambda: T * 1000,
            ),
        )

    def told(self, *changes):
        self.folding.fold(build.body(build.webhook(*changes)))

    def stored(self):
        ids = (key.pk.removeprefix("MESSAGE#") for key in self.records.items if key.sk == "MESSAGE")
        return sorted(ids)

    def listed(self, limit):
        found = []
        for conversation in every(self.reading.conversations, limit):
            found += every(self.reading.messages, limit, conversation["id"])
        return found


def every(read, limit, *of):
    items, cursor = [], None
    while True:
        page = read(*of, cursor=cursor, limit=limit)
        assert len(page.items) <= limit
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            return items


@st.composite
def changes(draw):
    """Few people who share, leave and swap numbers and accounts within few seconds."""
    number, at = draw(st.sampled_from(PEOPLE)), T + draw(st.integers(0, 9))
    name = f"wamid.{draw(st.integers(0, 99))}"
    kind = draw(st.sampled_from(["number", "account", "both", "moved", "echo", "status"]))
    account = {"from_user_id": draw(st.sampled_from(ACCOUNTS))}
    if kind == "status":
        return build.change(statuses=[build.status(name, "read", recipient=number, at=at)])
    if kind == "echo":
        message = build.text_message(name, sender="15550100001", at=at, to=number)
        return build.change("smb_message_echoes", message_echoes=[message])
    if kind == "moved":
        system = {"type": "user_changed_number", "wa_id": draw(st.sampled_from(PEOPLE))}
        message = {"from": number, "id": name, "timestamp": str(at), "type": "system"}
        return build.change(messages=[{**message, "system": system}])
    sender = None if kind == "account" else number
    extra = {} if kind == "number" else account
    return build.change(messages=[build.text_message(name, sender=sender, at=at, **extra)])


@given(st.lists(changes(), min_size=1, max_size=12), st.sampled_from([1, 2, 100]))
def test_every_stored_message_is_in_exactly_one_listed_conversation(told, limit):
    world = World()
    world.told(*told)

    found = world.listed(limit)

    assert sorted(message["id"] for message in found) == world.stored()
    for message in found:
        assert world.reading.message(message["id"]) == message


def test_a_page_reads_what_it_shows_and_not_the_whole_conversation():
    world = World()
    messages = [build.text_message(f"wamid.{i}", sender=PEOPLE[0], at=T + i) for i in range(300)]
    world.told(build.change(messages=messages))
    (conversation,) = world.reading.conversations(limit=1).items
    world.listing.reads = 0

    world.reading.messages(conversation["id"], limit=20)

    assert world.listing.reads <= 2


def test_a_page_without_anything_to_show_ends_before_the_table_does():
    world = World()
    world.told(
        *(
            build.change(
                messages=[build.text_message(f"wamid.{i}", sender=f"1555{i:07d}", at=T + i)]
            )
            for i in range(600)
        )
    )

    page = world.reading.conversations(phone_number_id="1", limit=1)

    assert page.items == []
    assert page.next_cursor is not None
    again = world.reading.conversations(phone_number_id="1", cursor=page.next_cursor, limit=1)
    assert (again.items, again.next_cursor) == ([], None)


def test_large_messages_make_short_pages(monkeypatch):
    monkeypatch.setattr(read_page, "_MOST_BYTES", 10_000)
    world = World()
    messages = [
        build.text_message(f"wamid.{i}", sender=PEOPLE[0], at=T + i, text={"body": "x" * 4000})
        for i in range(5)
    ]
    world.told(build.change(messages=messages))
    (conversation,) = world.reading.conversations(limit=1).items

    page = world.reading.messages(conversation["id"], limit=100)

    assert len(page.items) == 2
    assert len(every(world.reading.messages, 100, conversation["id"])) == 5
    assert len(json.dumps(page.items)) < 10_000


def test_a_message_larger_than_any_answer_is_shown_without_its_content(monkeypatch):
    monkeypatch.setattr(read_page, "_MOST_BYTES", 2_000)
    world = World()
    message = build.text_message("wamid.1", sender=PEOPLE[0], at=T, text={"body": "x" * 4000})
    world.told(build.change(messages=[message]))
    (conversation,) = world.reading.conversations(limit=1).items

    (shown,) = world.reading.messages(conversation["id"], limit=1).items

    assert shown["content"] == {}
    assert shown["omitted_bytes"] > 4000
    assert world.reading.message(shown["id"]) == shown


def test_a_message_erased_while_its_page_is_read_is_left_out():
    world = World()
    world.told(
        build.change(
            messages=[
                build.text_message(f"wamid.{i}", sender=PEOPLE[0], at=T + i) for i in range(3)
            ]
        )
    )
    (conversation,) = world.reading.conversations(limit=1).items
    load = world.records.load
    gone = next(key for key in world.records.items if key.sk == "MESSAGE")
    world.reading._records = Erased(load, gone)

    found = every(world.reading.messages, 1, conversation["id"])

    assert len(found) == 2


class Erased:
    def __init__(self, load, gone):
        self._load, self._gone = load, gone

    def load(self, keys, *, consistent=False):
        found = self._load(keys, consistent=consistent)
        return {key: item for key, item in found.items() if key != self._gone}


@given(st.text(max_size=700))
def test_nonsense_is_no_cursor(text):
    with pytest.raises(BadCursorError):
        read_cursor.decode("messages 1.n", text)


@given(st.binary(max_size=100))
def test_other_json_is_no_cursor(data):

    with pytest.raises(BadCursorError):
        read_cursor.decode("list", urlsafe_b64encode(data).decode().rstrip("="))


@pytest.mark.parametrize(
    "fields",
    [
        [],
        {},
        {"p": "1"},
        {"p": "0000000000000#a", "s": -1},
        {"p": "0000000000000#a", "s": True},
        {"p": "0000000000000#a\n", "s": 0},
        {"p": 5, "s": 0},
    ],
)
def test_tampered_fields_are_no_cursor(fields):

    good = read_cursor.encode("list", "0000000000000#a")
    assert read_cursor.decode("list", good) == ("0000000000000#a", 0)
    mark = json.loads(urlsafe_b64decode(good + "=" * (-len(good) % 4)))["l"]
    told = {"l": mark, **fields} if isinstance(fields, dict) else fields
    cursor = urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")

    with pytest.raises(BadCursorError):
        read_cursor.decode("list", cursor)
