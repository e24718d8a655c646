"""Reading media: what is known of them, and their content, once for every ticket."""

import base64
import json

import media_files as files
import pytest

from functions.core.media import bodies, policy
from functions.core.media.messages import Upload
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.records import Key
from functions.media_api.operations import WRITE
from tests.fakes.media_desk import FACT, KEY, medium_id

MOST = policy.number("download", "range")
PHOTO = files.png_of(300_000)
ID = medium_id("1234")


def problem(answer, status, kind):
    assert (answer.status, answer.body["type"]) == (status, f"urn:amana:problem:{kind}")
    return answer


@pytest.fixture
def stored(api):
    api.desk.told({"image": {"id": "1234", "mime_type": "image/png", "filename": "ü.png"}})
    api.desk.meta.has("1234", PHOTO)
    api.desk.run()
    return api


def ticket(api, **more):
    return api.show(ID, **more).body["ticket"]


def test_a_stored_medium_is_told_of_with_a_ticket(stored):
    answer = stored.show(ID)
    assert answer.status == 200
    bodies.Medium.model_validate(answer.body)
    expected = {
        "id": ID,
        "state": "stored",
        "reason": None,
        "direction": "inbound",
        "kind": "image",
        "mime_type": "image/png",
        "bytes": 300_000,
        "filename": "ü.png",
        "message_id": FACT.message_id,
        "sendable_until": None,
        "is_destroyed": False,
        "destroyed_at": None,
        "ticket_expires_at": "2026-09-21T14:18:20.000Z",
    }
    assert {name: answer.body[name] for name in expected} == expected
    assert len(answer.body["ticket"]) == 43


def test_an_upload_tells_until_when_it_can_be_sent(api):
    media_id = api.upload(files.PDF, told={"filename": "flyer.pdf"})
    assert api.show(media_id).body["ticket"] is None
    api.desk.run(Upload(media_id))
    shown = api.show(media_id).body
    assert (shown["state"], shown["direction"]) == ("ready", "outbound")
    assert shown["sendable_until"] == "2026-10-21T14:13:20.000Z"
    assert shown["filename"] == "flyer.pdf"
    assert api.content(media_id, shown["ticket"]).body == files.PDF


def test_who_was_given_a_ticket_is_written_down(stored):
    ticket(stored, client="client-7")
    (noted,) = [
        item
        for key, item in stored.desk.media.items.items()
        if key.pk == f"MEDIA#{ID}" and key.sk.startswith("ACCESS#")
    ]
    assert (noted["client"], noted["granted_ms"]) == ("client-7", stored.desk.clock.now)


def test_no_ticket_without_a_note(stored, monkeypatch):
    def refuse(*_):
        raise StoreUnavailableError("DynamoDB")

    monkeypatch.setattr(stored.desk.media, "note", refuse)
    problem(stored.show(ID), 503, "unavailable")


def test_a_small_file_comes_whole(stored):
    answer = stored.content(ID, ticket(stored))
    assert (answer.status, answer.body) == (200, PHOTO)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{ID}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "cuts",
    [[0], [0, 1], [0, 65_535, 65_536, 65_537], [0, 131_072], [0, 100_000, 299_999]],
)
def test_ranges_in_order_make_the_file(stored, cuts):
    given, received = ticket(stored), b""
    for first, after in zip(cuts, [*cuts[1:], len(PHOTO)], strict=True):
        answer = stored.content(ID, given, f"bytes={first}-{after - 1}")
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes {first}-{after - 1}/{len(PHOTO)}"
        received += answer.body
    assert received == PHOTO
    problem(stored.content(ID, given, "bytes=0-1"), 409, "ticket-refused")


def test_no_answer_is_larger_than_4_mib(api):
    data = b"%PDF-1.7\n" + bytes(2 * MOST)
    api.desk.told({"document": {"id": "1234", "mime_type": "application/pdf"}})
    api.desk.meta.has("1234", data, "application/pdf")
    api.desk.run()
    given, received = ticket(api), b""
    while len(received) < len(data):
        answer = api.content(ID, given, f"bytes={len(received)}-")
        assert 0 < len(answer.body) <= MOST
        received += answer.body
    assert received == data
    answer = problem(api.content(ID, ticket(api)), 416, "range-not-satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{len(data)}"


def test_each_range_is_given_once_and_none_before_it(stored):
    given = ticket(stored)
    assert stored.content(ID, given, "bytes=100-199").status == 206
    for again in ("bytes=100-199", "bytes=0-99", "bytes=150-250"):
        problem(stored.content(ID, given, again), 409, "ticket-refused")
    assert stored.content(ID, given, "bytes=200-299").body == PHOTO[200:300]


def test_a_ticket_is_for_one_caller_and_one_medium(stored):
    given = ticket(stored)
    problem(stored.content(ID, given, client="client-2"), 409, "ticket-refused")
    problem(stored.content(medium_id("5"), given), 404, "not-found")
    stored.desk.told({"image": {"id": "5", "mime_type": "image/png"}})
    stored.desk.meta.has("5", PHOTO)
    stored.desk.run()
    problem(stored.content(medium_id("5"), given), 409, "ticket-refused")
    problem(stored.content(ID, "x" * 43), 409, "ticket-refused")
    assert stored.content(ID, given).status == 200


def test_a_ticket_lives_five_minutes(stored):
    given = ticket(stored)
    stored.desk.clock.now += 300_000
    problem(stored.content(ID, given), 409, "ticket-refused")


def test_no_ticket_no_content(stored):
    answer = stored.ask("GET", f"/v1/media/{ID}/content", headers={})
    assert [e["field"] for e in problem(answer, 400, "invalid-request").body["errors"]] == [
        "Amana-Ticket"
    ]


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=300000-",
        "bytes=5-4",
        "bytes=-5",
        "bytes=0-1,5-6",
        "bytes=a-b",
        "lines=0-1",
        "bytes=9999999999999-",
        "0-5",
    ],
)
def test_ranges_that_there_are_not(stored, asked):
    given = ticket(stored)
    problem(stored.content(ID, given, asked), 416, "range-not-satisfiable")
    assert stored.content(ID, given).status == 200


