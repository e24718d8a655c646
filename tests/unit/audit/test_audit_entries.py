"""Entries are read the quick way where it comes to the same, and otherwise field by field."""

import json

from hypothesis import given
from hypothesis import strategies as st

from functions.core.audit.model import Actor, Link, encoded
from functions.core.audit.verify.entries import parsed, unusual, usual
from functions.core.audit.vocabulary import Action, Outcome
from tests.fakes.audit_log import all_entries, event, sample
from tools.verify_audit import read_entry

ENTRIES = all_entries(sample(60))
TEXT = st.text(max_size=8) | st.sampled_from(["", "a", '"', "\\", "\n", "ä", "\x7f", "☃"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda below: st.lists(below, max_size=2) | st.dictionaries(TEXT, below, max_size=2),
    max_leaves=4,
)


def agree(entry):
    """What it is read as, which is the same in every way of reading it."""
    quick, slow = usual(entry), unusual(entry)
    assert quick in (None, slow)
    assert parsed([entry]) == [slow]
    assert (read_entry(entry) is None) is isinstance(slow, str)
    return slow


@st.composite
def events(draw):
    return event(
        1,
        action=draw(st.sampled_from([each for each in Action if not each.startswith("log:")])),
        by=Actor(kind="client", id=draw(TEXT), role=draw(TEXT), network=draw(TEXT)),
        on=tuple(draw(st.lists(TEXT.filter(bool), max_size=3))),
        what=draw(TEXT),
        purpose=draw(TEXT),
        request=draw(TEXT),
        outcome=draw(st.sampled_from(Outcome)),
        facts=draw(st.dictionaries(TEXT, VALUES, max_size=3)),
    )


@given(events(), st.integers(0, 10**6), st.integers(1_700_000_000_000, 4_000_000_000_000))
def test_whatever_a_writer_encodes_is_read_again(told, number, at_ms):
    link = Link("sender.3", number, "ab" * 32)
    found = agree(encoded(told, link, at_ms=at_ms).encode("ascii"))
    assert (found.writer, found.seq, found.prev, found.facts) == (*vars(link).values(), None)
    assert found.action == told.action


@given(st.sampled_from(ENTRIES), st.data())
def test_an_entry_with_some_bytes_changed_is_read_alike_by_all(entry, data):
    at = data.draw(st.integers(0, len(entry)))
    new = data.draw(st.binary(max_size=2) | st.sampled_from([b'"', b"\\", b",", b"}", b"0", b" "]))
    agree(entry[:at] + new + entry[at + data.draw(st.integers(0, 3)) :])


@given(st.sampled_from(ENTRIES), st.sampled_from(list(json.loads(ENTRIES[9]))), VALUES)
def test_an_entry_with_any_value_in_any_field_is_read_alike_by_all(entry, name, value):
    told = json.loads(entry) | {name: value}
    agree(json.dumps(told, sort_keys=True, separators=(",", ":")).encode())


@given(st.sampled_from(ENTRIES), st.randoms())
def test_facts_in_any_order_but_the_sorted_one_are_refused(entry, chance):
    told = json.loads(entry)
    facts = list(told.get("facts", {}).items())
    chance.shuffle(facts)
    shuffled = json.dumps(told | {"facts": dict(facts)}, separators=(",", ":")).encode()
    if "facts" in told and shuffled != entry:
        assert isinstance(agree(shuffled), str)


def test_what_writers_usually_write_is_read_the_quick_way():
    slow = [entry for entry in ENTRIES if usual(entry) is None]
    assert [json.loads(entry)["writer"] for entry in slow] == ["sequencer"] * len(slow)
    assert len(slow) == 3
