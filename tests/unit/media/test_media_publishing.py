"""What the business uploads is put together, checked, given to Graph and kept sealed."""

import hashlib

import media_files as files
import pytest

from functions.core.media.errors import LaterError, RefusedError
from functions.core.media.messages import Upload
from functions.core.media.model import Reason, State, object_name
from tests.fakes import build
from tests.fakes.media_desk import Desk

FLYER = files.PDF + bytes(range(256)) * 150
ID = f"f_{'u' * 26}"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def given(data=FLYER, **changed):
    desk = Desk()
    told = {"type": "document", "mime": "application/pdf", "sha256": sha256(data), **changed}
    return desk, desk.uploaded(ID, data, **told)


def run(desk, message):
    (outcome,) = desk.run(message)
    return outcome.state, outcome.reason


def test_an_upload_reaches_graph_as_it_was_and_is_kept_sealed():
    desk, message = given()
    assert run(desk, message) == (State.READY, "")

    (uploaded,) = desk.meta.uploads
    assert (uploaded.data, uploaded.mime) == (FLYER, "application/pdf")
    assert uploaded.phone_number_id == build.NUMBER
    assert desk.content(ID) == FLYER
    assert FLYER[:64] not in desk.objects.objects[object_name(ID)]


def test_its_record_names_metas_id_and_when_that_ends():
    desk, message = given()
    desk.run(message)
    item = desk.item(ID)
    assert item["media_id"] == "9001"
    assert item["expires_ms"] == desk.clock.now + 30 * 86_400_000
    assert item["key"] == f"business~{build.NUMBER}"


def test_its_parts_are_removed_once_it_is_settled():
    desk, message = given()
    assert len(desk.transit.objects) == 4
    desk.run(message)
    assert desk.transit.objects == {}


def test_asked_for_again_it_is_not_given_again():
    desk, message = given()
    desk.run(message)
    assert run(desk, message) == (State.READY, "")
    assert len(desk.meta.uploads) == 1


@pytest.mark.parametrize(
    ("data", "changed", "reason"),
    [
        (FLYER, {"sha256": "ab" * 32}, Reason.WRONG_HASH),
        (FLYER, {"bytes": len(FLYER) + 1}, Reason.WRONG_SIZE),
        (FLYER, {"bytes": len(FLYER) - 1}, Reason.WRONG_SIZE),
        (files.PROGRAM, {}, Reason.LYING_TYPE),
        (files.WEBP + bytes(102_400), {"type": "sticker", "mime": "image/webp"}, Reason.OVER_LIMIT),
    ],
)
def test_what_is_not_what_it_was_said_to_be_does_not_reach_graph(data, changed, reason):
    desk, message = given(data, **changed)
    assert run(desk, message) == (State.QUARANTINED, reason)
    assert desk.meta.uploads == []
    assert desk.transit.objects == {}


def test_a_moving_sticker_may_be_larger():
    data = files.ANIMATED_WEBP + bytes(102_400)
    desk, message = given(data, type="sticker", mime="image/webp")
    assert run(desk, message) == (State.READY, "")


def test_a_part_that_is_missing_fails_the_upload():
    desk, message = given()
    del desk.transit.objects[f"uploads/{ID}/2"]
    assert run(desk, message) == (State.FAILED, Reason.OBJECT_MISSING)


def test_what_graph_refuses_has_failed():
    desk, message = given()
    desk.meta.script["upload"] = [RefusedError(Reason.REFUSED_BY_GRAPH, code=131053)]
    assert run(desk, message) == (State.FAILED, Reason.REFUSED_BY_GRAPH)
    assert desk.item(ID)["graph_code"] == 131053


def test_when_graph_is_unavailable_it_is_tried_again():
    desk, message = given()
    desk.meta.script["upload"] = [LaterError(Reason.GRAPH_UNAVAILABLE)]
    assert run(desk, message) == (State.PENDING, Reason.GRAPH_UNAVAILABLE)
    assert len(desk.transit.objects) == 4
    assert run(desk, message) == (State.READY, "")
    assert desk.objects.writes == [object_name(ID)]


def test_an_upload_that_is_not_complete_is_left_alone():
    desk, message = given(state="uploading")
    assert desk.run(message) == []
    assert desk.item(ID)["state"] == "uploading"


def test_what_nobody_uploaded_is_left_alone():
    desk = Desk()
    assert desk.run(Upload(ID)) == []
    assert desk.media.items == {}


def test_a_received_medium_is_no_upload():
    desk = Desk()
    (media_id,) = desk.told({"image": {"id": "1234", "mime_type": "image/png"}})
    desk.meta.has("1234", files.png_of(100))
    desk.run()
    assert desk.run(Upload(media_id)) == []
    assert desk.meta.uploads == []
