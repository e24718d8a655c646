"""Scratch space for one export: more records than memory holds, sorted on disk.

A SQLite file in the function's own temporary folder, gone at the end. What is in it is sealed
under the export's key all the same; other names of a message stand there as keyed hashes.
"""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from functions.core.archive.exports.entries import Entry
from functions.core.archive.exports.model import export_key
from functions.core.archive.model import Record
from functions.core.content.binding import Binding
from functions.core.content.keyring import KeyRing

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE records (about TEXT, body BLOB);
CREATE TABLE entries (number INTEGER PRIMARY KEY, section TEXT, position TEXT, body BLOB);
CREATE TABLE names (name BLOB, entry INTEGER);
CREATE TABLE links (target BLOB, kind TEXT, entry INTEGER);
"""
_INDEXES = """
CREATE INDEX by_place ON entries (section, position);
CREATE INDEX by_name ON names (name);
CREATE INDEX names_of ON names (entry);
CREATE INDEX by_target ON links (target);
CREATE INDEX links_of ON links (entry);
"""

# (kind, what is told of the entry)
Linked = tuple[str, dict[str, Any]]


class Scratch:
    def __init__(self, ring: KeyRing, export_id: str, *, key: str | None = None) -> None:
        """`key`: another content key than that of an export of this id."""
        self._ring = ring
        self._key = key or export_key(export_id)
        self._place = Binding("exports", f"{export_id}/scratch", "row")
        self._hash_key = secrets.token_bytes(32)

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="export-")
        path = Path(self._folder.name) / "scratch.sqlite"
        self._base = sqlite3.connect(path, isolation_level=None)
        self._base.executescript(_SCHEMA)
        self._base.execute("BEGIN")  # never committed: nobody reads it after us
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()
        self._folder.cleanup()

    def add(self, about: str, line: bytes) -> None:
        self._base.execute("INSERT INTO records VALUES (?, ?)", (about, self._sealed(line)))

    def groups(self) -> Iterator[tuple[str, list[Record]]]:
        """Records by what they are about, each group in the order in which it was added."""
        self._base.execute("CREATE INDEX by_about ON records (about)")
        rows = self._base.execute("SELECT about, body FROM records ORDER BY about, rowid")
        for about, group in groupby(rows, lambda row: row[0]):
            yield about, [json.loads(self._opened(body)) for _, body in group]

    def put(self, entry: Entry) -> None:
        body = self._sealed(json.dumps(entry.told).encode())
        cursor = self._base.execute(
            "INSERT INTO entries (section, position, body) VALUES (?, ?, ?)",
            (entry.section, entry.position, body),
        )
        for name in entry.names:
            row = (self._hash(name), cursor.lastrowid)
            self._base.execute("INSERT INTO names VALUES (?, ?)", row)
        if entry.refers is not None:
            kind, target = entry.refers
            link = (self._hash(target), kind, cursor.lastrowid)
            self._base.execute("INSERT INTO links VALUES (?, ?, ?)", link)

    def sections(self) -> list[str]:
        self._base.executescript(_INDEXES)
        rows = self._base.execute("SELECT DISTINCT section FROM entries ORDER BY section")
        return [section for (section,) in rows]

    def entries(self, section: str) -> Iterator[tuple[dict[str, Any], list[Linked], list[Linked]]]:
        """In order: an entry, those that refer to it, and those it refers to."""
        rows = self._base.execute(
            "SELECT number, body FROM entries WHERE section = ? ORDER BY position, number",
            (section,),
        )
        for number, body in rows:
            yield json.loads(self._opened(body)), self._later(number), self._earlier(number)

    def _later(self, number: int) -> list[Linked]:
        return self._linked(
            "SELECT DISTINCT kind, entries.number, position, body FROM names"
            " JOIN links ON target = name JOIN entries ON entries.number = links.entry"
            " WHERE names.entry = ? AND kind != 'reply' ORDER BY position, entries.number",
            number,
        )

    def _earlier(self, number: int) -> list[Linked]:
        return self._linked(
            "SELECT DISTINCT kind, entries.number, position, body FROM links"
            " JOIN names ON name = target JOIN entries ON entries.number = names.entry"
            " WHERE links.entry = ? ORDER BY position, entries.number",
            number,
        )

    def _linked(self, query: str, number: int) -> list[Linked]:
        rows = self._base.execute(query, (number,))
        return [(kind, json.loads(self._opened(body))) for kind, _, _, body in rows]

    def _sealed(self, data: bytes) -> bytes:
        return self._ring.seal(self._key, self._place, data)

    def _opened(self, data: bytes) -> bytes:
        return self._ring.open(self._key, self._place, data)

    def _hash(self, name: str) -> bytes:
        data = name.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._hash_key, digest_size=16).digest()
