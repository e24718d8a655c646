"""Uploading: announced, in parts, completed; every step can be repeated, and mistakes are named."""

import json

import media_files as files
import pytest

from functions.core.media import bodies, policy
from functions.core.media.messages import Upload
from functions.core.runtime.errors import StoreUnavailableError
from functions.media_api.operations import READ
from tests.fakes import build

PART = policy.number("upload", "part")
FLYER = files.PDF + bytes(range(256)) * 40_000
PARTS = [FLYER[at : at + PART] for at in range(0, len(FLYER), PART)]
UNKNOWN = f"f_{'z' * 26}"


def problem(answer, status, kind):
    assert (answer.status, answer.body["type"]) == (status, f"urn:amana:problem:{kind}")
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {error["field"]: error["reason"] for error in answer.body["errors"]}


def test_a_file_goes_from_the_caller_to_graph_and_back(api):
    media_id = api.upload(FLYER)
    assert api.queue.asked == [media_id]
    api.desk.run(Upload(media_id))

    (given,) = api.desk.meta.uploads
    assert given.data == FLYER
    shown = api.show(media_id).body
    assert (shown["state"], shown["bytes"], shown["kind"]) == ("ready", len(FLYER), "document")


def test_an_announcement_says_how_to_send(api):
    answer = api.begin(FLYER)
    assert answer.status == 201
    bodies.UploadBegun.model_validate(answer.body)
    assert answer.body["id"].startswith("f_")
    assert (answer.body["part_bytes"], answer.body["parts"]) == (4_194_304, 3) == (PART, 3)


@pytest.mark.parametrize(("size", "parts"), [(1, 1), (PART, 1), (PART + 1, 2), (3 * PART, 3)])
def test_a_file_has_as_many_parts_as_it_needs(api, size, parts):
    assert api.begin(FLYER, told={"bytes": size}).body["parts"] == parts


def test_announcing_again_is_answered_the_same(api):
    first = api.begin(FLYER)
    api.desk.clock.now += 5000
    assert api.begin(FLYER).body == first.body
    assert len(api.desk.media.items) == 1


def test_a_key_stands_for_one_file(api):
    api.begin(FLYER)
    for other in ({"bytes": 7}, {"sha256": "ab" * 32}, {"filename": "x"}, {"mime_type": "a/b"}):
        answer = api.begin(FLYER, told=other)
        assert answer.status in (409, 415)
    assert problem(api.begin(FLYER, told={"bytes": 7}), 409, "idempotency-conflict")
    assert api.begin(FLYER, told={"bytes": 7}, client="client-2").status == 201


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"mime_type": ""}, "mime_type"),
        ({"mime_type": 5}, "mime_type"),
        ({"bytes": 0}, "bytes"),
        ({"bytes": -1}, "bytes"),
        ({"bytes": "12"}, "bytes"),
        ({"bytes": 1.5}, "bytes"),
        ({"sha256": "xyz"}, "sha256"),
        ({"sha256": "ab" * 31}, "sha256"),
        ({"sha256": None}, "sha256"),
        ({"filename": ""}, "filename"),
        ({"filename": "a\nb"}, "filename"),
        ({"filename": "x" * 241}, "filename"),
        ({"phone_number_id": "../x"}, "phone_number_id"),
        ({"phone_number_id": "999"}, "phone_number_id"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_every_wrong_field_is_named(api, told, field):
    assert list(problem(api.begin(FLYER, told=told), 400, "invalid-request")) == [field]
    assert api.desk.media.items == {}


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "null"])
def test_a_body_that_announces_nothing(api, body):
    answer = api.ask("POST", "/v1/media", body=body, headers={"Idempotency-Key": "k"})
    assert problem(answer, 400, "invalid-request")


def test_the_key_is_needed(api):
    answer = api.ask("POST", "/v1/media", body="{}", headers={})
    assert list(problem(answer, 400, "invalid-request")) == ["Idempotency-Key"]


