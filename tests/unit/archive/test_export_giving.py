"""Asking once, fetching once: idempotency, tickets, ranges, time."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from functions.core.archive.exports import policy
from functions.core.archive.exports.asked import Asked
from functions.core.archive.exports.errors import (
    ExportConflictError,
    RangeError,
    UnknownExportError,
    UnknownPersonError,
)
from functions.core.archive.exports.model import State
from functions.core.content.errors import NoEpochError
from functions.core.content.tickets import TicketRefusedError
from tests.fakes import build
from tests.fakes.exports import Office
from tests.fakes.story import BOB, contact_id, say

HOUR = policy.HOUR_MS
ME = "auditor"


@pytest.fixture
def office():
    office = Office()
    say(office, "wamid.1", text="Hello")
    office.archive()
    return office


@pytest.fixture
def ready(office):
    return office.run(office.ask(contact_id=contact_id(office)))


def ticket(office, export, name="export.json", client=ME):
    shown = office.giving.show(export.id, client_id=client)
    return next(file["ticket"] for file in shown["files"] if file["name"] == name)


def read(office, export, given, start=0, end=None, name="export.json", client=ME):
    return office.giving.read(export.id, name, client_id=client, ticket=given, start=start, end=end)


def test_an_export_that_is_asked_for_runs(office):
    export = office.ask(contact_id=contact_id(office))
    assert office.machine.started == [export.id]
    assert export.id.startswith("e_")
    shown = office.giving.show(export.id, client_id=ME)
    assert (shown["status"], shown["files"], shown["completeness"]) == ("running", [], None)


def test_the_same_request_again_is_the_same_export_and_starts_what_may_not_have_started(office):
    first = office.ask(contact_id=contact_id(office))
    office.clock.now += 1000
    again = office.ask(contact_id=contact_id(office))
    assert again == first
    assert office.machine.started == [first.id, first.id]
    office.run(first)
    office.ask(contact_id=contact_id(office))
    assert len(office.machine.started) == 2, "what is done is not started again"


def test_another_body_under_the_same_key_is_refused(office):
    office.ask(contact_id=contact_id(office))
    for other in ({"reason": "another"}, {"from_ms": 5}):
        with pytest.raises(ExportConflictError):
            office.ask(**{"contact_id": contact_id(office), **other})
    assert len(office.store.exports) == 1


def test_another_client_with_the_same_key_has_an_export_of_its_own(office):
    asked = Asked("x", contact_id=contact_id(office))
    ids = {
        office.asking.ask(asked, client_id=client, idempotency_key="k").id for client in ("a", "b")
    }
    assert len(ids) == 2


@pytest.mark.parametrize(
    "asked",
    [
        {"contact_id": "nunknown~1"},
        {"contact_id": "canary"},
        {"conversation_id": f"{build.NUMBER}.nunknown~1"},
        {"conversation_id": "canary"},
    ],
)
def test_nobody_and_nothing_is_exported_of_whom_nobody_knows(office, asked):
    with pytest.raises(UnknownPersonError) as refused:
        office.ask(**asked)
    assert "canary" not in str(refused.value)
    assert office.store.exports == {}
    assert office.machine.started == []


def test_a_conversation_that_never_was_is_unknown(office):
    with pytest.raises(UnknownPersonError):
        office.ask(conversation_id=f"106540000000009.{contact_id(office)}")
    assert office.ask(conversation_id=f"{build.NUMBER}.{contact_id(office)}")


def test_without_an_epoch_nothing_is_stored_in_clear(office):
    office.keys.current = None
    office.ring._current = None
    with pytest.raises(NoEpochError):
        office.ask(contact_id=contact_id(office))
    assert office.store.exports == {}


def test_files_are_shown_with_size_hash_and_a_ticket_each(office, ready):
    shown = office.giving.show(ready.id, client_id=ME)
    assert shown["status"] == "ready"
    assert shown["counts"] == {"messages": 1}
    document, page = shown["files"]
    assert (document["name"], document["media_type"]) == ("export.json", "application/json")
    assert (page["name"], page["media_type"]) == ("transcript.html", "text/html; charset=utf-8")
    assert document["ticket"] != page["ticket"]
    assert len(document["sha256"]) == 64
    data = read(office, ready, document["ticket"]).data
    assert len(data) == document["size"]


def test_a_file_is_given_once(office, ready):
    first = ticket(office, ready)
    second = ticket(office, ready)
    whole = read(office, ready, first)
    assert (whole.start, whole.end) == (0, whole.size - 1)
    for used in (first, second):
        with pytest.raises(TicketRefusedError):
            read(office, ready, used)
    shown = office.giving.show(ready.id, client_id=ME)
    assert shown["files"][0]["ticket"] is None
    assert shown["files"][0]["fetched_bytes"] == shown["files"][0]["size"]
    assert shown["files"][1]["ticket"] is not None


def test_ranges_are_given_in_order_each_once_and_may_go_on_with_a_new_ticket(office, ready):
    given = ticket(office, ready)
    size = read(office, ready, given, 0, 9).size
    with pytest.raises(TicketRefusedError):
        read(office, ready, given, 0, 9)
    other = ticket(office, ready)
    with pytest.raises(TicketRefusedError):
        read(office, ready, other, 5, 20)
    parts = [read(office, ready, other, at, min(at + 99, size - 1)) for at in range(10, size, 100)]
    assert sum(len(part.data) for part in parts) == size - 10
    assert parts[-1].end == size - 1


def test_of_many_readers_at_once_one_gets_each_byte(office, ready):
    tickets = [ticket(office, ready) for _ in range(8)]

    def attempt(given):
        try:
            return len(read(office, ready, given).data)
        except TicketRefusedError:
            return 0

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(attempt, tickets))
    assert max(got) > 0
    assert sorted(got)[:-1] == [0] * 7


@pytest.mark.parametrize("given", ["", "x" * 43, "canary"])
def test_without_a_ticket_nothing_is_given(office, ready, given):
    with pytest.raises(TicketRefusedError):
        read(office, ready, given)
    assert read(office, ready, ticket(office, ready)).data


def test_a_ticket_is_for_one_file_of_one_export_and_one_client(office, ready):
    say(office, "wamid.2", sender=BOB, text="Hi")
    other = office.run(office.ask("key-2", contact_id=contact_id(office, BOB)))
    given = ticket(office, ready)
    for attempt in (
        {"name": "transcript.html"},
        {"export": other},
        {"client": "somebody else"},
    ):
        with pytest.raises(TicketRefusedError):
            read(office, **{"export": ready, "given": given, **attempt})
    assert read(office, ready, given).data


def test_a_ticket_holds_for_a_quarter_of_an_hour(office, ready):
    given = ticket(office, ready)
    office.clock.now += 15 * 60_000
    with pytest.raises(TicketRefusedError):
        read(office, ready, given)
    assert read(office, ready, ticket(office, ready)).data


def test_an_export_is_gone_after_a_day(office, ready):
    given = ticket(office, ready)
    office.clock.now = ready.created_ms + 24 * HOUR
    shown = office.giving.show(ready.id, client_id=ME)
    assert (shown["status"], [f["ticket"] for f in shown["files"]]) == ("expired", [None, None])
    with pytest.raises(TicketRefusedError):
        read(office, ready, given)


def test_an_export_that_nobody_works_on_any_more_has_failed(office):
    export = office.ask(contact_id=contact_id(office))
    office.clock.now += 6 * HOUR + 1
    assert office.giving.show(export.id, client_id=ME)["status"] == "failed"


def test_a_failed_export_says_why(office):
    export = office.ask(contact_id=contact_id(office))
    office.store.failed(export.id, "too_large")
    shown = office.giving.show(export.id, client_id=ME)
    assert (shown["status"], shown["error"], shown["files"]) == ("failed", "too_large", [])


def test_ranges_end_at_four_mebibytes_and_at_the_end_of_the_file(office, ready):
    most = policy.number("download", "range")
    large = replace(ready.files[0], size=10 * most)
    office.store.exports[ready.id] = replace(ready, files=(large, ready.files[1]))
    for start, end in ((0, most), (10 * most, None), (5, 4), (10 * most + 1, 10 * most + 2)):
        with pytest.raises(RangeError) as refused:
            read(office, ready, ticket(office, ready), start, end)
        assert refused.value.size == 10 * most


def test_a_large_file_comes_whole_through_many_ranges(office):
    for number in range(3):
        say(office, f"wamid.large{number}", text=f"{number}" * 3_000_000)
    office.archive()
    export = office.run(office.ask(contact_id=contact_id(office)))
    given, got = ticket(office, export), b""
    while True:
        piece = read(office, export, given, len(got))
        got += piece.data
        if len(got) == piece.size:
            break
    assert len(got) > 2 * policy.number("download", "range")
    assert export.files[0].sha256 == hashlib.sha256(got).hexdigest()


def test_what_is_not_there_is_unknown(office, ready):
    with pytest.raises(UnknownExportError):
        office.giving.show("e_unknown", client_id=ME)
    with pytest.raises(UnknownExportError):
        read(office, ready, "x" * 43, name="other.html")


def test_what_cannot_be_read_is_not_used_up(office, ready):
    given, name = ticket(office, ready), ready.files[0].object
    data = office.bucket.objects.pop(name)
    with pytest.raises(Exception, match="object_missing"):
        read(office, ready, given)
    office.bucket.objects[name] = data
    assert read(office, ready, given).data


def test_a_running_export_gives_nothing(office):
    export = office.ask(contact_id=contact_id(office))
    assert export.state is State.RUNNING
    with pytest.raises(UnknownExportError):
        read(office, export, "x" * 43)
