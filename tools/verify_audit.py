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
from collections import defaultdict
from datetime import datetime, timedelta, timezone
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


class Malformed(Exception):
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
            raise Malformed("key: is not `name+key id+base64`") from None
        head, point = raw[1 : 1 + len(KEY_HEAD)], raw[1 + len(KEY_HEAD) :]
        self.point = x, y = int.from_bytes(point[:32], "big"), int.from_bytes(point[32:], "big")
        if raw[:1] != b"\x02" or head != KEY_HEAD or len(point) != 64:
            raise Malformed("key: is not of type ECDSA on P-256")
        if x >= P or y >= P or (y * y - x * x * x + 3 * x - B) % P:
            raise Malformed("key: is no point of the curve P-256")
        if sha256(raw[1:])[:4].hex() != self.id or not self.name:
            raise Malformed("key: its id is not that of the key")

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
        raise Malformed(f"{what}: is not base64")
    return found


class Note:
    """A checkpoint: origin, size, root; `text` is what the signatures are of."""

    def __init__(self, data, what):
        try:
            note = data.decode()
        except UnicodeDecodeError:
            raise Malformed(f"{what}: is not UTF-8") from None
        text, blank, tail = note.rpartition("\n\n")
        lines = text.split("\n")
        if not blank or tail[-1:] != "\n" or re.search("[\x00-\x09\x0b-\x1f]", note):
            raise Malformed(f"{what}: needs lines, a blank one, and signatures")
        if len(lines) < 3 or not all(lines) or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
            raise Malformed(f"{what}: needs three lines: origin, size, root")
        self.text, self.origin, self.size = text + "\n", lines[0], int(lines[1])
        self.root, self.signatures = unbase64(lines[2], f"{what}: line 3"), []
        for line in tail[:-1].split("\n"):
            match = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
            value = unbase64(match[2], f"{what}: a signature") if match else b""
            if len(value) < 5 or len(self.signatures) == 32:
                raise Malformed(f"{what}: a signature is not `— name base64`, or one too many")
            self.signatures.append((match[1], value))
        if len(self.root) != 32:
            raise Malformed(f"{what}: line 3 is not a hash of 32 bytes")


def path_of(kind, index, width=256):
    """`kind` is a level or `entries`; 1234067 becomes x001/x234/067."""
    groups = f"{index:0{-(-max(len(str(index)), 1) // 3) * 3}}"
    parts = [groups[at : at + 3] for at in range(0, len(groups), 3)]
    name = "/".join(["x" + part for part in parts[:-1]] + parts[-1:])
    return f"tile/{kind}/{name}" + (f".p/{width}" if width < 256 else "")


def entries_in(data, most=None):
    """The entries of a bundle, each after its length in two bytes; None if it ends within one."""
    found, at = [], 0
    while at < len(data) and len(found) != most:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            return None
        found.append(data[at + 2 : end])
        at = end
    return found


# ---------------------------------------------------------------- 4. The tree


