"""What is told to go wrong with a medium goes wrong: in its fields, or in its download."""

import base64
import hashlib

import pytest
from sandbox_bench import NUMBER_ID, OTHER_NUMBER_ID, value_of

from functions.core.media.types import agrees
from sandbox.graph.media_samples import sample
from sandbox.limits import Limits
from sandbox.web.responses import ConnectionCutError

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 300


@pytest.fixture
def received(bench):
    """A person's photo; returns what the webhook says of it."""
    data = base64.b64encode(JPEG).decode()
    bench.writes(type="image", image={"data_base64": data})
    (body,) = bench.deliver()
    return value_of(body)["messages"][0]["image"]


def fields(bench, image):
    return bench.call("GET", f"/v26.0/{image['id']}")


def download(bench, image):
    return bench.call("GET", fields(bench, image).json["url"].removeprefix("http://localhost"))


def test_nothing_goes_wrong_untold(bench, received):
    found = download(bench, received)

    assert found.data == JPEG
    assert found.mimetype == "image/jpeg"
    assert base64.b64decode(received["sha256"]) == hashlib.sha256(JPEG).digest()


def test_a_medium_can_be_gone(bench, received):
    bench.sandbox.fault("gone")

    error = fields(bench, received).json["error"]

    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert fields(bench, received).status_code == 200


def test_its_url_can_lead_elsewhere(bench, received):
    bench.sandbox.fault("foreign_host", url="https://elsewhere.example/x")
    bench.sandbox.fault("foreign_host")

    urls = [fields(bench, received).json["url"] for _ in range(2)]

    assert urls == ["https://elsewhere.example/x", "https://media.example.com/file"]


def test_its_type_can_be_another(bench, received):
    bench.sandbox.fault("lying_type")

    assert fields(bench, received).json["mime_type"] == "application/pdf"


def test_it_can_be_over_the_limit(bench, received):
    bench.sandbox.fault("over_limit", bytes=6_000_000)

    told = fields(bench, received).json
    found = download(bench, received)

    assert told["file_size"] == len(found.data) == 6_000_000
    assert told["sha256"] == hashlib.sha256(found.data).hexdigest()


def test_its_bytes_can_be_others_than_told(bench, received):
    bench.sandbox.fault("wrong_hash")

    found = download(bench, received).data

    assert len(found) == len(JPEG)
    assert hashlib.sha256(found).hexdigest() != fields(bench, received).json["sha256"]


def test_it_can_be_cut_off(bench, received):
    bench.sandbox.fault("truncated", bytes=1000)

    arriving = download(bench, received)
    with pytest.raises(ConnectionCutError):
        arriving.get_data()


def test_it_can_be_slow(bench, received, monkeypatch):
    waits = []
    monkeypatch.setattr(bench.sandbox._stopping, "wait", waits.append)
    bench.sandbox.fault("slow", seconds=3, bytes=40_000)

    assert download(bench, received).data == JPEG
    assert [wait for wait in waits if wait] == [3, 3]


@pytest.mark.parametrize("on", ["media_fields", "download"])
def test_graph_can_be_unavailable_for_media(bench, received, on):
    bench.sandbox.fault("unavailable", on=on, status=503)
    bench.sandbox.fault("error", on=on, code=131000)

    path = f"/v26.0/{received['id']}"
    url = bench.call("GET", path) if on == "media_fields" else download(bench, received)
    error = bench.call("GET", path) if on == "media_fields" else download(bench, received)

    assert url.status_code == 503
    assert error.json["error"]["code"] == 131000
    assert download(bench, received).data == JPEG


def test_a_fault_can_concern_one_number_only(bench, received):
    bench.sandbox.fault("gone", phone_number_id=OTHER_NUMBER_ID)
    assert fields(bench, received).status_code == 200
    bench.sandbox.fault("gone", phone_number_id=NUMBER_ID)
    assert fields(bench, received).status_code == 400


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"kind": "gone", "on": "messages"}, "on is one of media_fields"),
        ({"kind": "slow", "on": "media_fields"}, "on is one of download"),
        ({"kind": "delay", "on": "download"}, "on is one of media, media_fields, messages, read"),
        ({"kind": "truncated", "url": "x"}, "truncated takes no url"),
    ],
)
def test_faults_of_media_that_make_no_sense_are_refused(bench, fault, complaint):
    assert complaint in bench.control("POST", "faults", fault).json["error"]


def test_media_without_bytes_are_what_they_are_called():
    published = Limits.published()
    for kind in published.media_kinds:
        for mime in published.media(kind)[0]:
            assert agrees(mime, sample(mime)), mime
    assert sample("audio/ogg; codecs=opus") == sample("audio/ogg")
