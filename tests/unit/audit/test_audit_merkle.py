"""Merkle proofs of both verifiers against published vectors and a naive recursive oracle."""

import base64
import json
from pathlib import Path

import pytest
from audit_oracle import consistency_path, inclusion_path, root
from hypothesis import given
from hypothesis import strategies as st

from functions.core.audit import merkle
from functions.core.audit.tiles import tile_root
from tools import verify_audit as tool

OWN = Path(__file__).parent / "vectors"
SHARED = Path(__file__).parents[4] / "shared" / "merkle-vectors"
LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(70)]
MOST = len(LEAVES)


def core_included(index, size, leaf, proof, root):
    return merkle.is_included(index=index, size=size, leaf=leaf, proof=proof, root=root)


def core_consistent(old, new, old_root, new_root, proof):
    return merkle.is_consistent(old=old, new=new, old_root=old_root, new_root=new_root, proof=proof)


INCLUDED = pytest.mark.parametrize("included", [core_included, tool.is_included])
CONSISTENT = pytest.mark.parametrize("consistent", [core_consistent, tool.is_consistent])


def vectors(kind):
    for folder in (OWN, SHARED):
        for path in sorted((folder / kind).rglob("*.json")):
            name = f"{folder.name}-{path.parent.name}-{path.stem}"
            yield pytest.param(json.loads(path.read_text()), id=name)


def raw(text):
    return base64.b64decode(text or "")


@INCLUDED
@pytest.mark.parametrize("vector", list(vectors("inclusion")))
def test_a_published_inclusion_proof_is_taken_or_refused_as_it_says(vector, included):
    proof = [raw(each) for each in vector["proof"] or []]
    found = included(
        vector["leafIdx"], vector["treeSize"], raw(vector["leafHash"]), proof, raw(vector["root"])
    )
    assert found is not vector["wantErr"]


@CONSISTENT
@pytest.mark.parametrize("vector", list(vectors("consistency")))
def test_a_published_consistency_proof_is_taken_or_refused_as_it_says(vector, consistent):
    proof = [raw(each) for each in vector["proof"] or []]
    found = consistent(
        vector["size1"], vector["size2"], raw(vector["root1"]), raw(vector["root2"]), proof
    )
    assert found is not vector["wantErr"]


def subtree(level, index):
    return tile_root(LEAVES[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", range(1, MOST))
def test_every_leaf_of_every_small_tree_has_the_proof_that_the_oracle_has(size):
    for index in range(size):
        proof = merkle.inclusion_proof(index, size, subtree)
        assert proof == inclusion_path(index, LEAVES[:size])
        for included in (core_included, tool.is_included):
            assert included(index, size, LEAVES[index], proof, root(LEAVES[:size]))


@pytest.mark.parametrize("new", range(1, MOST))
def test_every_small_tree_continues_every_smaller_one_as_the_oracle_says(new):
    for old in range(1, new + 1):
        proof = merkle.consistency_proof(old, new, subtree)
        assert proof == consistency_path(old, LEAVES[:new])
        for consistent in (core_consistent, tool.is_consistent):
            assert consistent(old, new, root(LEAVES[:old]), root(LEAVES[:new]), proof)


@pytest.mark.parametrize("size", range(MOST))
def test_roots_of_ranges_are_those_of_the_oracle(size):
    assert merkle.range_hash(0, size, subtree) == root(LEAVES[:size])
    assert tool.root_of(LEAVES[:size]) == root(LEAVES[:size])


@st.composite
def proofs_changed(draw):
    """A proof of a leaf, and the same with one thing wrong about it."""
    size = draw(st.integers(2, MOST))
    index = draw(st.integers(0, size - 1))
    proof, leaf, top = inclusion_path(index, LEAVES[:size]), LEAVES[index], root(LEAVES[:size])
    return draw(st.sampled_from(list(_included_lies(draw, index, size, leaf, proof, top))))


def _included_lies(draw, index, size, leaf, proof, top):
    other = draw(st.binary(min_size=32, max_size=32))
    at = draw(st.integers(0, len(proof) - 1))
    elsewhere = draw(st.integers(0, size - 1).filter(lambda each: each != index))
    yield elsewhere, size, leaf, proof, top
    yield index, size, other, proof, top
    yield index, size, leaf, proof, other
    yield index, size, leaf, [*proof[:at], other, *proof[at + 1 :]], top
    yield index, size, leaf, proof[:at] + proof[at + 1 :], top
    yield index, size, leaf, [*proof[:at], other, *proof[at:]], top
    yield index, size, leaf, [*proof, top], top
    yield index, size, leaf, [*proof[:at], proof[at][:31], *proof[at + 1 :]], top
    yield -1 - index, size, leaf, proof, top
    yield size, size, leaf, proof, top
    yield index, 0, leaf, proof, top
    if len(proof) > 1:
        yield index, size, leaf, proof[::-1], top


@INCLUDED
@given(lie=proofs_changed())
def test_a_proof_with_one_thing_wrong_proves_nothing(included, lie):
    assert included(*lie) is False


@INCLUDED
@given(st.integers(1, MOST), st.integers(1, MOST), st.data())
def test_a_proof_for_a_tree_of_another_size_fits_no_other_root(included, size, other, data):
    index = data.draw(st.integers(0, size - 1))
    proof, top = inclusion_path(index, LEAVES[:size]), root(LEAVES[:size])
    found = included(index, other, LEAVES[index], proof, root(LEAVES[:other]))
    assert found is (top == root(LEAVES[:other]))


@st.composite
def histories_changed(draw):
    new = draw(st.integers(2, MOST))
    old = draw(st.integers(1, new - 1))
    proof = consistency_path(old, LEAVES[:new])
    ends = root(LEAVES[:old]), root(LEAVES[:new])
    return draw(st.sampled_from(list(_consistent_lies(draw, old, new, ends, proof))))


def _consistent_lies(draw, old, new, ends, proof):
    other = draw(st.binary(min_size=32, max_size=32))
    at = draw(st.integers(0, len(proof) - 1))
    yield old, new, other, ends[1], proof
    yield old, new, ends[0], other, proof
    yield old, new, ends[1], ends[0], proof
    yield old, new, *ends, [*proof[:at], other, *proof[at + 1 :]]
    yield old, new, *ends, proof[:at] + proof[at + 1 :]
    yield old, new, *ends, [*proof[:at], other, *proof[at:]]
    yield old, new, *ends, [*proof, ends[0]]
    yield old, new, *ends, [ends[0], *proof]
    yield old, new, *ends, []
    yield new, old, *ends, proof
    yield 0, new, *ends, proof
    yield new, new, *ends, proof
    yield old, old, *ends, proof
    yield -old, new, *ends, proof
    yield old, new, ends[0][:31], ends[1], proof


@CONSISTENT
@given(lie=histories_changed())
def test_a_history_with_one_thing_wrong_is_refused(consistent, lie):
    assert consistent(*lie) is False


@CONSISTENT
@pytest.mark.parametrize("size", [1, 7, 70])
def test_the_empty_tree_is_continued_by_all_with_an_empty_proof(consistent, size):
    top = root(LEAVES[:size])
    assert consistent(0, size, merkle.EMPTY_ROOT, top, [])
    assert not consistent(0, size, top, top, [])
    assert not consistent(0, size, merkle.EMPTY_ROOT, top, [top])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index, size):
    with pytest.raises(IndexError):
        merkle.inclusion_proof(index, size, subtree)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 2)])
def test_there_is_no_proof_of_a_history_that_cannot_be(old, new):
    with pytest.raises(IndexError):
        merkle.consistency_proof(old, new, subtree)