@pytest.mark.parametrize("mime", ["application/zip", "image/svg+xml", "text/csv", "no type", "*/*"])
def test_a_type_that_whatsapp_does_not_take(api, mime):
    problem(api.begin(FLYER, mime), 415, "unsupported-media-type")


@pytest.mark.parametrize(
    ("mime", "most"),
    [
        ("image/jpeg", 5_242_880),
        ("image/webp", 512_000),
        ("audio/ogg", 16_777_216),
        ("video/mp4", 16_777_216),
        ("application/pdf", 104_857_600),
    ],
)
def test_more_than_whatsapp_takes_of_a_type(api, mime, most):
    assert api.begin(b"", mime, told={"bytes": most}).status == 201
    answer = api.begin(b"", mime, told={"bytes": most + 1}, headers={"Idempotency-Key": "k2"})
    problem(answer, 413, "too-large")
    assert str(most) in answer.body["detail"]


def test_the_number_to_send_from_can_be_chosen(api):
    media_id = api.begin(FLYER, told={"phone_number_id": "106540000000002"}).body["id"]
    item = api.desk.item(media_id)
    assert (item["phone_number_id"], item["key"]) == (
        "106540000000002",
        "business~106540000000002",
    )
    assert api.desk.item(api.begin(FLYER, headers={"Idempotency-Key": "2"}).body["id"])[
        "phone_number_id"
    ] == (build.NUMBER)


def test_card_numbers_do_not_stay_in_file_names(api):
    media_id = api.begin(FLYER, told={"filename": "card 4111 1111 1111 1111.pdf"}).body["id"]
    assert "4111 1111 1111 1111" not in api.desk.item(media_id)["filename"]
    assert api.desk.item(media_id)["filename"].endswith(".pdf")


# --- parts ---------------------------------------------------------------------------------------


def test_a_part_may_come_again_and_in_any_order(api):
    media_id = api.begin(FLYER).body["id"]
    for number in (3, 1, 1, 2, 3):
        answer = api.part(media_id, number, PARTS[number - 1])
        assert (answer.status, answer.body) == (200, {"id": media_id, "part": number})
    assert api.ask("POST", f"/v1/media/{media_id}/complete").status == 202
    api.desk.run(Upload(media_id))
    assert api.desk.meta.uploads[0].data == FLYER


@pytest.mark.parametrize("size", [0, 1, PART - 1])
def test_a_part_has_the_size_that_was_said(api, size):
    media_id = api.begin(FLYER).body["id"]
    assert problem(api.part(media_id, 1, bytes(size)), 400, "invalid-request") == {
        "body": f"must have exactly {PART} bytes"
    }
    assert problem(api.part(media_id, 3, PARTS[2] + b"x"), 400, "invalid-request")
    assert api.desk.transit.objects == {}


def test_a_part_that_is_too_large(api):
    media_id = api.begin(FLYER).body["id"]
    problem(api.part(media_id, 1, bytes(PART + 1)), 413, "too-large")


@pytest.mark.parametrize("sent_as", ["application/pdf", "text/plain", "", "application/json"])
def test_parts_are_plain_bytes(api, sent_as):
    media_id = api.begin(FLYER).body["id"]
    answer = api.part(media_id, 1, PARTS[0], headers={"Content-Type": sent_as})
    problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize("number", [0, 4, 99_999, 100_000, "x", "-1", "01"])
def test_parts_that_there_are_not(api, number):
    media_id = api.begin(FLYER).body["id"]
    problem(api.part(media_id, number, PARTS[0]), 404, "not-found")


def test_an_upload_belongs_to_who_began_it(api):
    media_id = api.begin(FLYER).body["id"]
    problem(api.part(media_id, 1, PARTS[0], client="client-2"), 404, "not-found")
    complete = f"/v1/media/{media_id}/complete"
    problem(api.ask("POST", complete, client="client-2"), 404, "not-found")
    problem(api.part(UNKNOWN, 1, PARTS[0]), 404, "not-found")
    problem(api.ask("POST", f"/v1/media/{UNKNOWN}/complete"), 404, "not-found")


