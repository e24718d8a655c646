#!/usr/bin/env python3
"""Check a copy of the audit log, or the proof of one entry. One file, Python's own library only.

    python verify_audit.py verify FOLDER --key KEY [--known FILE]... [--until TIME]
    python verify_audit.py prove FILE --key KEY

KEY is `name+key id+base64`, or a file that holds it. Exit code 0: nothing found; 1: findings; 2: it
could not be read. The format, and what each finding means: docs/audit-format.md. To be read from
top to bottom: hashes, signatures, files, tree, entries, and what somebody types.
"""

import argparse
import base64
import difflib
import hashlib
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

# ---------------------------------------------------------------- 1. Merkle trees (RFC 6962, 2.1)


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def split(size):
    """Of a tree this large, so many leaves are on the left: the largest power of two below."""
    return 1 << (size - 1).bit_length() - 1


def root_of(hashes):
    if not hashes:
        return sha256(b"")
    while len(hashes) > 1:  # an odd one at the end goes up as it is: the same as splitting
        pairs = [node_hash(*hashes[at : at + 2]) for at in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(hashes) & ~1 :]
    return hashes[0]


def is_included(index, size, leaf, proof, root):
    """Whether the proof leads from this leaf to this root: its last hash is next to the root."""

    def climb(index, size, proof):
        if size == 1:
            return leaf if not proof else None
        if not proof:
            return None
        left = split(size)
        if index < left:
            below = climb(index, left, proof[:-1])
            return below and node_hash(below, proof[-1])
        below = climb(index - left, size - left, proof[:-1])
        return below and node_hash(proof[-1], below)

    are_hashes = all(len(each) == 32 for each in [leaf, root, *proof])
    return are_hashes and 0 <= index < size and climb(index, size, list(proof)) == root


def is_consistent(old, new, old_root, new_root, proof):
    """Whether the first `old` of `new` leaves are the tree with `old_root`."""

    def climb(old, new, proof, is_all_of_old):
        """Both roots of this part of the tree, or None."""
        if old == new:
            if is_all_of_old:
                return None if proof else (old_root, old_root)
            return (proof[0], proof[0]) if len(proof) == 1 else None
        if not proof:
            return None
        left, last = split(new), proof[-1]
        if old <= left:
            both = climb(old, left, proof[:-1], is_all_of_old)
            return both and (both[0], node_hash(both[1], last))
        both = climb(old - left, new - left, proof[:-1], False)
        return both and (node_hash(last, both[0]), node_hash(last, both[1]))

    if not all(len(each) == 32 for each in [old_root, new_root, *proof]) or not 0 <= old <= new:
        return False
    if old == 0:  # everything continues the empty tree
        return not proof and old_root == sha256(b"") and (new > 0 or new_root == old_root)
    return climb(old, new, list(proof), True) == (old_root, new_root)


# ---------------------------------------------------------------- 2. Signatures (ECDSA, P-256)

P = 2**256 - 2**224 + 2**192 + 2**96 - 1  # the field; SEC 2, 2.4.2
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # order of G
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
# what precedes the point in a SubjectPublicKeyInfo of this curve, and the mark of an even pair x, y
KEY_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200" + "04")


class MalformedError(Exception):
    """Says in one sentence what is not as the format says."""


def add(one, two):
    """The sum of two points of the curve; None is zero."""
    if one is None or two is None:
        return one or two
    (x1, y1), (x2, y2) = one, two
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    if one == two:
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


