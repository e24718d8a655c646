"""The tables of docs/consent-receipt.md say what both verifiers do."""

import re

from docs_pages import ROOT, coded, first_column, page, rows

from functions.core.consent.vocabulary import Kind, Strength
from functions.core.runtime.policies import load
from tools import verify_audit

PAGE = page("docs/consent-receipt.md")
TERMS = load("consent_record")


def test_kinds_are_told_as_they_are_written():
    listed = {coded(row[0])[0]: coded(row[1])[0] for row in rows(PAGE.text, "kind")}

    assert listed == {kind.value: TERMS["states"][kind] for kind in Kind}
    assert listed == verify_audit.STATES


def test_strengths_are_told_as_they_are_written():
    listed = [(row[0].strip("`"), row[1], coded(row[2])[0]) for row in rows(PAGE.text, "strength")]

    written = [("none", "", TERMS["types"]["none"])]
    for strength in Strength:
        name = strength.name.lower()
        written.append((name, str(int(strength)), TERMS["types"][name]))
    assert listed == written
    assert [kind for _, _, kind in listed] == list(verify_audit.TYPES)


def test_methods_of_the_business_are_told():
    [row] = [row for row in rows(PAGE.text, "property") if "isIndicatedBy" in row[0]]

    assert set(coded(row[1])) == set(TERMS["business"]["methods"]) == verify_audit.OF_THE_BUSINESS


def test_findings_are_those_that_the_verifiers_have():
    listed = set(first_column(PAGE.text, "finding"))
    kind = re.compile(r'"(?:found\.append\()?([a-z-]+): ')
    core = (ROOT / "functions/core/consent/checking.py").read_text(encoding="utf-8")
    tool = (ROOT / "tools/verify_audit.py").read_text(encoding="utf-8")

    assert listed == set(kind.findall(core))
    assert listed <= set(kind.findall(tool))


def test_parts_of_a_record_are_those_that_it_has():
    listed = set(first_column(PAGE.section("A record"), "part"))
    paths = {field["path"].partition("/")[0] for field in TERMS["record"]}

    assert listed - {"dpv:hasStatus", "schema:alternateName"} == {
        path for path in paths if path.startswith("dpv:")
    }
