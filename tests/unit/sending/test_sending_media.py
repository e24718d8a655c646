"""Messages that name an uploaded medium by our id."""

import pytest

from tests.fakes import build
from tests.fakes.platform import PERSON, Platform

ID, OTHER = f"f_{'a' * 26}", f"f_{'b' * 26}"
DAY_MS = 86_400_000


@pytest.fixture
def platform():
    platform = Platform()
    platform.write_in()
    uploaded(platform)
    return platform


def uploaded(platform, ours=ID, **changed):
    told = {
        "state": "ready",
        "type": "image",
        "phone_number_id": build.NUMBER,
        "parts": 1,
        "media_id": "4490709327384033",
        "expires_ms": platform.clock.now + 30 * DAY_MS,
    }
    platform.media.create(ours, {**told, **changed})


def sent(platform, **message):
    accepted = platform.accept(**message)
    platform.drain()
    return platform.store.message(accepted.id)


def refused(platform, **message):
    item = sent(platform, **message)
    assert item["send_state"] == "refused"
    assert platform.graph.payloads == []
    (reason,) = item["reasons"]
    return reason


def image(media_id=ID, **more):
    return {"type": "image", "text": None, "image": {"id": media_id, **more}}


def test_graph_gets_metas_id(platform):
    assert sent(platform, **image(caption=ID))["send_state"] == "accepted"
    (payload,) = platform.graph.payloads
    assert payload["image"] == {"id": "4490709327384033", "caption": ID}


def test_the_intent_keeps_ours(platform):
    assert ID in sent(platform, **image())["intent"]


@pytest.mark.parametrize("other", ["4490709327384033", "f_no_id_of_ours"])
def test_metas_own_ids_and_links_go_as_they_are(platform, other):
    sent(platform, **image(other))
    linked = {"type": "image", "text": None, "image": {"link": "https://example.com/a.png"}}
    sent(platform, key="k2", **linked)
    assert [payload["image"] for payload in platform.graph.payloads] == [
        {"id": other},
        {"link": "https://example.com/a.png"},
    ]


def test_headers_and_templates_may_name_one(platform):
    uploaded(platform, OTHER, type="video", media_id="77")
    header = {"type": "header", "parameters": [{"type": "image", "image": {"id": ID}}]}
    body = {"type": "body", "parameters": [{"type": "text", "text": ID}]}
    template = {"name": "t", "language": {"code": "en"}, "components": [header, body]}
    sent(platform, type="template", text=None, template=template)
    interactive = {
        "type": "button",
        "header": {"type": "video", "video": {"id": OTHER}},
        "body": {"text": "x"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": ID, "title": "x"}}]},
    }
    sent(platform, key="k2", type="interactive", text=None, interactive=interactive)

    first, second = platform.graph.payloads
    parameters = [part["parameters"][0] for part in first["template"]["components"]]
    assert parameters[0]["image"] == {"id": "4490709327384033"}
    assert parameters[1]["text"] == ID
    assert second["interactive"]["header"]["video"] == {"id": "77"}
    assert second["interactive"]["action"]["buttons"][0]["reply"]["id"] == ID


def test_any_medium_may_go_as_a_document(platform):
    document = {"type": "document", "text": None, "document": {"id": ID, "filename": "a.png"}}
    assert sent(platform, **document)["send_state"] == "accepted"


@pytest.mark.parametrize("state", ["uploading", "pending", "quarantined", "failed"])
def test_one_that_is_not_ready_is_refused_and_named(platform, state):
    platform.media.change(ID, {"state": state}, expect={})
    reason = refused(platform, **image())
    assert reason["code"] == "medium_not_ready"
    assert ID in reason["detail"]
    assert state in reason["detail"]


def test_one_that_meta_has_forgotten_is_refused(platform):
    platform.media.change(ID, {"expires_ms": platform.clock.now}, expect={})
    assert refused(platform, **image())["code"] == "medium_expired"


def test_one_that_was_never_uploaded_is_refused(platform):
    assert refused(platform, **image(OTHER))["code"] == "medium_unknown"


def test_one_that_was_received_is_refused(platform):
    platform.media.create(OTHER, {"state": "stored", "type": "image", "media_id": "1"})
    assert refused(platform, **image(OTHER))["code"] == "medium_unknown"


def test_one_of_another_number_is_refused(platform):
    platform.media.change(ID, {"phone_number_id": "106540000000002"}, expect={})
    assert refused(platform, **image())["code"] == "medium_of_another_number"


def test_one_of_another_kind_is_refused(platform):
    platform.media.change(ID, {"type": "audio"}, expect={})
    assert refused(platform, **image())["code"] == "medium_of_another_kind"


def test_one_whose_key_was_destroyed_is_refused(platform):
    item = platform.media.items[(f"MEDIA#{ID}", "MEDIA")]
    del item["media_id"]
    item["destroyed_ms"] = 5
    assert refused(platform, **image())["code"] == "medium_destroyed"


def test_it_is_looked_at_when_the_message_leaves(platform):
    """Not ready when it was accepted, ready when its turn came."""
    platform.media.change(ID, {"state": "pending"}, expect={})
    accepted = platform.accept(**image())
    platform.media.change(ID, {"state": "ready"}, expect={})
    platform.drain()
    assert platform.state(accepted.id) == "accepted"
    assert PERSON in str(platform.graph.payloads[0]["to"])
