"""Whatever a webhook says is in some update."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.whatsapp.updates import updates
from tests.unit.whatsapp.builders import EVENTS, PUBLISHED, leaves, read, said

SAMPLES = sorted(PUBLISHED.glob("*/*.json"))

META_WORDS = """
object entry changes field value id time messages statuses contacts metadata history threads
message_echoes state_sync calls errors user_preferences user_id_update groups system from wa_id
user_id phone_number_id display_phone_number messaging_product timestamp type status recipient_id
recipient_type group_id context referral profile name pricing other
"""
NAMES = st.sampled_from(META_WORDS.split()) | st.text(max_size=3)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["messages", "history", "15550100001", "US.1a", "group", "1750000000"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
VALUES = st.dictionaries(NAMES, JSON, max_size=5)
CHANGES = st.dictionaries(st.sampled_from(["field", "value", "x"]), VALUES | JSON, max_size=3)
ENTRIES = st.dictionaries(
    st.sampled_from(["id", "time", "changes", "field", "object", "x"]),
    st.lists(CHANGES | JSON, max_size=3) | JSON,
    max_size=4,
)
WEBHOOKS = st.fixed_dictionaries(
    {"object": JSON, "entry": st.lists(ENTRIES | JSON, max_size=3) | JSON}
)


def lost(document):
    """Leaves that no update keeps. What became an update of its own has no name there."""
    kept = said(read(document))
    return [
        (name, leaf) for name, leaf in leaves(document) if not kept & {(name, leaf), ("", leaf)}
    ]


@pytest.mark.skipif(not SAMPLES, reason="Meta's published samples are not beside the repository")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_leaf_of_a_published_payload_is_kept(path):
    assert lost(json.loads(path.read_bytes())) == []


JSON_EVENTS = [path for path in EVENTS if path.suffix == ".json"]


@pytest.mark.parametrize("path", JSON_EVENTS, ids=lambda path: path.stem)
def test_every_leaf_of_our_scenarios_is_kept(path):
    assert lost(json.loads(path.read_bytes())) == []


@given(JSON | WEBHOOKS | VALUES)
@settings(max_examples=300, deadline=None)
def test_every_leaf_of_any_json_is_kept(document):
    assert lost(document) == []


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_at_least_one_update_and_no_error(body):
    assert updates(body)


@given(WEBHOOKS)
@settings(max_examples=100, deadline=None)
def test_the_same_bytes_give_the_same_updates(document):
    body = json.dumps(document).encode()
    assert updates(body) == updates(body)
