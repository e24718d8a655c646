"""Merkle trees of RFC 6962, section 2.1: hashing, proofs and their verification.

Standard library only. Hashes are 32 bytes of SHA-256.
"""

import hashlib
from collections.abc import Callable, Sequence
from hmac import compare_digest

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

# the hash of the 2**level leaves that begin at leaf index * 2**level
Subtree = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def range_hash(start: int, end: int, subtree: Subtree) -> bytes:
    """The hash of leaves `start` up to `end`, of which `start` begins a subtree as large as both.

    That is what RFC 6962 calls MTH(D[start:end]) wherever it occurs in a proof.
    """
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(subtree(level, start >> level))
        start += 1 << level
    return folded(peaks)


def folded(peaks: Sequence[bytes]) -> bytes:
    """One hash from those of perfect subtrees, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    result = peaks[-1]
    for peak in reversed(peaks[:-1]):
        result = node_hash(peak, result)
    return result


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The siblings on the way from leaf `index` to the root of `size` leaves."""
    if not 0 <= index < size:
        raise IndexError(f"no leaf {index} in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, subtree))
            end = middle
        else:
            path.append(range_hash(start, middle, subtree))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """That the tree of `new` leaves begins with the tree of `old` ones."""
    if not 0 < old <= new:
        raise IndexError(f"no proof from {old} to {new} leaves")
    start, end, path, is_whole = 0, new, [], True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_hash(middle, end, subtree))
            end = middle
        else:
            path.append(range_hash(start, middle, subtree))
            start, is_whole = middle, False
    if not is_whole:
        path.append(range_hash(start, end, subtree))
    return path[::-1]


def is_included(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` leads from the leaf at `index` to the `root` of `size` leaves."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and compare_digest(found, root)


def is_consistent(
    *, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the tree of `new` leaves is the tree of `old` leaves with others after them.

    Of an empty tree everything is a continuation: then the proof must be empty.
    """
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old == new:
        return not proof and compare_digest(old_root, new_root)
    if old == 0:
        return not proof and compare_digest(old_root, EMPTY_ROOT)
    if old & (old - 1) == 0:  # a perfect tree is its own first node
        proof = [old_root, *proof]
    found = _walked(old - 1, new - 1, proof) if proof else None
    return (
        found is not None
        and compare_digest(found[0], old_root)
        and compare_digest(found[1], new_root)
    )


def _walked(node: int, last: int, proof: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots that the proof leads to; None when it is too long or too short."""
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _are_hashes(*hashes: bytes) -> bool:
    return all(len(each) == HASH_BYTES for each in hashes)