def test_a_received_medium_takes_no_parts(api):
    (media_id,) = api.desk.told({"image": {"id": "1", "mime_type": "image/png"}})
    api.desk.meta.has("1", files.png_of(100))
    api.desk.run()
    problem(api.part(media_id, 1, b"x"), 404, "not-found")
    problem(api.ask("POST", f"/v1/media/{media_id}/complete"), 404, "not-found")


# --- completing ----------------------------------------------------------------------------------


def test_what_is_missing_is_named(api):
    media_id = api.begin(FLYER).body["id"]
    api.part(media_id, 2, PARTS[1])
    answer = api.ask("POST", f"/v1/media/{media_id}/complete")
    assert problem(answer, 409, "parts-missing") == {
        "parts.1": "is missing",
        "parts.3": "is missing",
    }
    assert api.queue.asked == []


def test_completing_again_is_harmless(api):
    media_id = api.upload(FLYER)
    answer = api.ask("POST", f"/v1/media/{media_id}/complete")
    assert (answer.status, answer.body) == (202, {"id": media_id, "state": "pending"})
    assert api.queue.asked == [media_id] * 2
    api.desk.run(Upload(media_id))
    api.desk.run(Upload(media_id))
    assert len(api.desk.meta.uploads) == 1
    assert api.ask("POST", f"/v1/media/{media_id}/complete").body["state"] == "ready"
    assert api.queue.asked == [media_id] * 2


def test_a_completed_upload_takes_no_more_parts(api):
    media_id = api.upload(FLYER)
    problem(api.part(media_id, 1, PARTS[0]), 409, "upload-closed")


def test_a_part_that_comes_while_it_is_completed_is_refused(api):
    media_id = api.begin(FLYER).body["id"]
    real = api.desk.media.change

    def completed_first(*args, **kwargs):
        api.desk.media.change = real
        real(media_id, {"state": "pending"}, expect={})
        return real(*args, **kwargs)

    api.desk.media.change = completed_first
    problem(api.part(media_id, 1, PARTS[0]), 409, "upload-closed")


def test_an_upload_ends_after_a_day(api):
    media_id = api.begin(FLYER).body["id"]
    api.desk.clock.now += 86_400_000
    problem(api.part(media_id, 1, PARTS[0]), 409, "upload-closed")
    problem(api.ask("POST", f"/v1/media/{media_id}/complete"), 409, "upload-closed")


def test_when_the_queue_refuses_completing_can_be_repeated(api):
    media_id = api.begin(FLYER).body["id"]
    for number, part in enumerate(PARTS, 1):
        api.part(media_id, number, part)
    api.queue.failure = StoreUnavailableError("SQS")
    problem(api.ask("POST", f"/v1/media/{media_id}/complete"), 503, "unavailable")
    api.queue.failure = None
    assert api.ask("POST", f"/v1/media/{media_id}/complete").status == 202
    assert api.queue.asked == [media_id]


def test_a_file_that_is_another_than_announced_is_quarantined(api):
    media_id = api.upload(FLYER, told={"sha256": "ab" * 32})
    api.desk.run(Upload(media_id))
    assert api.desk.meta.uploads == []
    shown = api.show(media_id).body
    assert (shown["state"], shown["reason"]) == ("quarantined", "wrong_hash")


@pytest.mark.parametrize("claims", [None, {"client_id": "c", "scope": READ}])
def test_uploading_needs_its_scope(api, claims):
    status, kind = (401, "unauthenticated") if claims is None else (403, "insufficient-scope")
    problem(api.begin(FLYER, claims=claims), status, kind)
    problem(api.part(UNKNOWN, 1, b"x", claims=claims), status, kind)
    problem(api.ask("POST", f"/v1/media/{UNKNOWN}/complete", claims=claims), status, kind)


def test_the_log_says_nothing_of_the_file(api, capsys):
    api.upload(FLYER, told={"filename": "canary file.pdf"})
    api.begin(FLYER, told={"filename": "canary\nfile"})
    out = capsys.readouterr().out
    assert '"message":"upload complete"' in out
    assert "canary" not in out
    assert json.loads(out.splitlines()[0])["media_id"].startswith("f_")