@pytest.mark.parametrize(
    ("state", "reason", "status", "kind"),
    [
        ("pending", "", 409, "not-ready"),
        ("scanning", "", 409, "not-ready"),
        ("uploading", "", 409, "not-ready"),
        ("gone", "gone_at_meta", 410, "gone"),
        ("failed", "refused_by_graph", 410, "gone"),
        ("quarantined", "lying_type", 422, "quarantined"),
    ],
)
def test_what_cannot_be_had_says_why(stored, state, reason, status, kind):
    given = ticket(stored)
    stored.desk.media.change(ID, {"state": state, "reason": reason}, expect={})
    shown = stored.show(ID)
    assert (shown.status, shown.body["state"], shown.body["ticket"]) == (200, state, None)
    assert shown.body["reason"] == (reason or None)
    answer = problem(stored.content(ID, given), status, kind)
    assert reason in answer.body["detail"] or kind == "gone"


def test_a_medium_whose_key_was_destroyed_is_gone(stored):
    given = ticket(stored)
    stored.desk.ring._store.destroy(stored.desk.ring._store.keys[KEY], now_ms=5)
    stored.desk.ring._held.clear()
    problem(stored.content(ID, given), 410, "gone")

    stored.desk.media.change(ID, {"destroyed_ms": 1_790_000_000_000}, expect={})
    shown = stored.show(ID).body
    assert (shown["ticket"], shown["is_destroyed"]) == (None, True)
    assert shown["destroyed_at"] == "2026-09-21T14:13:20.000Z"
    problem(stored.content(ID, given), 410, "gone")


@pytest.mark.parametrize(
    "media_id", ["f_", "f_short", f"m_{'a' * 26}", f"f_{'A' * 26}", f"f_{'z' * 26}", "%2e%2e"]
)
def test_what_nobody_stored_is_not_found(stored, media_id):
    problem(stored.show(media_id), 404, "not-found")
    problem(stored.content(media_id, "x" * 43), 404, "not-found")


def test_notes_are_no_media(stored):
    """An item that is only a note beside a medium that does not exist."""
    stored.desk.media.items[Key(f"MEDIA#{medium_id('5')}", "ACCESS#1")] = {"client": "c"}
    problem(stored.show(medium_id("5")), 404, "not-found")


@pytest.mark.parametrize("claims", [None, {"client_id": "c", "scope": WRITE}])
def test_reading_needs_its_scope(stored, claims):
    status, kind = (401, "unauthenticated") if claims is None else (403, "insufficient-scope")
    problem(stored.show(ID, claims=claims), status, kind)
    problem(stored.content(ID, "x" * 43, claims=claims), status, kind)


def test_a_changed_object_is_refused_and_nothing_of_it_given(stored, capsys):
    name = stored.desk.item(ID)["object"]
    data = bytearray(stored.desk.objects.objects[name])
    data[70_000] ^= 1
    stored.desk.objects.objects[name] = bytes(data)
    problem(stored.content(ID, ticket(stored)), 500, "internal-error")
    assert '"CiphertextRefused":1' in capsys.readouterr().out


def test_an_object_of_another_medium_is_refused(stored):
    name = stored.desk.item(ID)["object"]
    other = "media/f_other"
    stored.desk.objects.objects[other] = stored.desk.objects.objects[name]
    stored.desk.media.change(ID, {"object": other}, expect={})
    problem(stored.content(ID, ticket(stored)), 500, "internal-error")


def test_every_download_is_in_the_log_and_nothing_of_the_file(stored, capsys):
    given = ticket(stored)
    stored.content(ID, given, "bytes=0-9")
    out = capsys.readouterr().out
    lines = [json.loads(line) for line in out.splitlines()]
    told = [line for line in lines if line.get("message") == "medium given"]
    assert [(t["client_id"], t["first"], t["last"]) for t in told] == [("client-1", 0, 9)]
    assert given not in out
    assert base64.b64encode(PHOTO[:9]).decode() not in out
