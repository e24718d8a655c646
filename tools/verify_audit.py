#!/usr/bin/env python3
"""Check a copy of the audit log, the proof of one entry, or a receipt. Python's own library only.

    python verify_audit.py verify FOLDER --key KEY [--known FILE]... [--until TIME]
    python verify_audit.py prove FILE --key KEY
    python verify_audit.py receipt FILE --key KEY

KEY is `name+key id+base64`, or a file that holds it. Exit code 0: nothing found; 1: findings; 2: it
could not be read. To be read from top to bottom: what is checked, in the steps of "Checking it" in
docs/audit-format.md, and for receipts in docs/consent-receipt.md; then what that is built of:
entries, files, Merkle trees, signatures.
"""

import argparse
import base64
import json
import re
import sys
from collections import Counter, namedtuple
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import accumulate, chain, pairwise
from pathlib import Path

LATE, AHEAD, BEHIND = timedelta(minutes=15), timedelta(minutes=5), timedelta(hours=26)
EVER, NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
# An entry in its writer's chain
Link = namedtuple("Link", "seq place batch prev moment")  # noqa: PYI024 - nothing here has types


def verify(folder, key, known=(), until=None, retention=timedelta(days=2192)):
    """The Log with its findings. `known`: paths of other checkpoints; `until`: its end."""
    log = Log(folder)
    if not log.folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder")
    note = log.signed_note(key, log.read("checkpoint"), "checkpoint")  # step 1
    if note:
        log.size, log.root = note.size, note.root
        log.check_tree()  # step 2
        log.read_batches()  # steps 5 and 6, and what 3 and 4 need
        log.check_chains()  # step 3
        log.check_writers()  # step 4
        for path in known:  # step 7
            other = log.signed_note(key, Path(path).read_bytes(), path)
            if other:
                log.check_known(other, path)
        log.check_ends(until, retention)  # step 8, and what went past its retention
    return log


