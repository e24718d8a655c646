"""Records as the functions see them, and as the table holds them."""

import json

import pytest

from functions.core.content.errors import CiphertextRefusedError
from functions.core.content.records import SealedRecords, Sealing
from functions.core.runtime.records import Key, Write
from tests.fakes.keys import MemoryKeys, MemoryRoots, key_ring
from tests.fakes.records import MemoryRecords

MESSAGE = Key("MESSAGE#m_a", "MESSAGE")
FACT = {"kind": "status", "at_ms": 5, "key": "n1~0", "tag": "t"}
INTENT = {
    "facts": {"f1": {**FACT, "raw": "canary one"}, "f2": {**FACT, "key": "b2~0", "raw": "two"}},
    "intent": '{"to": "canary"}',
    "address": {"to": "canary"},
    "wamid": "canary",
    "error": {"details": "canary"},
    "key": "n1~0",
    "send_state": "queued",
}
EXAMPLES = [
    (MESSAGE, INTENT),
    (Key("MESSAGE#w_b", "PARTICIPANT#p"), {"facts": {"f1": {**FACT, "raw": "canary"}}}),
    (Key("NODE#n1", "NODE"), {"value": "canary", "profile": {"name": "canary"}, "key": "n1~0"}),
    (Key("NODE#n2", "NODE"), {"value": "canary", "profile": None, "key": "n1~0"}),
    (Key("ACCOUNT#1", "5#x"), {"field": "f", "raw": "canary", "key": "account~1"}),
    (Key("MEDIA#f_a", "MEDIA"), {"media_id": "1", "filename": "canary", "key": "n1~0"}),
    (Key("THREAD#t", "THREAD"), {"last_ms": 5}),
]


@pytest.fixture
def keys():
    keys = MemoryKeys()
    keys.open_epoch()
    return keys


@pytest.mark.parametrize(("key", "item"), EXAMPLES)
def test_content_is_there_for_us_and_nowhere_in_the_table(keys, key, item):
    table = MemoryRecords()
    records = SealedRecords(table, Sealing(key_ring(keys)))
    assert records.write(Write(key, {**item, "digest": "d"}, None))
    assert b"canary" not in repr(table.items).encode()
    assert records.load([key])[key] == {**key._asdict(), **item, "digest": "d"}


def test_what_is_queried_stays_in_clear(keys):
    stored = Sealing(key_ring(keys)).sealed(MESSAGE, INTENT)
    assert stored["send_state"] == "queued"
    assert stored["facts"]["f1"]["at_ms"] == 5
    assert set(stored) == {
        "facts", "key", "send_state",
        "sealed_intent", "sealed_address", "sealed_wamid", "sealed_error",
    }  # fmt: skip


def test_writing_what_was_read_changes_nothing(keys):
    sealing = Sealing(key_ring(keys))
    stored = sealing.sealed(MESSAGE, INTENT)
    assert sealing.sealed(MESSAGE, sealing.opened({MESSAGE: stored})[MESSAGE]) == stored


def test_a_refusal_is_counted_wherever_it_ends_up(keys):
    refusals = []
    sealing = Sealing(key_ring(keys, refused=lambda: refusals.append(1)))
    stored = sealing.sealed(MESSAGE, INTENT)
    with pytest.raises(CiphertextRefusedError):
        sealing.opened({Key("MESSAGE#m_b", "MESSAGE"): stored})
    assert refusals == [1]


@pytest.mark.parametrize("name", ["sealed_intent", "sealed_address", "sealed_wamid"])
def test_a_ciphertext_under_another_name_or_record_is_refused(keys, name):
    sealing = Sealing(key_ring(keys))
    stored = sealing.sealed(MESSAGE, INTENT)
    other = Key("MESSAGE#m_b", "MESSAGE")
    with pytest.raises(CiphertextRefusedError):
        sealing.opened({other: stored})
    with pytest.raises(CiphertextRefusedError):
        sealing.opened({MESSAGE: {**stored, name: stored["sealed_error"]}})


def test_a_fact_put_among_the_facts_of_another_contact_is_refused(keys):
    sealing = Sealing(key_ring(keys))
    stored = sealing.sealed(MESSAGE, INTENT)
    facts = stored["facts"]
    facts["f1"], facts["f2"] = facts["f2"], facts["f1"]
    with pytest.raises(CiphertextRefusedError):
        sealing.opened({MESSAGE: stored})


def test_what_a_destroyed_key_sealed_stays_as_it_is_and_its_neighbours_open(keys):
    roots = MemoryRoots()
    stored = Sealing(key_ring(keys, roots)).sealed(MESSAGE, INTENT)
    keys.destroy(keys.keys["n1~0"], now_ms=42)
    sealing = Sealing(key_ring(keys, roots))
    shown = sealing.opened({MESSAGE: stored})[MESSAGE]
    assert shown["destroyed_ms"] == 42
    assert shown["facts"]["f1"]["destroyed_ms"] == 42
    assert shown["facts"]["f2"]["raw"] == "two"
    assert "canary" not in json.dumps(shown, default=str)
    assert sealing.sealed(MESSAGE, shown) == stored
