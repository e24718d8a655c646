"""Every webhook that Meta has published ends up stored, and nothing of it is lost.

What must come back is worked out from the payloads alone, without our own parser: every text and
number in them, except who it was from and to, and Meta's envelope around it.
"""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = sorted((ROOT / "events").glob("*.json"))
METAS = sorted((ROOT.parent / "shared" / "webhooks" / "concrete").glob("*.json"))

# The envelope, and people: shown as contact, wamid and timestamp, if at all in other words.
NOT_SHOWN = {
    "object", "messaging_product", "metadata", "contacts", "timestamp", "field",
    "from", "from_user_id", "from_parent_user_id", "to", "to_user_id", "to_parent_user_id",
    "wa_id", "user_id", "parent_user_id", "recipient_id", "recipient_user_id",
    "recipient_parent_user_id", "parent_recipient_user_id", "biz_opaque_callback_data",
    "history_context",
}  # fmt: skip
# a thread of imported history is named after the person, whom its context describes
NOT_SHOWN_OF_THREADS = NOT_SHOWN | {"id", "context"}


def leaves(node, hidden=NOT_SHOWN):
    if isinstance(node, dict):
        for name, value in node.items():
            if name not in hidden:
                yield from leaves(value, NOT_SHOWN_OF_THREADS if name == "threads" else NOT_SHOWN)
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, hidden)
    elif node not in (None, "", True, False):
        yield str(node)


def objects(value):
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def told(payload):
    """What one payload says: the leaves of its changes; an entry's own id is its account's."""
    for entry in objects(payload.get("entry")):
        for change in objects(entry.get("changes")):
            yield from leaves(change.get("value"))


def accounts(payload):
    return {str(entry["id"]) for entry in objects(payload.get("entry")) if entry.get("id")}


@pytest.fixture(scope="module")
def shown(platform):
    """All payloads are posted; then everything the API shows, as one set of leaves."""
    waba_ids = {"unknown"}
    for path in (*OURS, *METAS):
        body = path.read_bytes()
        assert platform.post(body).status == 200, path.name
        waba_ids |= accounts(json.loads(body))
    platform.settle()
    found = set()
    for conversation in platform.conversations():
        found.update(leaves(platform.messages(conversation["id"])))
    for waba_id in waba_ids:
        found.update(leaves(platform.account_updates(waba_id)))
    return found


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_payload_is_shown_in_full(shown, path):
    assert set(told(json.loads(path.read_bytes()))) - shown == set()


@pytest.mark.skipif(not METAS, reason="Meta's published payloads are not on this machine")
@pytest.mark.parametrize("path", METAS, ids=lambda path: path.name)
def test_a_payload_of_meta_is_shown_in_full(shown, path):
    assert set(told(json.loads(path.read_bytes()))) - shown == set()