class Log:
    """A folder and its checkpoint. `findings` are (kind, place, sentence); `notes` are no faults."""

    def __init__(self, folder):
        self.folder, self.size, self.root, self.expired = Path(folder), 0, b"", 0
        self.findings, self.notes = [], []
        self.damaged = []  # bundles that are not what their tiles say: number, hashes of both
        self.righted = {}  # hashes of tiles whose file is wrong, and what lies below is right
        self.entries = Entries(self)

    def begin(self, note):
        self.size, self.root = note.size, note.root
        bundles = range(self.size // 256)
        there = (n for n in bundles if self.read(path_of("entries", n)) is not None)
        # bundles from the beginning may have been deleted, past their retention
        self.expired = next(there, max(0, (self.size - 1) // 256))

    def found(self, kind, place, sentence):
        self.findings.append((kind, place, sentence))

    def read(self, name):
        try:
            return (self.folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def width(self, level, index):
        return min(256, (self.size >> 8 * level) - index * 256)

    def tile(self, level, index, *, say=True):
        """Its hashes, as the file tells them; a full tile stands for a partial one."""
        width = self.width(level, index)
        data = self.read(path_of(level, index, width))
        if data is None and width < 256:
            data = (self.read(path_of(level, index)) or b"")[: 32 * width] or None
        if data is not None and len(data) == 32 * width:
            return [data[at : at + 32] for at in range(0, len(data), 32)]
        if say and (index + 1) * 256**level > self.expired:
            kind = "missing" if data is None else "malformed"
            self.found(kind, path_of(level, index, width), f"is not {width} hashes")
        return None

    def bundle(self, index):
        """Its entries; None where that is not known."""
        width = self.width(0, index)
        name = path_of("entries", index, width)
        data, most = self.read(name), None
        if data is None and width < 256:
            data, most = self.read(path_of("entries", index)), width
        if data is None:
            if index >= self.expired:
                self.found("missing", name, "is not there")
            return None
        found = entries_in(data, most)
        if found is None:
            self.found("malformed", name, "ends within an entry")
        return found

    def edge(self):
        """Of each level the partial tile's place and width, the highest level first."""
        levels = range((self.size.bit_length() + 7) // 8)
        tiles = [(level, self.size >> 8 * level + 8) for level in levels]
        return [(*tile, self.width(*tile)) for tile in reversed(tiles) if self.width(*tile)]

    def root_at(self, size):
        """When the log had so many entries; None where the tiles do not tell any more."""
        levels, level = [], 0
        while size >> 8 * level:
            index, width = divmod(size >> 8 * level, 256)
            told = self.righted.get((level, index)) or self.tile(level, index, say=False)
            if width and not told:
                return None
            levels.insert(0, told[:width] if width else [])
            level += 1
        return peak_root(levels)

    def beyond(self):
        """Entries after those of the checkpoint, up to where two batches end."""
        index, skipped, ends = self.size // 256, self.size % 256, 0
        while ends < 2:
            names = [path_of("entries", index)]
            partial = self.folder / f"{names[0]}.p"
            widths = [each.name for each in partial.iterdir()] if partial.is_dir() else []
            names += [
                path_of("entries", index, w)
                for w in sorted(map(int, filter(str.isdecimal, widths)))[::-1]
            ]
            data = next(filter(None, map(self.read, names)), b"")
            found = entries_in(data) or []
            for entry in found[skipped:]:
                try:
                    told = read_entry(entry)
                except Malformed:
                    continue
                ends += told["action"] == "log:batch:sealed"
                yield told
            if len(found) <= skipped:
                return
            index, skipped = index + 1, 0

    def check_tree(self):
        """From the root down to every entry, and the hashes of all that up to the root again."""
        edge = self.edge()
        told = [self.tile(level, index, say=False) for level, index, _ in edge]
        is_signed = None not in told and peak_root(told) == self.root
        found = [self.check_tile(*tile[:2], None, is_signed) for tile in edge]
        computed = None if None in found else peak_root(found)
        if not is_signed and computed != self.root:
            self.found("rewritten", "checkpoint", "what there is leads to another root")
        for tile, above, below in zip(edge, told, found, strict=True):
            if computed == self.root and above and above != below:
                self.found("flipped", path_of(*tile), "a hash in it is not of what is below")
                self.righted[tile[:2]] = below
        self.tell_damage()

    def tell_damage(self):
        """Bundles that are not what was signed: their entries are another's, or not as they were."""
        damaged = [each for each in self.damaged if (0, each[0]) not in self.righted]
        all_of_them = [sorted(sum((each[at] for each in damaged), [])) for at in (1, 2)]
        for number, told, found in damaged:
            kinds = differences(told, found)
            if len(damaged) > 1 and all_of_them[0] == all_of_them[1]:
                kinds = [("swapped", 0)]
            for kind, at in kinds:
                self.found(kind, f"entry {number * 256 + at}", "this is not what was signed")

    def check_tile(self, level, index, signed, is_signed=False):
        """Hashes of this tile as they follow from the entries; `signed`: its own, if known."""
        told = self.tile(level, index)
        is_signed = is_signed or (told is not None and signed == root_of(told))
        if level == 0:
            found = self.check_bundle(index, told, signed)
        else:
            found = []
            for at in range(self.width(level, index)):
                below = self.check_tile(
                    level - 1, index * 256 + at, told[at] if is_signed else None
                )
                found.append(root_of(below) if below else told[at] if told else None)
            found = None if None in found else found
        if signed and not is_signed and found and (told or root_of(found) != signed):
            kind = "flipped" if root_of(found) == signed else "rewritten"
            self.found(kind, path_of(level, index), "its hashes are not the signed ones")
            if kind == "flipped":
                self.righted[level, index] = found
        return found

    def check_bundle(self, index, told, signed):
        """Hashes of its entries; those that the tile tells where the entries are not known."""
        entries, width = self.bundle(index), self.width(0, index)
        if entries is None:
            self.entries.hole(index)
            return told
        found, name = [leaf_hash(entry) for entry in entries], path_of("entries", index, width)
        if len(found) == width and told in (found, None):
            self.entries.take(index * 256, entries)
            return found
        self.entries.hole(index)
        if len(found) == width and root_of(found) == signed:
            return found  # the tile is wrong, not the bundle
        if told is None:
            kind = "dropped" if len(found) < width else "inserted"
            self.found(kind, name, f"holds {len(found)} entries, not {width}")
            return None
        self.damaged.append((index, told, found))
        return found if len(found) == width else told


def peak_root(levels):
    """Of partial tiles, the highest level first: each is continued by the root of those below."""
    below = []
    for hashes in filter(None, reversed(levels)):
        below = [root_of([*hashes, *below])]
    return root_of(below)


def differences(signed, found):
    """What was done to a bundle: kinds and positions."""
    if sorted(signed) == sorted(found):
        return [("swapped", [a == b for a, b in zip(signed, found)].index(False))]
    result = []
    matcher = difflib.SequenceMatcher(a=signed, b=found, autojunk=False)
    for _, begin, end, start, stop in (
        each for each in matcher.get_opcodes() if each[0] != "equal"
    ):
        both = min(end - begin, stop - start)
        result += [("flipped", begin + at) for at in range(both)]
        result += [("dropped", at) for at in range(begin + both, end)]
        result += [("inserted", begin + both)] * (stop - start - both)
    return result


# ---------------------------------------------------------------- 5. The entries

LATE, AHEAD, BEHIND = timedelta(minutes=15), timedelta(minutes=5), timedelta(hours=26)
NEVER = datetime.max.replace(tzinfo=timezone.utc)
EVER = datetime.min.replace(tzinfo=timezone.utc) + timedelta(days=2)  # with room before it
NEEDED = {"v", "writer", "seq", "prev", "at", "action", "by", "outcome"}
TEXTS = {"what", "purpose", "request"}
FORMS = {
    "writer": r"sequencer|[a-z][a-z0-9_]{0,63}\.[1-9][0-9]{0,17}",
    "prev": r"([0-9a-f]{64})?",
    "at": r"2\d{3}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z",
    "action": r"[a-z]+:[a-z]+:[a-z]+",
    "outcome": "begun|done|refused|denied|failed|unknown",
}
FORMS = {name: re.compile(form, re.ASCII) for name, form in FORMS.items()}


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def read_entry(data):
    """Its fields; Malformed when it is not one line of sorted JSON with the right ones."""
    try:
        told = json.loads(data.decode("ascii"))
        again = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        facts, on = told.get("facts", {}), told.get("on", [])
        texts = [*told["by"].values(), *on, *map(told.get, TEXTS & told.keys())]
        is_opening = told["action"] == "log:writer:opened"
        is_seal = told["action"] == "log:batch:sealed"
        counts = [facts["entries"], *facts.get("writers", {}).values()] if is_seal else []
        counts += [told["seq"]] + ([facts["number"]] if is_opening else [])
        opened = f"{facts['function']}.{facts['number']}" if is_opening else "sequencer"
        if not (
            again == data
            and NEEDED <= told.keys() <= NEEDED | TEXTS | {"on", "facts"}
            and told["by"].keys() <= {"kind", "id", "role", "network"}
            and told["v"] == 1
            and all(form.fullmatch(told[name]) for name, form in FORMS.items())
            and FORMS["writer"].fullmatch(opened)
            and (told["writer"] == "sequencer") == told["action"].startswith("log:")
            and all(type(text) is str and text for text in texts)
            and all(type(count) is int and 0 <= count < 1 << 63 for count in [*counts, told["v"]])
            and {name: told.get(name, [0]) for name in ("on", "facts")}.values()
        ):
            raise Malformed("is not sorted JSON with the fields of an entry")
        return told | {"moment": moment(told["at"]), "facts": facts}
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError):
        raise Malformed("is not JSON with the fields of an entry") from None


class Chain:
    """What a writer has written: up to `next` in order, the rest waiting for what is before it."""

    def __init__(self):
        self.next, self.digest, self.at, self.waiting = 0, "", "", {}


class Entries:
    """All entries in the order of the log. A batch's time is known when its end is read."""

    def __init__(self, log):
        self.log, self.chains, self.batches, self.batch = log, defaultdict(Chain), [], []
        self.start = 0  # where the batch being read began; None where a part of it is not known
        self.holes = set()  # after how many batches there are entries that are not known
        self.opened, self.known = {}, defaultdict(dict)  # batches that tell of writers

    def hole(self, _bundle):
        self.holes.add(len(self.batches))
        self.start, self.batch = None, []

    def take(self, place, entries):
        for place, data in enumerate(entries, place):
            try:
                told = read_entry(data)
            except Malformed as error:
                self.log.found("malformed", f"entry {place}", str(error))
                continue
            self.link(place, data, told)
            self.batch.append((told["moment"], place))
            if told["action"] == "log:writer:opened":
                function, number = told["facts"]["function"], told["facts"]["number"]
                self.opened.setdefault(f"{function}.{number}", len(self.batches))
                self.tell(function, number)
            elif told["action"] == "log:batch:sealed":
                self.seal(place, told["moment"], told["facts"])

    def link(self, place, data, told):
        writer, number = told["writer"], told["seq"]
        chain = self.chains[writer]
        if number < chain.next or number in chain.waiting:
            self.log.found("broken", f"entry {place}", f"{writer} has number {number} twice")
            return
        digest = hashlib.sha256(data).hexdigest()
        chain.waiting[number] = (told["prev"], digest, told["at"], len(self.batches), place)
        self.follow(writer, chain)
        if writer != "sequencer":
            self.tell(*writer.rsplit(".", 1))

    def follow(self, writer, chain):
        while chain.next in chain.waiting:
            prev, digest, at, _, place = chain.waiting.pop(chain.next)
            if prev != chain.digest if chain.digest is not None else not prev:
                said = f"{writer} {chain.next} does not follow on the entry before it"
                self.log.found("broken", f"entry {place}", said)
            if at < chain.at:
                said = f"{writer} {chain.next} is earlier than the entry before it"
                self.log.found("backdated", f"entry {place}", said)
            chain.next, chain.digest, chain.at = chain.next + 1, digest, at

    def tell(self, function, number):
        """There is a writer by this number."""
        self.known[function].setdefault(int(number), len(self.batches))

    def seal(self, place, at, facts):
        found, where, before = self.log.found, f"entry {place}", (self.batches or [at])[-1]
        if self.start is not None:
            if facts["entries"] != place - self.start:
                found("malformed", where, f"says {facts['entries']} entries before it")
            if at - before > LATE:
                found("silent", where, f"no batch for {at - before}")
        if at < before:
            found("backdated", where, "is sealed before the batch before it")
        for when, each in self.batch:
            if when - at > AHEAD or at - when > BEHIND:
                found("backdated", f"entry {each}", f"says {when}, its batch is of {at}")
        for function, number in facts.get("writers", {}).items():
            self.tell(function, number)
        self.batches.append(max(at, before))
        self.start, self.batch = place + 1, []

    def time_of(self, batch):
        return EVER if batch < 0 else self.batches[batch] if batch < len(self.batches) else NEVER

    def is_lost(self, begin, due):
        """Whether what came between these, if it did, is neither on its way nor in a hole."""
        if due >= self.time_of(len(self.batches) - 1) - LATE:
            return False
        return not any(
            self.time_of(hole - 1) <= due + LATE and begin <= self.time_of(hole)
            for hole in self.holes
        )

    def check_end(self, size):
        """What is missing, now that all is read."""
        if self.start not in (None, size):
            self.log.found("malformed", f"entry {size - 1}", "is not the end of a batch")
        for writer, chain in self.chains.items():
            while chain.waiting:
                first = min(chain.waiting)
                due = self.time_of(min(batch for _, _, _, batch, _ in chain.waiting.values()))
                begin = moment(chain.at) - AHEAD if chain.at else self.begin_of(writer)
                if self.is_lost(begin, due):
                    said = f"numbers {chain.next} to {first - 1} are not there"
                    self.log.found("gap", writer, said)
                chain.next, chain.digest = first, None
                self.follow(writer, chain)
        for function, known in self.known.items():
            numbers, due = sorted(known), NEVER
            for below, number in reversed(list(zip([0, *numbers], numbers))):
                due = min(due, self.time_of(known[number]))
                first = below + 1
                last = number - (f"{function}.{number}" in self.opened)
                if first <= last and self.is_lost(self.begin_of(f"{function}.{below}"), due):
                    said = f"writers {first} to {last} were never opened"
                    self.log.found("writer-missing", function, said)

    def begin_of(self, writer):
        """No entry of a writer is in the log before this."""
        return self.time_of(self.opened.get(writer, -1)) - LATE


# ---------------------------------------------------------------- 6. Where the log begins and ends


def check_ends(log, until, retention):
    batches = log.entries.batches
    last = log.entries.time_of(len(batches) - 1)
    if until and last < until - LATE:
        log.found("truncated", "checkpoint", f"ends at {last}, and should reach {until}")
    if log.expired:
        # what is gone is at most one batch older than what is left, and files go once a day
        latest = max(last, until or last) - retention + LATE + timedelta(days=1)
        if not batches or batches[0] > latest:
            log.found(
                "missing", "tile/entries", f"{log.expired} bundles are gone before their time"
            )
        else:
            log.notes.append(f"{log.expired * 256} entries are gone, past their retention")
    # the sequencer writes a batch's tiles, then the checkpoint: so one batch may be ahead of it
    ahead = [each["moment"] for each in log.beyond() if each["action"] == "log:batch:sealed"]
    if len(ahead) > 1 or (ahead and until and until - ahead[0] > LATE):
        log.found("replayed", "checkpoint", f"a batch of {ahead[0]} was signed after it")


def check_known(log, key, path):
    """A checkpoint of an earlier visit: the log must go on from there."""
    try:
        note = Note(Path(path).read_bytes(), path)
    except Malformed as error:
        return log.found("malformed", path, str(error))
    if note.origin != key.name or not key.has_signed(note):
        return log.found("wrong-key", path, f"is not signed by {key.name}")
    if note.size > log.size:
        return log.found("truncated", path, f"has {note.size} entries, the log only {log.size}")
    root = log.root_at(note.size)
    if root is None:
        return log.notes.append(f"{path}: nobody can tell the root of so few entries any more")
    if root != note.root:
        return log.found("forked", path, f"has another root of the first {note.size} entries")
    return None


def verify(folder, key, known=(), until=None, retention=timedelta(days=2192)):
    """A Log with its findings."""
    log = Log(folder)
    data = log.read("checkpoint")
    if data is None:
        log.found("missing", "checkpoint", "is not there")
        return log
    try:
        note = Note(data, "checkpoint")
    except Malformed as error:
        log.found("malformed", "checkpoint", str(error))
        return log
    if note.origin != key.name or not key.has_signed(note):
        log.found("wrong-key", "checkpoint", f"of {note.origin} is not signed by {key.name}")
        return log
    log.begin(note)
    log.check_tree()
    log.entries.check_end(log.size)
    check_ends(log, until, retention)
    for path in known:
        check_known(log, key, path)
    return log


def prove(data, key):
    """The entry that this proof is of; Malformed says what is wrong with it."""
    head, blank, note = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    match = re.fullmatch("index (0|[1-9][0-9]{0,18})", lines[2]) if len(lines) > 2 else None
    if not (blank and match and lines[0] == "c2sp.org/tlog-proof@v1" and lines[1][:6] == "extra "):
        raise Malformed("proof: needs its head, `extra`, `index`, hashes and a checkpoint")
    entry, note = unbase64(lines[1][6:], "proof: line 2"), Note(note, "proof: checkpoint")
    hashes = [unbase64(line, "proof: a hash") for line in lines[3:]]
    if note.origin != key.name or not key.has_signed(note):
        raise Malformed(f"wrong-key: of {note.origin}, not signed by {key.name}")
    if not is_included(int(match[1]), note.size, leaf_hash(entry), hashes, note.root):
        raise Malformed("the entry is not in the log of this checkpoint")
    return entry.decode("ascii", "backslashreplace")


# ---------------------------------------------------------------- 7. What somebody types


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("verify", "FOLDER"), ("prove", "FILE")):
        command = commands.add_parser(name)
        command.add_argument("path", metavar=what, type=Path)
        command.add_argument("--key", required=True, help="name+id+base64, or a file with it")
    commands.choices["verify"].add_argument("--known", action="append", default=[], metavar="FILE")
    commands.choices["verify"].add_argument("--until", type=datetime.fromisoformat)
    options = parser.parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        is_file = len(options.key) < 200 and Path(options.key).is_file()
        key = Key(Path(options.key).read_text("ascii") if is_file else options.key)
        if options.command == "verify":
            return report(options, key)
        data = options.path.read_bytes()
    except (OSError, ValueError, Malformed) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2
    try:
        print(prove(data, key))
    except Malformed as error:
        print(error)
        return 1
    return 0


def report(options, key):
    if not options.path.is_dir():
        raise OSError(f"{options.path} is no folder")
    until = options.until and options.until.astimezone(timezone.utc)
    log = verify(options.path, key, options.known, until)
    for finding in log.findings:
        print(*finding, sep=": ")
    for note in log.notes:
        print(f"note: {note}")
    batches = log.entries.batches
    print(f"{len(log.findings)} findings; {log.size} entries, ends at {batches and batches[-1]}")
    return 1 if log.findings else 0


if __name__ == "__main__":
    sys.exit(main())
