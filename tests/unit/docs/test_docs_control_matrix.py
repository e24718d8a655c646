"""The control matrix claims nothing that is not there."""

import ast

import pytest
from docs_pages import ROOT, coded, page, rows

MATRIX = page("docs/control-matrix.md").text
CONTROLS = [
    row
    for heading in ("article", "section", "requirement", "rule")
    for row in rows(MATRIX, heading)
]
WORKS = {row[0] for row in rows(MATRIX, "work")}


def names_of_tests(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", CONTROLS, ids=lambda row: row[0])
def test_a_row_names_what_its_state_needs(row):
    name, _, state, code, test, work = row
    assert state in {"met", "part", "open"}
    if state == "met":
        assert code
        assert test
        assert not work
    elif state == "part":
        assert code
        assert work in WORKS or f"*Part* for {name}: " in MATRIX
    else:
        assert not code
        assert work in WORKS


@pytest.mark.parametrize("row", CONTROLS, ids=lambda row: row[0])
def test_code_and_tests_of_a_row_exist(row):
    for path in coded(row[3]):
        assert (ROOT / path).is_file(), path
    for word in coded(row[4]):
        path, _, name = word.partition("::")
        assert (ROOT / path).is_file(), word
        assert not name or name in names_of_tests(ROOT / path), word


def test_every_work_is_waited_for():
    assert {row[5] for row in CONTROLS if row[5]} == WORKS