class Key:
    def __init__(self, text):
        try:
            self.name, self.id, told = text.strip().split("+", 2)
            raw = base64.b64decode(told, validate=True)
        except ValueError:
            raise MalformedError("key: is not `name+key id+base64`") from None
        head, point = raw[1 : 1 + len(KEY_HEAD)], raw[1 + len(KEY_HEAD) :]
        self.point = x, y = int.from_bytes(point[:32], "big"), int.from_bytes(point[32:], "big")
        if raw[:1] != b"\x02" or head != KEY_HEAD or len(point) != 64:
            raise MalformedError("key: is not of type ECDSA on P-256")
        if x >= P or y >= P or (y * y - x * x * x + 3 * x - B) % P:
            raise MalformedError("key: is no point of the curve P-256")
        if sha256(raw[1:])[:4].hex() != self.id or not self.name:
            raise MalformedError("key: its id is not that of the key")

    def has_signed(self, note):
        mine = [s[4:] for name, s in note.signatures if (name, s[:4].hex()) == (self.name, self.id)]
        return bool(mine) and all(self.verifies(note.text.encode(), each) for each in mine)

    def verifies(self, message, signature):
        numbers = der_integers(signature)
        if numbers is None or not all(0 < each < N for each in numbers):
            return False
        r, s = numbers
        inverse = pow(s, -1, N)
        one, two = int.from_bytes(sha256(message), "big") * inverse % N, r * inverse % N
        found, both = None, add(G, self.point)
        for bit in range(255, -1, -1):  # one * G + two * key, both at once
            found = add(found, found)
            which = (one >> bit & 1) + 2 * (two >> bit & 1)
            found = add(found, (None, G, self.point, both)[which])
        return found is not None and found[0] % N == r


def der_integers(data):
    """The two integers of a DER sequence, each as short as can be; None if it is not that."""
    found, rest = [], data[2:]
    if data[:1] != b"\x30" or len(data) > 74 or data[1:2] != bytes([len(rest)]):
        return None
    for _ in range(2):
        if len(rest) < 3 or rest[0] != 2 or not 0 < rest[1] <= len(rest) - 2:
            return None
        number, rest = rest[2 : 2 + rest[1]], rest[2 + rest[1] :]
        if number[0] > 127 or (number[0] == 0 and (len(number) == 1 or number[1] < 128)):
            return None
        found.append(int.from_bytes(number, "big"))
    return None if rest else found


# ---------------------------------------------------------------- 3. Files (C2SP, see the format)


def unbase64(text, what):
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        found = b""
    if not found or base64.b64encode(found).decode() != text:
        raise MalformedError(f"{what}: is not base64")
    return found


class Note:
    """A checkpoint: origin, size, root; `text` is what the signatures are of."""

    def __init__(self, data, what):
        try:
            note = data.decode()
        except UnicodeDecodeError:
            raise MalformedError(f"{what}: is not UTF-8") from None
        text, blank, tail = note.rpartition("\n\n")
        lines = text.split("\n")
        if not blank or tail[-1:] != "\n" or re.search("[\x00-\x09\x0b-\x1f]", note):
            raise MalformedError(f"{what}: needs lines, a blank one, and signatures")
        if len(lines) < 3 or not all(lines) or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
            raise MalformedError(f"{what}: needs three lines: origin, size, root")
        self.text, self.origin, self.size = text + "\n", lines[0], int(lines[1])
        self.root, self.signatures = unbase64(lines[2], f"{what}: line 3"), []
        for line in tail[:-1].split("\n"):
            match = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
            value = unbase64(match[2], f"{what}: a signature") if match else b""
            if len(value) < 5 or len(self.signatures) == 32:
                raise MalformedError(f"{what}: a signature is not `— name base64`, or one too many")
            self.signatures.append((match[1], value))
        if len(self.root) != 32:
            raise MalformedError(f"{what}: line 3 is not a hash of 32 bytes")


def path_of(kind, index, width=256):
    """`kind` is a level or `entries`; 1234067 becomes x001/x234/067."""
    groups = f"{index:0{-(-max(len(str(index)), 1) // 3) * 3}}"
    parts = [groups[at : at + 3] for at in range(0, len(groups), 3)]
    name = "/".join(["x" + part for part in parts[:-1]] + parts[-1:])
    return f"tile/{kind}/{name}" + (f".p/{width}" if width < 256 else "")


