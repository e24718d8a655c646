"""`events/README.md` says what each scenario holds; the code agrees."""

import re
from collections import Counter

import pytest

from functions.core.whatsapp.model import MessageStatus, Unknown, UpdateKind
from functions.core.whatsapp.updates import updates
from functions.core.whatsapp.vocabulary import MESSAGE_TYPES
from tests.unit.whatsapp.builders import EVENTS, OURS

ROW = re.compile(r"^\| `(?P<file>[^`]+)` \| (?P<held>[^|]+) \| [^|]+ \|$", re.MULTILINE)
TABLE = {row["file"]: row["held"] for row in ROW.finditer((OURS / "README.md").read_text())}
# what the shared fictional numbers look like: area code 555, exchange 010
NUMBERS = re.compile(rb"(?<![0-9])1[0-9]{10}(?![0-9])")


def held(found):
    kinds = Counter(update.kind.value for update in found)
    return ", ".join(f"{kind} ({n})" if n > 1 else kind for kind, n in sorted(kinds.items()))


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.name)
def test_a_scenario_holds_what_the_table_says(path):
    assert TABLE[path.name] == held(updates(path.read_bytes()))


def test_the_table_lists_every_scenario_once_and_in_order():
    assert list(TABLE) == sorted(path.name for path in EVENTS)


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.name)
def test_every_number_is_fictional(path):
    assert {n for n in NUMBERS.findall(path.read_bytes()) if not n.startswith(b"1555010")} == set()


@pytest.fixture(scope="module")
def everything():
    return [update for path in EVENTS for update in updates(path.read_bytes())]


def test_the_scenarios_show_every_kind_status_and_unknown(everything):
    assert {update.kind for update in everything} == set(UpdateKind)
    assert {update.status for update in everything} - {None} == set(MessageStatus)
    assert {update.unknown for update in everything} - {None} == set(Unknown)


def test_the_scenarios_show_every_type_a_person_can_send(everything):
    shown = {update.type for update in everything if update.kind is UpdateKind.MESSAGE}
    # a voice note is an audio on the wire; templates and placeholders are never a person's
    assert MESSAGE_TYPES - shown == {"voice", "template", "media_placeholder"}
