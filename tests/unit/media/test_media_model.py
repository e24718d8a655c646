"""Which media an update holds, their ids, and the states they go through."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.media import model
from functions.core.media.model import FINAL, SERVED, Kind, State, base_mime, digest, media_in
from tests.fakes.build import PSEUDONYMS

EVENTS = Path(__file__).parents[3] / "events"
IMAGE = {"id": "1234", "mime_type": "image/jpeg", "sha256": "x", "caption": "a caption"}


def ids(element):
    return [found.media_id for found in media_in(element)]


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [
        ("image", "image/jpeg", Kind.IMAGE),
        ("video", "video/mp4", Kind.VIDEO),
        ("audio", "audio/ogg; codecs=opus", Kind.AUDIO),
        ("voice", "audio/ogg", Kind.AUDIO),
        ("document", "application/pdf", Kind.DOCUMENT),
        ("sticker", "image/webp", Kind.STICKER),
    ],
)
def test_a_message_with_a_medium_holds_one(name, mime, kind):
    message = {"id": "wamid.x", "type": name, name: {"id": "77", "mime_type": mime}}
    (found,) = media_in(message)
    assert (found.kind, found.media_id, found.mime) == (kind, "77", base_mime(mime))


def test_a_document_tells_its_name():
    (found,) = media_in({"document": {"id": "7", "mime_type": "a/b", "filename": "x.pdf"}})
    assert found.filename == "x.pdf"


def test_media_stand_in_edits_echoes_templates_headers_and_carousels():
    edit = {"type": "edit", "edit": {"message": {"type": "image", "image": IMAGE}}}
    header = {"type": "interactive", "interactive": {"header": {"type": "image", "image": IMAGE}}}
    cards = [
        {
            "components": [
                {"type": "header", "parameters": [{"type": "video", "video": {"id": str(n)}}]}
            ]
        }
        for n in (1, 2)
    ]
    template = {"template": {"components": [{"type": "carousel", "cards": cards}]}}
    assert ids(edit) == ids(header) == ["1234"]
    assert ids(template) == ["1", "2"]
    assert [found.kind for found in media_in(template)] == [Kind.VIDEO, Kind.VIDEO]


def test_media_in_the_answer_of_a_flow_are_found():
    photos = [{"id": "790aba14-5f4a", "mime_type": "image/jpeg", "sha256": "y", "file_name": "a"}]
    reply = {"nfm_reply": {"name": "flow", "response_json": json.dumps({"photos": photos})}}
    (found,) = media_in({"interactive": reply})
    assert (found.media_id, found.kind, found.filename) == ("790aba14-5f4a", Kind.IMAGE, "a")


def test_a_medium_told_twice_is_one():
    assert ids({"image": IMAGE, "again": {"image": IMAGE}}) == ["1234"]


@pytest.mark.parametrize(
    "element",
    [
        None,
        [],
        "text",
        5,
        {"id": "wamid.x", "type": "text", "text": {"body": "id"}},
        {"image": {"link": "https://example.com/a.jpg"}},
        {"image": {"id": "../../me", "mime_type": "image/jpeg"}},
        {"image": {"id": "", "mime_type": "image/jpeg"}},
        {"image": {"id": {"id": 1}}},
        {"context": {"id": "wamid.y", "from": "1"}},
        {"profile_picture": {"mime_type": "image/jpeg", "sha256": "x"}},
        {"nfm_reply": {"response_json": "{no json"}},
    ],
)
def test_what_holds_none_holds_none(element):
    assert media_in(element) == []


def test_how_deep_an_element_is_does_not_matter():
    element = {"image": IMAGE}
    for _ in range(50_000):
        element = {"a": element}
    assert ids(element) == ["1234"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "mime_type", "sha256", "image", "response_json", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_reading_never_fails_and_every_id_can_stand_in_a_url(element):
    assert all(model._META_ID.fullmatch(found.media_id) for found in media_in(element))


def test_our_own_scenarios_hold_the_media_they_show():
    """Every id beside a MIME type, found by another way than the code's."""
    for path in sorted(EVENTS.rglob("*.json")):
        payload = json.loads(path.read_text())
        shown = {
            value["id"]
            for value in _objects(payload)
            if "mime_type" in value and isinstance(value.get("id"), str)
        }
        assert shown <= set(ids(payload)), path.name


def _objects(value):
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


def test_ids_are_opaque_and_tell_people_apart():
    def received(**changed):
        parts = {"phone_number_id": "106", "key_id": "nabc~0", "media_id": "1234", **changed}
        return model.received_id(PSEUDONYMS, **parts)

    found = {
        received(),
        received(phone_number_id="107"),
        received(key_id="nabd~0"),
        received(media_id="1235"),
        model.upload_id(PSEUDONYMS, client_id="106", idempotency_key="1234"),
    }
    assert len(found) == 5
    assert all(model.is_ours(each) for each in found)
    assert received() == received()


def test_what_is_final_stays_so():
    for before in FINAL:
        assert not any(model.may_follow(before, after) for after in State)
    assert all(model.may_follow(State.PENDING, after) for after in FINAL)
    assert model.may_follow(None, State.PENDING)
    assert not model.may_follow(None, State.STORED)
    assert not model.may_follow(State.SCANNING, State.PENDING)
    assert SERVED < FINAL


def test_digests_are_read_as_webhooks_and_graph_write_them():
    hexadecimal = "ab" * 32
    assert digest(hexadecimal) == digest(hexadecimal.upper()) == bytes.fromhex(hexadecimal)
    assert digest("q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=") == bytes.fromhex(hexadecimal)
    assert [digest(bad) for bad in ("", "a1b2c3", "SfInY0gGKTsJlUWbwxC1k+FAD0FZHv", "ü")] == [
        None
    ] * 4


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("image/jpeg", "image/jpeg"),
        ("Audio/OGG; codecs=opus", "audio/ogg"),
        (" text/plain ;charset=utf-8", "text/plain"),
        ("no mime type", ""),
        ("image/jpeg\r\nX: y", ""),
        ("a/" + "b" * 200, ""),
        ("", ""),
    ],
)
def test_mime_types_are_told_without_parameters(written, base):
    assert base_mime(written) == base


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("THREATS_FOUND", "scan_threats_found"),
        ("UNSUPPORTED", "scan_unsupported"),
        ("ACCESS_DENIED", "scan_access_denied"),
        ("FAILED", "scan_failed"),
        ("", "scan_unknown"),
        ("Something else", "scan_unknown"),
    ],
)
def test_every_verdict_but_one_is_a_reason(status, reason):
    assert model.verdict_reason(status) == reason
