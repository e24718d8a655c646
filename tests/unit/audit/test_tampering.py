"""Every way of tampering is found as what it is, by both verifiers, and as nothing else."""

import pytest

from bench.tampering import campaign, cases, main
from functions.core.audit.verify import Kind

CASES = list(cases())


@pytest.fixture(scope="module")
def found():
    return {case.name: (core, tool) for case, core, tool in campaign()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_done_is_found_and_named(case, found):
    for kinds in found[case.name]:
        if kinds is not None:
            assert case.kind in kinds
            assert kinds <= {case.kind, *case.also}


def test_both_verifiers_agree_on_everything_that_both_look_for(found):
    assert [name for name, (core, tool) in found.items() if tool not in (core, None)] == []


def test_every_kind_of_finding_has_a_way_to_come_about():
    assert {case.kind for case in CASES} == set(Kind)


def test_the_matrix_names_every_case_and_fails_when_one_is_missed(capsys, monkeypatch):
    assert main() == 0
    told = capsys.readouterr().out
    assert all(case.name in told for case in CASES)
    monkeypatch.setattr("bench.tampering.found_by_core", lambda *_: set())
    assert main() == 1
