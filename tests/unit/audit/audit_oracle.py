"""RFC 6962, section 2.1, word for word, and as slow as that is: what proofs are measured by.

`python tests/unit/audit/audit_oracle.py` writes the vectors beside it anew.
"""

import base64
import json
from hashlib import sha256
from pathlib import Path


def _half(size):
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def root(hashes):
    if not hashes:
        return sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    half = _half(len(hashes))
    return sha256(b"\x01" + root(hashes[:half]) + root(hashes[half:])).digest()


def inclusion_path(index, hashes):
    if len(hashes) == 1:
        return []
    half = _half(len(hashes))
    if index < half:
        return [*inclusion_path(index, hashes[:half]), root(hashes[half:])]
    return [*inclusion_path(index - half, hashes[half:]), root(hashes[:half])]


def consistency_path(old, hashes, *, is_known=True):
    if old == len(hashes):
        return [] if is_known else [root(hashes)]
    half = _half(len(hashes))
    if old <= half:
        below = consistency_path(old, hashes[:half], is_known=is_known)
        return [*below, root(hashes[half:])]
    below = consistency_path(old - half, hashes[half:], is_known=False)
    return [*below, root(hashes[:half])]


def _text(data):
    return base64.b64encode(data).decode()


def _inclusion(hashes, index):
    good = {
        "leafIdx": index,
        "treeSize": len(hashes),
        "root": _text(root(hashes)),
        "leafHash": _text(hashes[index]),
        "proof": [_text(each) for each in inclusion_path(index, hashes)],
        "wantErr": False,
    }
    yield "good", good
    yield "next-leaf", good | {"leafIdx": index + 1, "wantErr": True}
    yield "one-hash-more", good | {"proof": [*good["proof"], good["root"]], "wantErr": True}
    if good["proof"]:
        yield "one-hash-less", good | {"proof": good["proof"][1:], "wantErr": True}
        yield "leaf-is-root", good | {"leafHash": good["root"], "proof": [], "wantErr": True}


def _consistency(hashes, old):
    good = {
        "size1": old,
        "size2": len(hashes),
        "root1": _text(root(hashes[:old])),
        "root2": _text(root(hashes)),
        "proof": [_text(each) for each in consistency_path(old, hashes)],
        "wantErr": False,
    }
    yield "good", good
    yield "other-root", good | {"root2": good["root1"], "wantErr": True}
    yield "one-hash-more", good | {"proof": [*good["proof"], good["root1"]], "wantErr": True}
    yield "one-hash-less", good | {"proof": good["proof"][1:], "wantErr": True}


def _write(folder):
    hashes = [sha256(b"\x00" + b"leaf %d" % number).digest() for number in range(300)]
    for size, index in ((1, 0), (3, 2), (8, 5), (257, 256), (300, 131)):
        for name, told in _inclusion(hashes[:size], index):
            _store(folder / f"inclusion/{index}-of-{size}-{name}.json", told)
    for old, new in ((1, 2), (4, 7), (6, 8), (255, 300), (256, 257)):
        for name, told in _consistency(hashes[:new], old):
            _store(folder / f"consistency/{old}-to-{new}-{name}.json", told)


def _store(path, told):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write(Path(__file__).parent / "vectors")
