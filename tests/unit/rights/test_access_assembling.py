"""Putting an answer together takes as much memory as one message, however many there are."""

import json
import tracemalloc
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from functions.core.archive.exports import policy
from functions.core.archive.exports.errors import ExportTooLargeError
from functions.core.consent.controller import Controller
from functions.core.consent.rules import rules
from functions.core.retention.rules import rules_from
from functions.core.rights.access import documents
from functions.core.rights.access.about import about
from functions.core.rights.access.assembling import Assembling
from functions.core.rights.access.planning import Plan
from functions.core.rights.model import Request, Right, Source, State
from tests.fakes import build
from tests.fakes.access import RULES
from tests.fakes.keys import MemoryKeys, key_ring

WORDS = "word " * 800


class Sink:
    sha256 = "0" * 64

    def __init__(self):
        self.size = 0

    def write(self, data):
        self.size += len(data)


class Stream:
    """`Files` whose lines are made as they are read, and which keeps sizes only."""

    def __init__(self, messages):
        self.messages = messages
        self.sizes = {}

    def lines(self, name):
        assert name.endswith("lines/conversations-1")
        for number in range(self.messages):
            yield json.dumps(line(number)).encode()

    def read(self, name):
        yield b"[]"

    @contextmanager
    def writing(self, name):
        sink = Sink()
        yield sink
        self.sizes[name.rpartition("/")[2]] = sink.size

    def write(self, name, data):
        self.sizes[name.rpartition("/")[2]] = len(data)


def line(number):
    view = {
        "id": f"w_{number:026d}",
        "wamid": f"wamid.{number}",
        "contact_id": "n1~1",
        "direction": "inbound",
        "type": "text",
        "timestamp": "2026-09-21T14:13:20.000Z",
        "content": {"text": {"body": f"{number} {WORDS}"}},
        "context": None,
        "statuses": [],
        "status": "received",
        "reasons": [],
        "errors": [],
        "versions": [],
        "is_destroyed": False,
    }
    told = {"entry": "message", "message": view, "who": None, "media": []}
    rest = {"deleted_at": None, "unreadable": [], "records": []}
    return {
        "section": "messages",
        "at": f"{number:013d}#m",
        "told": {**told, **rest},
        "name": f"m:{view['id']}",
    }


class Planned:
    def load(self, request):
        return Plan(["conversations/1"], archive_parts=0, audit_size=0, at_ms=1)


REQUEST = Request(
    id="q_" + "a" * 26,
    right=Right.ACCESS,
    source=Source.API,
    contact_id="n1~1",
    filed_by="crm",
    filed_ms=1,
    state=State.IN_PROCESSING,
)


def assembled(messages):
    keys = MemoryKeys()
    keys.open_epoch()
    files = Stream(messages)
    controller = Controller.parse(build.CONTROLLER)
    assembling = Assembling(
        planning=Planned(),
        files=files,
        ring=key_ring(keys),
        about=about(controller, rules(), rules_from(RULES)),
        controller=controller,
        now=lambda: datetime(2026, 9, 21, tzinfo=UTC),
    )
    tracemalloc.start()
    made = assembling.assemble(REQUEST, None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return files, made, peak


def test_twenty_times_as_many_messages_take_hardly_more_memory(monkeypatch):
    monkeypatch.setattr(documents, "_VOLUME", 1_000_000)
    assembled(10)
    _, _, few = assembled(100)
    files, made, many = assembled(2000)
    assert made.counts["messages"] == 2000
    assert files.sizes["data.json"] > 2000 * len(WORDS)
    # what is kept of each is its id
    assert many - few < 2000 * 500


def test_a_page_that_grows_too_long_goes_on_in_another(monkeypatch):
    monkeypatch.setattr(documents, "_VOLUME", 100_000)
    files, made, _ = assembled(100)
    pages = [file for file in made.files if file.name.endswith(".html")]
    assert [page.name for page in pages[:3]] == ["data.html", "data-2.html", "data-3.html"]
    assert len(pages) > 4
    assert all(files.sizes[page.name] < 120_000 for page in pages)


def test_more_than_a_functions_disk_holds_is_refused_by_name(monkeypatch):
    real = policy.number
    monkeypatch.setattr(policy, "number", lambda *p: 50_000 if p[-1] == "largest" else real(*p))
    with pytest.raises(ExportTooLargeError):
        assembled(100)
