"""What is malformed is refused in one sentence, by both verifiers alike, and never crashes them."""

import base64

import pytest
from audit_both import findings, kinds
from hypothesis import example, given
from hypothesis import strategies as st

from functions.core.audit.errors import MalformedError
from functions.core.audit.keys import verifier_key
from functions.core.audit.note import checkpoint_from
from functions.core.audit.proof import proof_from
from functions.core.audit.tiles import bundle_path, entries_in, tile_path
from functions.core.audit.verify.entries import parsed
from tests.fakes.audit_log import ORIGIN, Signer, all_entries, proof_of, sample
from tools import verify_audit as tool

LOG = sample(300)
KEY = Signer().key
NOTE = LOG.checkpoint
PROOF = proof_of(LOG, 77).file
ENTRIES = all_entries(LOG)
ENTRY = ENTRIES[200]
NEEDED = [
    "checkpoint",
    bundle_path(0),
    bundle_path(1, 44),
    tile_path(0, 0),
    tile_path(0, 1, 44),
    tile_path(1, 0, 1),
]


def core_takes(read, data):
    said = refusal(read, data, MalformedError)
    assert said is None or (said and "\n" not in said)
    return said is None


def tool_takes(read, data):
    said = refusal(read, data, tool.MalformedError)
    assert said is None or (said and "\n" not in said)
    return said is None


def refusal(read, data, kind):
    try:
        read(data)
    except kind as error:
        return str(error)
    return None


def core_proves(data):
    proof = proof_from(data)
    signed = proof.checkpoint
    if not (signed.origin == KEY.name and KEY.has_signed(signed) and proof.holds()):
        raise MalformedError("proof", "proves nothing")


def core_entry(data):
    (found,) = parsed([data])
    if isinstance(found, str):
        raise MalformedError("entry", found)


def tool_entry(data):
    if tool.read_entry(data) is None:
        raise tool.MalformedError("entry")


def tool_bundle(data):
    if tool.entries_in(data) is None:
        raise tool.MalformedError("bundle")


READERS = {
    "checkpoint": (checkpoint_from, lambda data: tool.Note(data, "it"), NOTE),
    "key": (
        lambda data: verifier_key(data.decode("latin-1")),
        lambda data: tool.Key(data.decode("latin-1")),
        KEY.text.encode(),
    ),
    "proof": (core_proves, lambda data: tool.prove(data, tool.Key(KEY.text)), PROOF),
    "entry": (core_entry, tool_entry, ENTRY),
    "bundle": (lambda data: entries_in("it", data), tool_bundle, LOG.files[NEEDED[2]]),
}
READER = pytest.mark.parametrize("what", READERS)


def agree(what, data):
    core, auditor, _ = READERS[what]
    taken = core_takes(core, data)
    assert taken is tool_takes(auditor, data)
    return taken


@READER
def test_what_is_as_it_should_be_is_taken_by_both(what):
    assert agree(what, READERS[what][2])


