"""What an entry says, and what it never says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.audit.errors import EntryTooLargeError
from functions.core.audit.model import (
    MOST_BYTES,
    Actor,
    Event,
    Link,
    chained,
    digest,
    encoded,
    moment,
    network,
)
from functions.core.audit.vocabulary import Action, Outcome
from functions.core.runtime import policies

FIRST = Link("sender.1", 0, "")
AT = 1_790_000_000_123


def event(**more):
    told = {"action": Action.MESSAGE_READ, "by": Actor(kind="client", id="client-1"), **more}
    return Event(**told)


def test_an_entry_is_one_line_of_sorted_ascii_without_what_is_empty():
    text = encoded(event(on=("n1",), facts={"b": "ü", "a": 1}), FIRST, at_ms=AT)
    assert text == (
        '{"action":"record:message:read","at":"2026-09-21T14:13:20.123Z",'
        '"by":{"id":"client-1","kind":"client"},"facts":{"a":1,"b":"\\u00fc"},"on":["n1"],'
        '"outcome":"done","prev":"","seq":0,"v":1,"writer":"sender.1"}'
    )


def test_every_field_is_told():
    by = Actor(kind="client", id="c", role="amana/messages:read", network="203.0.113.0/24")
    full = event(
        by=by,
        on=("n1", "n2"),
        what="message/m_1",
        purpose="treatment",
        request="r-1",
        outcome=Outcome.REFUSED,
        facts={"status": 404},
    )
    told = json.loads(encoded(full, Link("media_api.7", 3, "ab"), at_ms=AT))
    assert told == {
        "v": 1,
        "writer": "media_api.7",
        "seq": 3,
        "prev": "ab",
        "at": moment(AT),
        "action": "record:message:read",
        "by": {
            "kind": "client",
            "id": "c",
            "role": "amana/messages:read",
            "network": "203.0.113.0/24",
        },
        "on": ["n1", "n2"],
        "what": "message/m_1",
        "purpose": "treatment",
        "request": "r-1",
        "outcome": "refused",
        "facts": {"status": 404},
    }


@pytest.mark.parametrize(
    ("field", "large"),
    [
        ("facts", {"facts": {"ids": ["x" * 70_000]}}),
        ("on", {"on": ("n" * 100,) * 700}),
        ("what", {"what": "w" * 70_000}),
        ("purpose", {"purpose": "p" * 70_000}),
        ("request", {"request": "r" * 70_000}),
        ("by", {"by": Actor(kind="client", id="i" * 70_000)}),
    ],
)
def test_an_entry_over_64_kb_is_refused_and_its_largest_field_named(field, large):
    with pytest.raises(EntryTooLargeError, match=field) as refused:
        encoded(event(**large), FIRST, at_ms=AT)
    assert refused.value.field == field


def test_the_largest_entry_is_as_long_as_a_bundle_can_say():
    room = MOST_BYTES - len(encoded(event(what="w"), FIRST, at_ms=AT))
    assert len(encoded(event(what="w" * (room + 1)), FIRST, at_ms=AT)) == MOST_BYTES == 65_535
    assert policies.value("audit", "entry", "most_bytes") == MOST_BYTES
    with pytest.raises(EntryTooLargeError):
        encoded(event(what="w" * (room + 2)), FIRST, at_ms=AT)


@given(st.integers(min_value=1, max_value=20))
def test_each_entry_of_a_chain_names_the_one_before(count):
    entries, after = chained([event()] * count, FIRST, at_ms=AT)
    told = [json.loads(entry) for entry in entries]
    assert [one["seq"] for one in told] == list(range(count))
    assert [one["prev"] for one in told] == ["", *map(digest, entries[:-1])]
    assert after == Link("sender.1", count, digest(entries[-1]))


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "::/48"),
        ("", ""),
        ("test-invoke-source-ip", ""),
    ],
)
def test_of_an_address_the_network_is_kept(address, kept):
    assert network(address) == kept


def test_tags_are_source_subject_action_and_none_is_there_twice():
    tags = [action.value for action in Action]
    assert len(set(tags)) == len(tags)
    for tag in tags:
        assert len(tag.split(":")) == 3
        assert tag.replace(":", "").isalpha()
        assert tag == tag.lower()
