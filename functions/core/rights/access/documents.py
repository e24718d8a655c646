"""The two documents of an answer, written as they are made: one for programs, one for people."""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from functions.core.archive.exports.files import Files, Sink
from functions.core.rights.access.model import Copy
from functions.core.rights.access.page import Linked, Page

Json = Mapping[str, Any]

DATA, FIRST = "data.json", "data.html"
# one answer of the API holds 4 MiB: every part of the page can be had in one piece
_VOLUME = 3_000_000


class Data:
    """`data.json`, as docs/access-export.schema.json describes it."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._separator = b""

    def begin(self, head: Json) -> None:
        self._write(json.dumps(head, indent=1)[:-2].encode())

    def section(self, name: str) -> None:
        self._write(f',\n "{name}": ['.encode())
        self._separator = b"\n"

    def entry(self, told: Json) -> None:
        self._write(self._separator + json.dumps(told).encode())
        self._separator = b",\n"

    def end_section(self) -> None:
        self._write(b"]")

    def end(self) -> None:
        self._write(b"\n}\n")


class Volumes:
    """`data.html`, then `data-2.html` and so on, each a page of its own."""

    def __init__(self, files: Files, into: str) -> None:
        self._files = files
        self._into = into
        self._open = ExitStack()
        self._sinks: list[Sink] = []
        self._head: Json = {}
        self._heading = ""
        self._turn()

    def begin(self, head: Json) -> None:
        self._head = head
        self._page.begin(head)

    def section(self, heading: str, count: int) -> None:
        self._heading = heading
        self._page.section(heading, count)

    def line(self, told: Json) -> None:
        self._turn_if_full()
        self._page.line(told)

    def message(self, entry: Json, *, later: Linked, earlier: Linked) -> None:
        self._turn_if_full()
        self._page.message(entry, later=later, earlier=earlier)

    def end(self) -> list[Copy]:
        self._page.end(following=None)
        self._open.close()
        return [
            copied(_name(number), f"{self._into}/{_name(number)}", sink, "text/html; charset=utf-8")
            for number, sink in enumerate(self._sinks, start=1)
        ]

    def _turn_if_full(self) -> None:
        if self._sinks[-1].size >= _VOLUME:
            self._page.end(following=_name(len(self._sinks) + 1))
            self._open.close()
            self._turn()
            self._page.go_on(self._head, len(self._sinks), self._heading)

    def _turn(self) -> None:
        name = f"{self._into}/{_name(len(self._sinks) + 1)}"
        sink = self._open.enter_context(self._files.writing(name))
        self._sinks.append(sink)
        self._page = Page(sink.write)


def copied(name: str, target: str, sink: Sink, media_type: str) -> Copy:
    return Copy(name, target, sink.size, sink.sha256, media_type)


def _name(number: int) -> str:
    return FIRST if number == 1 else f"data-{number}.html"