@READER
@given(data=st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused_by_both_alike(what, data):
    agree(what, data)


@READER
@given(data=st.data())
def test_one_byte_more_less_or_other_is_taken_or_refused_by_both_alike(what, data):
    good = READERS[what][2]
    at = data.draw(st.integers(0, len(good) - 1))
    new = data.draw(st.binary(max_size=2))
    changed = good[:at] + new + good[at + 1 :]
    taken = agree(what, changed)
    if what == "proof" and taken:
        # in the signature's own line is nothing that it is of
        assert changed.rpartition(b"\n\n")[0] == good.rpartition(b"\n\n")[0]


@given(st.sampled_from(NEEDED), st.data())
def test_one_byte_changed_in_any_file_is_found_by_both(name, data):
    good = LOG.files[name]
    at = data.draw(st.integers(0, len(good) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = bytearray(good)
    changed[at] ^= 1 << bit
    core, auditor = kinds(LOG.files | {name: bytes(changed)}, KEY)
    assert core
    assert auditor


@given(st.sampled_from(NEEDED), st.binary(max_size=200))
@example(NEEDED[1], b"")
def test_any_bytes_in_place_of_any_file_are_found_by_both(name, data):
    core, auditor = kinds(LOG.files | {name: data}, KEY)
    assert core
    assert auditor


@given(st.lists(st.sampled_from(NEEDED), min_size=1, unique=True))
def test_whatever_is_missing_is_missing_to_both(names):
    files = {name: data for name, data in LOG.files.items() if name not in names}
    core, auditor = kinds(files, KEY)
    assert "missing" in core
    assert "missing" in auditor


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda lines: [b"\xff", *lines[1:]], "checkpoint: is not UTF-8"),
        (lambda lines: [b"a\tb", *lines[1:]], "checkpoint: holds control characters"),
        (lambda lines: lines[:3], "checkpoint: needs a blank line and signatures after it"),
        (lambda lines: lines[1:], "checkpoint: needs three lines: origin, size, root"),
        (lambda lines: [lines[0], b"-1", *lines[2:]], "checkpoint: line 2 is not a tree size"),
        (lambda lines: [lines[0], b"0300", *lines[2:]], "checkpoint: line 2 is not a tree size"),
        (lambda lines: [*lines[:2], b"AAAA", *lines[3:]], "checkpoint: line 3 is not a hash"),
        (lambda lines: [*lines[:2], b"====", *lines[3:]], "checkpoint: line 3 is not base64"),
        (lambda lines: [*lines[:4], b"- x AAAA", b""], "checkpoint: signature 1 is not"),
        (lambda lines: [*lines[:4], "— x AAAA".encode(), b""], "checkpoint: signature 1 is too s"),
    ],
)
def test_a_malformed_checkpoint_is_refused_with_what_is_wrong(change, sentence):
    note = b"\n".join(change(NOTE.split(b"\n")))
    with pytest.raises(MalformedError) as refused:
        checkpoint_from(note)
    assert str(refused.value).startswith(sentence)
    assert not tool_takes(lambda data: tool.Note(data, "it"), note)
    told = findings(LOG.files | {"checkpoint": note}, KEY)
    assert [(who, kind) for who, kind, *_ in told] == [("core", "malformed"), ("tool", "malformed")]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+AAAA",
        KEY.text.replace(KEY.id.hex(), "00000000"),
        f"{ORIGIN}+{KEY.id.hex()}+" + base64.b64encode(b"\x01" + KEY.der).decode(),
        f"{ORIGIN}+{KEY.id.hex()}+" + base64.b64encode(b"\x02" + KEY.der[:-1]).decode(),
    ],
)
def test_a_key_that_is_none_is_refused_by_both(key):
    assert not core_takes(verifier_key, key)
    assert not tool_takes(tool.Key, key)


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"[]",
        b"null",
        b" " + ENTRY,
        ENTRY + b"\n",
        b"[" * 100_000,
        ENTRY.replace(b'"v":1', b'"v":2'),
        ENTRY.replace(b'"v":1', b'"v":true'),
        ENTRY.replace(b'"v":1', b'"v":1.0'),
        ENTRY.replace(b'"v":1,', b'"v":1,"v":1,'),
        ENTRY.replace(b'"v":1', b'"v": 1'),
        ENTRY.replace(b'"outcome":"done"', b'"outcome":"fine"'),
        ENTRY.replace(b"message:send:settled", b"log:batch:sealed"),
        ENTRY.replace(b"message:send:settled", b"send"),
        ENTRY.replace(b'"kind":"client"', b'"kind":7'),
        ENTRY.replace(b'"kind":', b'"king":'),
        ENTRY.replace(b'"what":"', b'"what":"\xc3\xa4'),
        ENTRY.replace(b'"what":"', b'"whom":"'),
        ENTRY.replace(b'"at":"2026-11', b'"at":"2026-13'),
        ENTRY.replace(b'"at":"2026-11-02', b'"at":"2026-11-31'),
        ENTRIES[-1].replace(b'"entries":', b'"entries":-'),
        ENTRIES[0].replace(b'"number":1', b'"number":0'),
        ENTRIES[0].replace(b'"function":"sender","number":1', b'"number":1,"function":"sender"'),
    ],
)
def test_an_entry_that_is_not_of_the_format_is_refused_by_both(entry):
    assert not agree("entry", entry)