class Log:
    """A folder, and what is known of it. `findings`: kind, place, sentence; `notes`: no faults."""

    def __init__(self, folder):
        self.folder, self.size, self.root = Path(folder), 0, b""
        self.findings, self.notes = [], []
        self.expired = 0  # bundles gone from the beginning
        self.entries = []  # as they were signed; None for each that is not known
        self.levels = None  # of the tree that was signed: [0] has the hashes of all entries
        self.batches = []  # times. Elsewhere a batch is a number: how many were sealed before it
        self.holes = set()  # batches with entries that are not known
        self.chains = {}  # of each writer: its entries
        self.opened = {}  # of each writer: the batch that tells of its opening
        self.numbers = {}  # of each function: its writers' numbers, each with the first batch

    def found(self, kind, place, sentence):
        self.findings.append((kind, place, sentence))

    def signed_note(self, key, data, name):
        """Step 1. A checkpoint of this log; None, and a finding, when it is not."""
        if data is None:
            return self.found("missing", name, "is not there")
        try:
            note = Note(data)
        except MalformedError as error:
            return self.found("malformed", name, str(error))
        if note.origin == key.name and key.has_signed(note):
            return note
        return self.found("wrong-key", name, f"of {note.origin} is not signed by {key.name}")

    def check_tree(self):
        """Step 2. The tree is computed anew, and compared with the root, the tiles, the entries."""
        bundles = [*self.read_parts("entries", 0)]
        found = [b if None in b else [leaf_hash(entry) for entry in b] for b in bundles]
        depth = max(1, -(-self.size.bit_length() // 8))
        told = [[*chain.from_iterable(self.read_parts(each, each))] for each in range(depth)]
        for trust in (0, -1):  # in doubt bundles are right; if they do not lead to the root, tiles
            levels = tree(chosen_leaves(found, told, trust), told)
            root = root_at(levels, self.size)
            if root == self.root:
                self.levels = levels
                break
        else:
            kind = "rewritten" if root else "missing"
            self.found(kind, "checkpoint", "what is there does not lead to the signed root")
        for level, both in enumerate(zip(levels, told, strict=True)):
            for at, (right, tile) in enumerate(zip(*map(chunks, both), strict=True)):
                if None not in tile and tile != right:
                    kind = "flipped" if self.levels else "rewritten"
                    self.found(kind, path_of(level, at, len(tile)), "is not of what is below it")
        damaged = []
        for entries, there, signed in zip(bundles, found, chunks(levels[0]), strict=True):
            if there != signed and None not in there:
                damaged.append((len(self.entries), signed, there))
            self.entries += entries if there == signed else [None] * len(signed)
        self.name_damage(damaged)

    def name_damage(self, damaged):
        """What was done to bundles: first place, hashes signed, hashes there."""
        before, after = (Counter(h for each in damaged for h in each[side]) for side in (1, 2))
        for first, signed, there in damaged:
            is_moved = before == after or Counter(signed) == Counter(there)
            matcher = SequenceMatcher(None, signed, there, autojunk=False)
            for what, begin, end, start, stop in matcher.get_opcodes():
                was, now = end - begin, stop - start
                kind = "flipped" if was == now else "dropped" if was > now else "inserted"
                if what != "equal":
                    said = f"{was} entries were signed here, {now} others are there"
                    self.found("swapped" if is_moved else kind, f"entry {first + begin}", said)

    def read_batches(self):
        """Steps 5 and 6: times. What else entries tell is collected for steps 3 and 4."""
        start, batch = 0, []  # the place where this batch began, None if not known; its entries
        for place, data in enumerate(self.entries):
            if data is None:
                self.holes.add(len(self.batches))
                start, batch = None, []
                continue
            told = read_entry(data)
            if told is None:
                self.found("malformed", f"entry {place}", "is not sorted JSON with its fields")
                continue
            link = Link(told["seq"], place, len(self.batches), told["prev"], told["moment"])
            self.chains.setdefault(told["writer"], []).append(link)
            self.collect(told["action"], told["writer"], told.get("facts"), link)
            batch.append(link)
            if told["action"] == "log:batch:sealed":
                self.check_batch(start, batch, told["facts"]["entries"])
                start, batch = place + 1, []
        if start not in (None, self.size):
            self.found("malformed", f"entry {self.size - 1}", "is not the end of a batch")

    def collect(self, action, writer, facts, link):
        writers = []
        if action == "log:writer:opened":
            writer = f"{facts['function']}.{facts['number']}"
            if writer in self.opened:
                self.found("broken", f"entry {link.place}", f"{writer} is opened twice")
            self.opened.setdefault(writer, link.batch)
        elif action == "log:batch:sealed":
            writers = facts.get("writers", {}).items()
        for function, number in [writer.split(".")] if "." in writer else writers:
            self.numbers.setdefault(function, {}).setdefault(int(number), link.batch)

    def check_batch(self, start, batch, count):
        place, at = batch[-1].place, batch[-1].moment
        before = self.batches[-1] if self.batches else at
        if start is not None and count != place - start:
            self.found("malformed", f"entry {place}", f"says {count} entries before it")
        if start is not None and at - before > LATE:
            self.found("silent", f"entry {place}", f"no batch for {at - before}")
        if at < before:
            self.found("backdated", f"entry {place}", "is sealed before the batch before it")
        for link in batch:
            if link.moment - at > AHEAD or at - link.moment > BEHIND:
                said = f"says {link.moment}, its batch is of {at}"
                self.found("backdated", f"entry {link.place}", said)
        self.batches.append(max(at, before))

    def time_of(self, batch):
        return EVER if batch < 0 else self.batches[batch] if batch < len(self.batches) else NEVER

    def opening(self, writer):
        """No entry of a writer is in the log before this."""
        return self.time_of(self.opened.get(writer, -1)) - LATE

    def is_lost(self, begin, due):
        """Whether what came in this time, if it did, is neither on its way nor in a hole."""
        if due >= self.time_of(len(self.batches) - 1) - LATE:
            return False
        holes = [(self.time_of(hole - 1), self.time_of(hole)) for hole in self.holes]
        return not any(start <= due + LATE and begin <= end for start, end in holes)

    def check_chains(self):
        """Step 3. Each writer's entries are numbered and chained."""
        for writer, links in self.chains.items():
            links.sort()  # by number
            # what is before an entry is due with the first of this and all later ones
            dues = [*accumulate((link.batch for link in reversed(links)), min)][::-1]
            following, digest, moment = 0, "", EVER
            for link, due in zip(links, dues, strict=True):
                place, it = f"entry {link.place}", f"{writer} {link.seq}"
                if link.seq < following:
                    self.found("broken", place, f"{it} is there twice")
                    continue
                if link.seq > following:
                    digest = None
                    begin = moment - AHEAD if following else self.opening(writer)
                    if self.is_lost(begin, self.time_of(due)):
                        self.found("gap", writer, f"{following} to {link.seq - 1} are not there")
                if link.prev != digest if digest is not None else not link.prev:
                    self.found("broken", place, f"{it} does not follow on the entry before it")
                if link.moment < moment:
                    self.found("backdated", place, f"{it} is earlier than the entry before it")
                following, moment = link.seq + 1, link.moment
                digest = sha256(self.entries[link.place]).hexdigest()

    def check_writers(self):
        """Step 4. Each function's writers are numbered, and opened."""
        for function, batches in self.numbers.items():
            due = NEVER
            for below, number in reversed([*pairwise([0, *sorted(batches.keys() - {0})])]):
                due = min(due, self.time_of(batches[number]))
                last = number - (f"{function}.{number}" in self.opened)
                if below < last and self.is_lost(self.opening(f"{function}.{below}"), due):
                    self.found("writer-missing", function, f"{below + 1} to {last} never opened")

    def check_known(self, note, name):
        """Step 7. The log goes on from a checkpoint of an earlier visit."""
        if note.size > self.size:
            self.found("truncated", name, f"has {note.size} entries, the log only {self.size}")
        elif self.levels is None:
            self.notes.append(f"{name}: not compared, the tree is not what was signed")
        elif (root := root_at(self.levels, note.size)) is None:
            self.notes.append(f"{name}: of so few entries nothing can be told any more")
        elif root != note.root:
            self.found("forked", name, f"has another root of the first {note.size} entries")

    def check_ends(self, until, retention):
        """Step 8. Nothing went from the beginning too early, nothing is cut off at the end."""
        last = self.time_of(len(self.batches) - 1)
        if until and last < until - LATE:
            self.found("truncated", "checkpoint", f"ends at {last}, and should reach {until}")
        if self.expired:
            # at most a batch older than what is left, and files are deleted once a day
            latest = max(last, until or last) - retention + LATE + timedelta(days=1)
            if self.time_of(0) > latest:
                self.found("missing", "tile/entries", f"{self.expired} bundles went too early")
            self.notes.append(f"{self.expired * 256} entries from the beginning are gone")
        # the sequencer writes one batch's tiles, then the checkpoint: one may be ahead of it
        seals = self.seals_beyond()
        if len(seals) > 1 or (seals and until and until - seals[0] > LATE):
            self.found("replayed", "checkpoint", f"a batch of {seals[0]} was sealed after it")

    def seals_beyond(self):
        """Times of batches after the checkpoint; where there are many, not all."""
        (index, skipped), seals, found = divmod(self.size, 256), [], [b""] * 256
        while len(seals) < 2 and len(found) > skipped:
            name = path_of("entries", index)
            widths = [path.name for path in self.folder.glob(f"{name}.p/*")]
            widest = max((int(each) for each in widths if each.isdecimal()), default=0)
            found = entries_in(self.read(name) or self.read(f"{name}.p/{widest}") or b"") or []
            told = filter(None, map(read_entry, found[skipped:]))
            seals += [each["moment"] for each in told if each["action"] == "log:batch:sealed"]
            index, skipped = index + 1, 0
        return seals

    def read(self, name):
        path = self.folder / name
        return path.read_bytes() if path.is_file() else None

    def read_parts(self, kind, level):
        """Of each bundle, or tile of a level: what it holds, None for what is not known."""
        size = self.size >> 8 * level
        for index in range(-(-size // 256)):
            width = min(256, size - index * 256)
            name, most = path_of(kind, index, width), None
            data = self.read(name)
            if data is None and width < 256:  # a full one stands for a partial one
                data, most = self.read(path_of(kind, index)), width
            if data is None:
                if kind == "entries" and index == self.expired < (self.size - 1) // 256:
                    self.expired += 1  # from the beginning on: past their retention, or see step 8
                if (index + 1) * 256**level > self.expired:
                    self.found("missing", name, "is not there")
                yield [None] * width
                continue
            parts = entries_in(data) if kind == "entries" else hashes_in(data)
            if parts is None or (kind != "entries" and len(parts[:most]) != width):
                self.found("malformed", name, "does not hold what belongs there")
                parts = [None] * width
            yield parts[:most]


def prove(data, key):
    """The entry that this proof is of; MalformedError says why it proves nothing."""
    head = "c2sp.org/tlog-proof@v1\nextra (.*)\nindex (0|[1-9][0-9]{0,18})\n((?:.+\n)*)\n"
    match = re.match(head, data.decode("latin-1"))
    if not match:
        raise MalformedError("proof: needs its head, `extra`, `index`, hashes and a checkpoint")
    entry, *hashes = map(unbase64, [match[1], *match[3].split("\n")[:-1]])
    note = Note(data[match.end() :])
    if note.origin != key.name or not key.has_signed(note):
        raise MalformedError(f"wrong-key: {note.origin} is not signed by {key.name}")
    if not is_included(int(match[2]), note.size, leaf_hash(entry), hashes, note.root):
        raise MalformedError("rewritten: the entry is not in the log of this checkpoint")
    return entry.decode("ascii", "backslashreplace")


# ---------------------------------------------------------------- Receipts of consent

STATES = {
    "requested": "dpv:ConsentRequested",
    "given": "dpv:ConsentGiven",
    "refused": "dpv:ConsentRefused",
    "withdrawn": "dpv:ConsentWithdrawn",
    "invalidated": "dpv:ConsentInvalidated",
    "expired": "dpv:ConsentExpired",
    "disregarded": "dpv:ConsentUnknown",
}
STRENGTHS = (None, "imported", "attested", "expressed", "confirmed")
EXPLICIT, EXPRESSED = "dpv:ExplicitlyExpressedConsent", "dpv:ExpressedConsent"
TYPES = ("dpv:InformedConsent", "dpv:InformedConsent", EXPRESSED, EXPLICIT, EXPLICIT)
OF_THE_BUSINESS = {"whatsapp_request", "staff", "api", "identity_change"}
OURS = "urn:amana:consent:"


def receipt(data, key):
    """What is found wrong with a receipt, a sentence each, and what it proves."""
    try:
        told, record, event = parts_of(data)  # step 1
        subject, expected = record["dpv:hasDataSubject"], state_of(event, record)
        names = [subject["dct:identifier"], *subject["schema:alternateName"]]
        if "amana:proof" in told:
            found = logged(told["amana:proof"], key, told["amana:committed"], event, names)
        else:
            found = ["unproved: there is no proof in it; ask for the receipt again"]
        found += changes_in(told["dct:created"], record, event, expected)
        found += notices_of(record, event.get("notice"))
    except MalformedError as error:
        return [f"malformed: {error}"], ""
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
        return [f"malformed: receipt: {type(error).__name__}: {error}"], ""
    said = f"{event['purpose']} {event['kind']} at {expected['dpv:isIndicatedAtTime']}"
    return found, f"proved: {said}, recorded at {expected['dct:created']}"


def parts_of(data):
    """Step 1. The receipt, its record, and the event that was committed to."""
    told = load_once(data, "receipt")
    (record,) = told["dpv:hasRecordOfActivity"]
    if (told["@type"], record["@type"]) != ("dpv:ConsentReceipt", "dpv:ConsentRecord"):
        raise MalformedError("receipt: is not a consent receipt with one record")
    text = told["amana:committed"]
    event = load_once(text.encode(), "committed")
    if json.dumps(event, sort_keys=True, separators=(",", ":")) != text:
        raise MalformedError("committed: is not one line of sorted JSON")
    return told, record, event


def changes_in(created, record, event, expected):
    """Step 4. What the record says of the event that was not committed to."""
    subject, status = record["dpv:hasDataSubject"], record["dpv:hasStatus"]
    purpose = record["dpv:hasProcess"]["dpv:hasPurpose"]["dct:identifier"]
    states = [each for each in record["dpv:hasConsentStatus"] if each["@id"] == expected["@id"]]
    is_over = event.get("until_ms", 1 << 62) <= milliseconds(created)
    possible = {expected["@type"], *(["dpv:ConsentExpired"] if is_over else [])}
    source = expected["@id"]
    if event["kind"] in ("expired", "disregarded"):  # it activated nothing
        possible, source = {"dpv:ConsentUnknown"}, None
    checks = {
        "the person is named in two ways": subject["@id"]
        == f"{OURS}contact:{subject['dct:identifier']}",
        "the event is not what was committed to": states == [expected],
        "the purpose is not the one that was committed to": purpose == event["purpose"],
        "where the person stands does not follow from the event": status["@type"] in possible
        and status.get("dct:source") == source,
    }
    return [f"changed: {what}" for what, is_right in checks.items() if not is_right]


def state_of(event, record):
    """The event as the record must have it."""
    subject, process = record["dpv:hasDataSubject"]["@id"], record["dpv:hasProcess"]
    is_business = event["method"] in OF_THE_BUSINESS
    strength = event.get("strength", 0)
    kind, value = "UntilEvent", "until the person says otherwise"
    if "until_ms" in event:
        kind, value = "UntilTime", moment_of(event["until_ms"])
    state = {
        "@id": f"{OURS}event:{event['id']}",
        "@type": STATES[event["kind"]],
        "dct:identifier": event["id"],
        "dct:created": moment_of(event["recorded_ms"]),
        "dpv:isIndicatedAtTime": moment_of(event["at_ms"]),
        "dpv:isIndicatedBy": process["dpv:hasDataController"] if is_business else {"@id": subject},
        "dpv:hasIndicationMethod": event["method"],
        "dpv:hasLegalBasis": TYPES[strength],
        "dpv:hasDuration": {"@type": f"dpv:{kind}Duration", "rdf:value": value},
        "amana:strength": STRENGTHS[strength],
        "dpv:hasNotice": "notice" in event and {"@id": f"{OURS}notice:{event['notice']['sha256']}"},
        "amana:request": event.get("request"),
        "amana:reason": event.get("reason"),
    }
    return {name: each for name, each in state.items() if each}


def notices_of(record, shown):
    """Step 5. Texts are those that their hashes are of, and the one that was shown is there."""
    found, texts = [], {}
    for notice in record["dpv:hasNotice"]:
        digest, text = notice["schema:sha256"], notice.get("schema:text")
        if notice["@id"] != f"{OURS}notice:{digest}":
            found.append("changed: a notice is not named by its hash")
        if text is not None and sha256(text.encode()).hexdigest() != digest:
            found.append("changed: the text of a notice is not the one that its hash is of")
        told = [notice[name] for name in ("dct:identifier", "dct:date", "dct:language")]
        texts.setdefault((notice["@type"], *told, digest), []).append(text)
    if shown:
        names = [shown[name] for name in ("id", "version", "language", "sha256")]
        mine = texts.get(("dpv:ConsentNotice", *names), [])
        if len(mine) != 1:
            found.append("changed: the notice that was shown is not in the record once")
        elif mine[0] is None:
            found.append("no-text: the text of the notice that was shown is not in the receipt")
    return found


def logged(proof, key, text, event, names):
    """Steps 2 and 3. Whether the proven entry commits to this event of this person."""
    try:
        entry = json.loads(prove(proof.encode(), key))
    except MalformedError as error:
        said = str(error)
        return [said if said.startswith(("wrong-key", "rewritten")) else f"malformed: {said}"]
    people = [{each.partition("~")[0] for each in some} for some in (entry.get("on", []), names)]
    checks = {
        "other-entry: its action": entry["action"] == f"consent:purpose:{event['kind']}",
        "other-entry: its record": entry.get("what") == f"consent/{event['id']}",
        "other-entry: its purpose": entry.get("purpose") == event["purpose"],
        "other-person: its subject": people[0] & people[1],
        "not-committed: what it commits to": entry.get("facts", {}).get("commitment")
        == sha256(text.encode()).hexdigest(),
    }
    return [f"{name} is another" for name, is_right in checks.items() if not is_right]


def load_once(data, what):
    def once(pairs):
        if len(dict(pairs)) != len(pairs):
            raise MalformedError(f"{what}: a name is there twice")
        return dict(pairs)

    try:
        return json.loads(data.decode(), object_pairs_hook=once)
    except RecursionError:
        raise MalformedError(f"{what}: is nested too deeply") from None


def moment_of(milliseconds):
    told = EVER + timedelta(milliseconds=milliseconds)
    return told.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(moment):
    return (datetime.fromisoformat(moment) - EVER) // timedelta(milliseconds=1)


# ---------------------------------------------------------------- Entries

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
        by, on, facts, action = told["by"], told.get("on", ["-"]), told.get("facts"), told["action"]
        texts = [*by.values(), *on, *map(told.get, TEXTS & told.keys())]
        numbers, opened = [told["v"], told["seq"]], "sequencer"
        if action == "log:writer:opened":
            numbers, opened = [*numbers, facts["number"]], f"{facts['function']}.{facts['number']}"
        elif action == "log:batch:sealed":
            numbers += [facts["entries"], *facts.get("writers", {}).values()]
        is_right = (
            (again, told["v"]) == (data, 1)
            and NEEDED <= told.keys() <= NEEDED | TEXTS | {"on", "facts"}
            and by.keys() <= {"kind", "id", "role", "network"}
            and (isinstance(on, list) and on)
            and ("facts" not in told or (isinstance(facts, dict) and facts))
            and all(re.fullmatch(form, told[name], re.ASCII) for name, form in FORMS.items())
            and re.fullmatch(FORMS["writer"], opened, re.ASCII)
            and (told["writer"] == "sequencer") == action.startswith("log:")
            and all(type(text) is str and text for text in texts)
            and all(type(number) is int and 0 <= number < 1 << 63 for number in numbers)
        )
        return told | {"moment": datetime.fromisoformat(told["at"])} if is_right else None
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError):
        return None


# ---------------------------------------------------------------- Files (C2SP: see the format)


class MalformedError(ValueError):
    """Says in one sentence what is not as the format says."""


class Note:
    """A checkpoint: origin, size, root; `text` is what the signatures are of."""

    FORM = re.compile(
        "((?P<origin>.+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>.+)\n(?:.+\n)*)"
        "\n(?P<signatures>(?:— [^\\s+]+ \\S+\n){1,32})"
    )

    def __init__(self, data, what="checkpoint"):
        match = self.FORM.fullmatch(data.decode("utf-8", "replace"))
        if not match or match[0].encode() != data or re.search(rb"[\x00-\x09\x0b-\x1f]", data):
            raise MalformedError(f"{what}: needs origin, size, root, a blank line, signatures")
        self.text, self.origin, self.size = match[1], match["origin"], int(match["size"])
        self.root = unbase64(match["root"])
        lines = re.findall("— (.+) (.+)\n", match["signatures"])
        self.signatures = [(name, unbase64(value)) for name, value in lines]
        if len(self.root) != 32 or min(len(value) for _, value in self.signatures) < 5:
            raise MalformedError(f"{what}: its root is not 32 bytes, or a signature is too short")


def unbase64(text):
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        found = b""
    if not found or base64.b64encode(found).decode() != text:
        raise MalformedError("a hash, a signature or an entry is not base64")
    return found


def path_of(kind, index, width=256):
    """`kind` is a level or `entries`; 1234067 becomes x001/x234/067."""
    groups = re.findall("...", "00"[: -len(str(index)) % 3] + str(index))
    name = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{kind}/{name}" + (f".p/{width}" if width < 256 else "")


def entries_in(data):
    """The entries of a bundle, each after its length in two bytes; None if it ends within one."""
    found, at = [], 0
    while at < len(data):
        begin, at = at + 2, at + 2 + int.from_bytes(data[at : at + 2], "big")
        found.append(data[begin:at])
    return found if at == len(data) else None


def hashes_in(data):
    """Those of a tile."""
    return None if len(data) % 32 else [data[at : at + 32] for at in range(0, len(data), 32)]


# ---------------------------------------------------------------- Merkle trees (RFC 6962, 9162)


def leaf_hash(entry):
    return sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes):
    """None where one of them is not known."""
    while len(hashes) > 1 and None not in hashes:  # an odd one at the end goes up as it is
        pairs = [node_hash(*hashes[at : at + 2]) for at in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(hashes) & ~1 :]
    return None if None in hashes else hashes[0] if hashes else sha256().digest()


def chunks(hashes):
    """As they are in tiles."""
    return [hashes[at : at + 256] for at in range(0, len(hashes), 256)]


def chosen_leaves(found, told, trust):
    """The hashes of all entries: of a bundle and its tile the one that leads to the hash above."""
    leaves = []
    for index, (hashes, tile) in enumerate(zip(found, chunks(told[0]), strict=True)):
        above = told[1][index] if len(tile) == 256 else None
        both = [x for x in (hashes, tile) if len(x) == len(tile) and None not in x] or [tile]
        leaves += next((each for each in both if root_of(each) == above), both[trust])
    return leaves


def tree(leaves, told):
    """The hashes of all levels. Those of what is not there (None) are as the tiles above tell."""
    levels, hashes = [], leaves
    for tiles in told:
        levels.append([each or other for each, other in zip(hashes, tiles, strict=True)])
        hashes = [root_of(each) for each in chunks(levels[-1]) if len(each) == 256]
    return levels


def root_at(levels, size):
    """The tree's when it had so many leaves; None where that is not known."""
    below = []
    for level, hashes in enumerate(levels):
        end = size >> 8 * level
        partial = hashes[end & ~255 : end]
        below = [root_of(partial + below)] if partial else below
    return root_of(below)


def climb(at, last, old, new, proof):
    """Up the proof from node `at` of a level, `last` the last one there: the roots of two trees.

    `old` begins that of the one that ends with `at`, `new` that of the whole.
    """
    for each in proof:
        if at & 1 or at == last:
            old, new = node_hash(each, old), node_hash(each, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, each)
        if not last:  # the proof is too long
            return None, None
        at, last = at >> 1, last >> 1
    return (None, None) if last else (old, new)


def is_included(index, size, leaf, proof, root):
    """Whether the proof leads from this leaf to this root."""
    are_hashes = all(len(each) == 32 for each in [leaf, root, *proof])
    return are_hashes and 0 <= index < size and climb(index, size - 1, leaf, leaf, proof)[1] == root


def is_consistent(old, new, old_root, new_root, proof):
    """Whether the first `old` of `new` leaves are the tree with `old_root`."""
    if not 0 <= old <= new or any(len(each) != 32 for each in [old_root, new_root, *proof]):
        return False
    if old in (0, new):  # everything continues the empty tree
        is_right = old_root == new_root or old < new
        return not proof and is_right and (old > 0 or old_root == root_of([]))
    low = old & -old  # leaves of the last full tree in the old one, whose root comes first
    if old != low and not proof:
        return False
    first, *rest = proof if old != low else [old_root, *proof]
    at, last = (old - 1) // low, (new - 1) // low
    return climb(at, last, first, first, rest) == (old_root, new_root)


# ---------------------------------------------------------------- Signatures: ECDSA on P-256

P = 2**256 - 2**224 + 2**192 + 2**96 - 1  # the field; SEC 2, 2.4.2
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # order of G
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
# signature type 2, then what precedes x and y in a SubjectPublicKeyInfo of this curve
KEY_HEAD = bytes.fromhex("023059301306072a8648ce3d020106082a8648ce3d03010703420004")


def add(one, two):
    """The sum of two points of the curve; None is zero."""
    if one is None or two is None:
        return one or two
    (x1, y1), (x2, y2) = one, two
    if x1 == x2 and y1 != y2:
        return None
    above, below = (3 * x1 * x1 - 3, 2 * y1) if one == two else (y2 - y1, x2 - x1)
    slope = above * pow(below, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def der(*numbers):
    """A DER sequence of these integers."""
    parts = [number.to_bytes(number.bit_length() // 8 + 1, "big") for number in numbers]
    body = b"".join(bytes([2, len(part)]) + part for part in parts)
    return bytes([0x30, len(body)]) + body


class Key:
    def __init__(self, text):
        try:
            self.name, self.id, told = text.strip().split("+", 2)
            raw = base64.b64decode(told, validate=True)
        except ValueError:
            raise MalformedError("key: is not `name+key id+base64`") from None
        x, y = self.point = int.from_bytes(raw[-64:-32], "big"), int.from_bytes(raw[-32:], "big")
        if raw[:-64] != KEY_HEAD or max(x, y) >= P or (y * y - x * x * x + 3 * x - B) % P:
            raise MalformedError("key: is not of type ECDSA on P-256")
        if sha256(raw[1:]).digest()[:4].hex() != self.id or not self.name:
            raise MalformedError("key: its id is not that of the key")

    def has_signed(self, note):
        mine = [s[4:] for name, s in note.signatures if (name, s[:4].hex()) == (self.name, self.id)]
        return bool(mine) and all(self.verifies(note.text.encode(), each) for each in mine)

    def verifies(self, message, signature):
        end = 4 + int.from_bytes(signature[3:4], "big")  # of r; s is after its own head
        r, s = (int.from_bytes(part, "big") for part in (signature[4:end], signature[end + 2 :]))
        if not (0 < r < N and 0 < s < N and der(r, s) == signature):
            return False
        digest, inverse = int.from_bytes(sha256(message).digest(), "big"), pow(s, -1, N)
        one, two = digest * inverse % N, r * inverse % N
        found, both = None, add(G, self.point)
        for bit in reversed(range(256)):  # one * G + two * key, both at once
            found = add(found, found)
            which = (one >> bit & 1) + 2 * (two >> bit & 1)
            found = add(found, (None, G, self.point, both)[which])
        return found is not None and found[0] % N == r


# ---------------------------------------------------------------- What somebody types


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("verify", "FOLDER"), ("prove", "FILE"), ("receipt", "FILE")):
        command = commands.add_parser(name)
        command.add_argument("path", metavar=what, type=Path)
        command.add_argument("--key", required=True, help="name+id+base64, or a file with it")
    commands.choices["verify"].add_argument("--known", action="append", default=[], metavar="FILE")
    commands.choices["verify"].add_argument("--until", type=datetime.fromisoformat)
    options = parser.parse_args(arguments)
    code = 2
    try:
        told = options.key
        key = Key(told if told.count("+") > 1 else Path(told).read_text("ascii"))
        if options.command == "verify":
            until = options.until and options.until.astimezone(UTC)
            return report(verify(options.path, key, options.known, until))
        data, code = options.path.read_bytes(), 1
        if options.command == "receipt":
            found, proved = receipt(data, key)
            print(*[ascii(line)[1:-1] for line in found or [proved]], sep="\n")
            return 1 if found else 0
        print(prove(data, key))
    except (OSError, ValueError, OverflowError) as error:
        said = f"cannot be read: {error}" if code == 2 else ascii(str(error))
        print(said, file=sys.stderr if code == 2 else sys.stdout)
        return code
    return 0


def report(log):
    for line in [*map(": ".join, log.findings), *(f"note: {note}" for note in log.notes)]:
        print(ascii(line)[1:-1])
    end = log.time_of(len(log.batches) - 1)
    print(f"{len(log.findings)} findings in {log.size} entries; the last batch is of {end}")
    return 1 if log.findings else 0


if __name__ == "__main__":
    sys.exit(main())