def entries_in(data):
    """The entries of a bundle, each after its length in two bytes; None if it ends within one."""
    found, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            return None
        found.append(data[at + 2 : end])
        at = end
    return found


def hashes_in(data):
    """Those of a tile."""
    return None if len(data) % 32 else [data[at : at + 32] for at in range(0, len(data), 32)]


# ---------------------------------------------------------------- 4. The tree


class Log:
    """A folder and its checkpoint. `findings`: kind, place, sentence; `notes` are no faults."""

    def __init__(self, folder, size, root):
        self.folder, self.size, self.root = Path(folder), size, root
        self.findings, self.notes, self.damaged = [], [], []
        self.entries = Entries(self)
        # bundles from the beginning may have been deleted, past their retention
        full = max(0, (size - 1) // 256)
        there = (at for at in range(full) if self.read(path_of("entries", at)) is not None)
        self.expired = next(there, full)

    def found(self, kind, place, sentence):
        self.findings.append((kind, place, sentence))

    def read(self, name):
        try:
            return (self.folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def width(self, level, index):
        return min(256, (self.size >> 8 * level) - index * 256)

    def parts(self, kind, index, width, split):
        """What a tile or bundle holds; None, and a finding, when it is not there or is none."""
        name, most = path_of(kind, index, width), None
        found = self.read(name)
        if found is None and width < 256:  # a full one stands for a partial one
            found, most = self.read(path_of(kind, index)), width
        if found is None:
            level = 0 if kind == "entries" else kind
            if (index + 1) * 256**level > self.expired:
                self.found("missing", name, "is not there")
            return None
        parts = split(found)
        if parts is None or (kind != "entries" and len(parts[:most]) != width):
            self.found("malformed", name, "does not hold what belongs there")
            return None
        return parts[:most]

    def tile(self, level, index):
        return self.parts(level, index, self.width(level, index), hashes_in)

    def check_tree(self):
        """From the root down to every entry, and the hashes of all that up to the root again."""
        levels = reversed(range((self.size.bit_length() + 7) // 8))
        edge = [(level, self.size >> 8 * level + 8) for level in levels]
        edge = [tile for tile in edge if self.width(*tile)]  # the partial tile of each level
        told = [self.tile(*tile) for tile in edge]
        is_signed = None not in told and peak_root(told) == self.root
        found = [
            self.check_tile(*tile, hashes, is_signed=is_signed)
            for tile, hashes in zip(edge, told, strict=True)
        ]
        holds = None not in found and peak_root(found) == self.root
        if not is_signed and not holds:
            self.found("rewritten", "checkpoint", "what is there leads to another root")
        for tile, above, below in zip(edge, told, found, strict=True):
            if holds and above and above != below:
                self.found("flipped", path_of(*tile, self.width(*tile)), "a hash is wrong")
        if holds:  # where a tile and a bundle of the right length disagree, the bundle is right
            self.damaged = [each for each in self.damaged if len(each[1]) != len(each[2])]
        are_moved = len(self.damaged) > 1 and all_of(self.damaged, 1) == all_of(self.damaged, 2)
        for index, signed, there in self.damaged:
            for kind, at in [("swapped", 0)] if are_moved else differences(signed, there):
                self.found(kind, f"entry {index * 256 + at}", "is not what was signed")

    def check_tile(self, level, index, told, *, signed=None, is_signed=False):
        """Hashes of this tile as they follow from the entries.

        `told`: those in its file. `signed`: its own hash, if known; `is_signed`: the file is right.
        """
        is_signed = is_signed or (told is not None and signed == root_of(told))
        if level == 0:
            found = self.check_bundle(index, told, signed)
        else:
            found = []
            for at in range(self.width(level, index)):
                tile = (level - 1, index * 256 + at)
                want = told[at] if is_signed else None
                below = self.check_tile(*tile, self.tile(*tile), signed=want)
                found.append(root_of(below) if below else told[at] if told else None)
            found = None if None in found else found
        if signed and not is_signed and found and (told or root_of(found) != signed):
            kind = "flipped" if root_of(found) == signed else "rewritten"
            self.found(kind, path_of(level, index), "its hashes are not the signed ones")
        return found

    def check_bundle(self, index, told, signed):
        """Hashes of its entries; those that the tile tells where the entries are not known."""
        width = self.width(0, index)
        entries = self.parts("entries", index, width, entries_in)
        found = [leaf_hash(entry) for entry in entries or []]
        if entries is not None and len(found) == width and told in (found, None):
            self.entries.take(index * 256, entries)
            return found
        self.entries.hole()
        if entries is None or (len(found) == width and root_of(found) == signed):
            return found or told  # not there, or only the tile is wrong
        if told is None:
            kind = "dropped" if len(found) < width else "inserted"
            self.found(kind, path_of("entries", index, width), f"{len(found)} entries")
            return None
        self.damaged.append((index, told, found))
        return found if len(found) == width else told

    def root_at(self, size):
        """When the log had so many entries; None where the tiles do not tell any more."""
        levels = []
        for level in reversed(range((size.bit_length() + 7) // 8)):
            index, width = divmod(size >> 8 * level, 256)
            told = self.tile(level, index) if width else []
            if told is None:
                return None
            levels.append(told[:width])
        return peak_root(levels)

    def seals_beyond(self):
        """Times of batches after the checkpoint, two at most."""
        index, skipped, seals = self.size // 256, self.size % 256, []
        while len(seals) < 2:
            name = path_of("entries", index)
            found = [path.name for path in self.folder.glob(f"{name}.p/*")]
            widths = {int(each) for each in found if each.isdecimal()}
            names = [name, *(path_of("entries", index, width) for width in sorted(widths)[::-1])]
            found = entries_in(next(filter(None, map(self.read, names)), b"")) or []
            entries = filter(None, map(read_entry, found[skipped:]))
            seals += [each["moment"] for each in entries if each["action"] == "log:batch:sealed"]
            if len(found) <= skipped:
                break
            index, skipped = index + 1, 0
        return seals[:2]


def peak_root(levels):
    """Of partial tiles, the highest level first: each is continued by the root of those below."""
    below = []
    for hashes in filter(None, reversed(levels)):
        below = [root_of([*hashes, *below])]
    return root_of(below)


def all_of(damaged, at):
    return sorted(each for bundle in damaged for each in bundle[at])


def differences(signed, found):
    """What was done to a bundle: kinds and positions."""
    if sorted(signed) == sorted(found):
        moved = [
            at for at, pair in enumerate(zip(signed, found, strict=True)) if pair[0] != pair[1]
        ]
        return [("swapped", at) for at in moved[:1]]
    result = []
    matcher = difflib.SequenceMatcher(a=signed, b=found, autojunk=False)
    for what, begin, end, start, stop in matcher.get_opcodes():
        if what != "equal":
            both = min(end - begin, stop - start)
            result += [("flipped", at) for at in range(begin, begin + both)]
            result += [("dropped", at) for at in range(begin + both, end)]
            result += [("inserted", begin + both)] * (stop - start - both)
    return result


# ---------------------------------------------------------------- 5. The entries

LATE, AHEAD, BEHIND = timedelta(minutes=15), timedelta(minutes=5), timedelta(hours=26)
EVER, NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
NEEDED = {"v", "writer", "seq", "prev", "at", "action", "by", "outcome"}
TEXTS = {"what", "purpose", "request"}
FORMS = {
    "writer": r"sequencer|[a-z][a-z0-9_]{0,63}\.[1-9][0-9]{0,17}",
    "prev": r"([0-9a-f]{64})?",
    "at": r"2\d{3}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z",
    "action": r"[a-z]+:[a-z]+:[a-z]+",
    "outcome": r"begun|done|refused|denied|failed|unknown",
}


def read_entry(data):
    """Its fields, and its `moment`; None when it is not one line of sorted JSON with those."""
    try:
        told = json.loads(data.decode("ascii"))
        again = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        by, facts, action = told["by"], told.get("facts", {"-": ""}), told["action"]
        texts = [*by.values(), *told.get("on", ["-"]), *map(told.get, TEXTS & told.keys())]
        numbers, opened = [told["v"], told["seq"]], "sequencer"
        if action == "log:writer:opened":
            opened = f"{facts['function']}.{facts['number']}"
            numbers.append(facts["number"])
        elif action == "log:batch:sealed":
            numbers += [facts["entries"], *facts.get("writers", {}).values()]
        is_right = (
            (again, told["v"]) == (data, 1)
            and NEEDED <= told.keys() <= NEEDED | TEXTS | {"on", "facts"}
            and by.keys() <= {"kind", "id", "role", "network"}
            and isinstance(told.get("on", []), list)
            and isinstance(facts, dict)
            and facts != {}
            and told.get("on") != []
            and all(re.fullmatch(form, told[name], re.ASCII) for name, form in FORMS.items())
            and re.fullmatch(FORMS["writer"], opened, re.ASCII)
            and (told["writer"] == "sequencer") == action.startswith("log:")
            and all(type(text) is str and text for text in texts)
            and all(type(number) is int and 0 <= number < 1 << 63 for number in numbers)
        )
        moment = datetime.fromisoformat(told["at"])
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError):
        return None
    return told | {"moment": moment, "facts": facts} if is_right else None


class Chain:
    """What a writer has written: up to `next` in order, the rest waiting for what is before it."""

    def __init__(self):
        self.next, self.digest, self.moment, self.waiting = 0, "", EVER, {}


class Entries:
    """All entries in the order of the log. A batch's time is known when its end is read."""

    def __init__(self, log):
        self.found, self.chains, self.batches, self.batch = log.found, {}, [], []
        self.start = 0  # where the batch being read began; None where a part of it is not known
        self.holes = set()  # after how many batches there are entries that are not known
        self.opened, self.known = {}, {}  # after how many batches the log tells of a writer

    def hole(self):
        self.holes.add(len(self.batches))
        self.start, self.batch = None, []

    def take(self, first, bundle):
        for place, data in enumerate(bundle, first):
            told = read_entry(data)
            if told is None:
                self.found("malformed", f"entry {place}", "is not sorted JSON with its fields")
                continue
            self.link(place, data, told)
            self.batch.append((told["moment"], place))
            if told["action"] == "log:writer:opened":
                function, number = told["facts"]["function"], told["facts"]["number"]
                if f"{function}.{number}" in self.opened:
                    self.found("broken", f"entry {place}", f"{function}.{number} is opened twice")
                self.opened.setdefault(f"{function}.{number}", len(self.batches))
                self.tell(function, number)
            elif told["action"] == "log:batch:sealed":
                self.seal(place, told["moment"], told["facts"])

    def link(self, place, data, told):
        writer, number = told["writer"], told["seq"]
        chain = self.chains.setdefault(writer, Chain())
        if number < chain.next or number in chain.waiting:
            self.found("broken", f"entry {place}", f"{writer} has number {number} twice")
            return
        digest = hashlib.sha256(data).hexdigest()
        batch = len(self.batches)
        chain.waiting[number] = (told["prev"], digest, told["moment"], batch, place)
        self.follow(writer, chain)
        if writer != "sequencer":
            self.tell(*writer.split("."))

    def follow(self, writer, chain):
        while chain.next in chain.waiting:
            prev, digest, moment, _, place = chain.waiting.pop(chain.next)
            if prev != chain.digest if chain.digest is not None else not prev:
                said = f"{writer} {chain.next} does not follow on the entry before it"
                self.found("broken", f"entry {place}", said)
            if moment < chain.moment:
                said = f"{writer} {chain.next} is earlier than the entry before it"
                self.found("backdated", f"entry {place}", said)
            chain.next, chain.digest, chain.moment = chain.next + 1, digest, moment

    def tell(self, function, number):
        """There is a writer by this number."""
        self.known.setdefault(function, {}).setdefault(int(number), len(self.batches))

    def seal(self, place, at, facts):
        where, before = f"entry {place}", self.batches[-1] if self.batches else at
        if self.start is not None and facts["entries"] != place - self.start:
            self.found("malformed", where, f"says {facts['entries']} entries before it")
        if self.start is not None and at - before > LATE:
            self.found("silent", where, f"no batch for {at - before}")
        if at < before:
            self.found("backdated", where, "is sealed before the batch before it")
        for moment, each in self.batch:
            if moment - at > AHEAD or at - moment > BEHIND:
                self.found("backdated", f"entry {each}", f"says {moment}, its batch is of {at}")
        for function, number in facts.get("writers", {}).items():
            self.tell(function, number)
        self.batches.append(max(at, before))
        self.start, self.batch = place + 1, []

    def time_of(self, batch):
        return EVER if batch < 0 else self.batches[batch] if batch < len(self.batches) else NEVER

    def is_lost(self, begin, due):
        """Whether what came in this time, if it did, is neither on its way nor in a hole."""
        if due >= self.time_of(len(self.batches) - 1) - LATE:
            return False
        holes = [(self.time_of(hole - 1), self.time_of(hole)) for hole in self.holes]
        return not any(start <= due + LATE and begin <= end for start, end in holes)

    def check_end(self, size):
        """What is missing, now that all is read."""
        if self.start not in (None, size):
            self.found("malformed", f"entry {size - 1}", "is not the end of a batch")
        for writer, chain in self.chains.items():
            while chain.waiting:
                first = min(chain.waiting)
                due = self.time_of(min(batch for _, _, _, batch, _ in chain.waiting.values()))
                begin = chain.moment - AHEAD if chain.next else self.opening(writer)
                if self.is_lost(begin, due):
                    self.found("gap", writer, f"{chain.next} to {first - 1} are not there")
                chain.next, chain.digest = first, None
                self.follow(writer, chain)
        for function, known in self.known.items():
            numbers, due = sorted(known.keys() - {0}), NEVER
            for below, number in reversed(list(zip([0, *numbers], numbers, strict=False))):
                due = min(due, self.time_of(known[number]))
                last = number - (f"{function}.{number}" in self.opened)
                begin = self.opening(f"{function}.{below}")
                if below < last and self.is_lost(begin, due):
                    self.found("writer-missing", function, f"{below + 1} to {last} never opened")

    def opening(self, writer):
        """No entry of a writer is in the log before this."""
        return self.time_of(self.opened.get(writer, -1)) - LATE


# ---------------------------------------------------------------- 6. Where a log begins and ends


def check_ends(log, until, retention):
    batches = log.entries.batches
    last = batches[-1] if batches else EVER
    if until and last < until - LATE:
        log.found("truncated", "checkpoint", f"ends at {last}, and should reach {until}")
    if log.expired:
        # what is gone is at most a batch older than what is left, and files are deleted once a day
        latest = max(last, until or last) - min(retention, NEVER - EVER) + LATE + timedelta(days=1)
        if not batches or batches[0] > latest:
            log.found("missing", "tile/entries", f"{log.expired} bundles went before their time")
        log.notes.append(f"{log.expired * 256} entries from the beginning are gone")
    # the sequencer writes one batch's tiles, then the checkpoint: at most one is ahead of it
    seals = log.seals_beyond()
    if len(seals) > 1 or (seals and until and until - seals[0] > LATE):
        log.found("replayed", "checkpoint", f"a batch of {seals[0]} was sealed after it")


def check_known(log, note, name):
    """A checkpoint of an earlier visit: the log must go on from there."""
    if note.size > log.size:
        log.found("truncated", name, f"has {note.size} entries, the log only {log.size}")
    elif any(place[:5] == "tile/" for _, place, _ in log.findings) or log.damaged:
        log.notes.append(f"{name}: not compared, the tree is not what was signed")
    elif (root := log.root_at(note.size)) is None:
        log.notes.append(f"{name}: of so few entries nothing can be told any more")
    elif root != note.root:
        log.found("forked", name, f"has another root of the first {note.size} entries")


def signed_note(log, key, data, name):
    """A checkpoint of this log; None, and a finding, when it is not."""
    try:
        note = Note(data, name)
    except MalformedError as error:
        return log.found("malformed", name, str(error))
    if note.origin == key.name and key.has_signed(note):
        return note
    return log.found("wrong-key", name, f"of {note.origin} is not signed by {key.name}")


def verify(folder, key, known=(), until=None, retention=timedelta(days=2192)):
    """The Log with its findings. `known`: paths of other checkpoints."""
    log = Log(folder, 0, b"")
    data = log.read("checkpoint")
    if data is None:
        log.found("missing", "checkpoint", "is not there")
        return log
    note = signed_note(log, key, data, "checkpoint")
    if note is None:
        return log
    log = Log(folder, note.size, note.root)
    log.check_tree()
    log.entries.check_end(log.size)
    check_ends(log, until, retention)
    for path in known:
        other = signed_note(log, key, Path(path).read_bytes(), path)
        if other:
            check_known(log, other, path)
    return log


def prove(data, key):
    """The entry that this proof is of; MalformedError says why it proves nothing."""
    head, blank, note = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    match = re.fullmatch("index (0|[1-9][0-9]{0,18})", lines[2]) if len(lines) > 2 else None
    if not (blank and match and lines[0] == "c2sp.org/tlog-proof@v1" and lines[1][:6] == "extra "):
        raise MalformedError("proof: needs its head, `extra`, `index`, hashes and a checkpoint")
    entry, note = unbase64(lines[1][6:], "proof: line 2"), Note(note, "proof: checkpoint")
    hashes = [unbase64(line, "proof: a hash") for line in lines[3:]]
    if note.origin != key.name or not key.has_signed(note):
        raise MalformedError(f"wrong-key: {note.origin} is not signed by {key.name}")
    if not is_included(int(match[1]), note.size, leaf_hash(entry), hashes, note.root):
        raise MalformedError("rewritten: the entry is not in the log of this checkpoint")
    return entry.decode("ascii", "backslashreplace")


# ---------------------------------------------------------------- 7. What somebody types


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("verify", "FOLDER"), ("prove", "FILE")):
        command = commands.add_parser(name)
        command.add_argument("path", metavar=what, type=Path)
        command.add_argument("--key", required=True, help="name+id+base64, or a file with it")
    commands.choices["verify"].add_argument("--known", action="append", default=[], metavar="FILE")
    commands.choices["verify"].add_argument("--until", type=datetime.fromisoformat)
    options = parser.parse_args(arguments)
    try:
        told = options.key
        key = Key(told if told.count("+") > 1 else Path(told).read_text("ascii"))
        if options.command == "verify":
            return report(options, key)
        data = options.path.read_bytes()
    except (OSError, ValueError, MalformedError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    try:
        print(prove(data, key))
    except MalformedError as error:
        print(ascii(str(error)))
        return 1
    return 0


def report(options, key):
    if not options.path.is_dir():
        raise NotADirectoryError(f"{options.path} is no folder")
    log = verify(options.path, key, options.known, options.until and options.until.astimezone(UTC))
    for kind, place, sentence in log.findings:
        print(f"{kind}: {ascii(place)[1:-1]}: {ascii(sentence)[1:-1]}")
    for note in log.notes:
        print(f"note: {ascii(note)[1:-1]}")
    end = log.entries.time_of(len(log.entries.batches) - 1)
    print(f"{len(log.findings)} findings in {log.size} entries; the last batch is of {end}")
    return 1 if log.findings else 0


if __name__ == "__main__":
    sys.exit(main())
