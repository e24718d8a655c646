"""Decision records: numbered, listed, complete, short."""

import re

import pytest
from docs_pages import ROOT, Page, page, rows

FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
LONGEST = 60


def title(path):
    return Page(path).text.partition("\n")[0].removeprefix("# ")


def test_records_are_numbered_without_gaps():
    assert [path.name[:4] for path in RECORDS] == [f"{n:04}" for n in range(1, len(RECORDS) + 1)]


def test_the_list_names_every_record_with_its_title():
    listed = {row[0]: row[1] for row in rows(page("docs/decisions/README.md").text, "record")}
    assert listed == {f"[{p.name[:4]}]({p.name})": title(p)[5:] for p in RECORDS}


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_says_what_why_consequence_limit_and_what_was_measured(path):
    assert title(path)[:4] == path.name[:4]
    text = Page(path).text
    parts = ["What", "Why", "Consequence", "Limit", "Measured"]
    said = re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE)
    assert said == parts
    assert len(text.splitlines()) <= LONGEST
