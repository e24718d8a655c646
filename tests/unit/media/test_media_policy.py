"""`policies/media.toml`: complete, dated, and read as it is meant."""

from datetime import date

import pytest

from functions.core.media import policy
from functions.core.media.model import Kind
from functions.core.runtime import policies

POLICY = policies.load("media")
ENTRIES = [
    (f"{table}.{name}", entry)
    for table, entries in POLICY.items()
    if table != "signatures"
    for name, entry in entries.items()
]


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[name for name, _ in ENTRIES])
def test_every_number_says_where_it_comes_from(name, entry):
    assert entry["unit"]
    if "reason" in entry:
        assert entry["reason"]
    else:
        assert entry["source"].startswith("https://")
        assert isinstance(entry["read"], date)


def test_signatures_say_where_they_were_looked_up():
    assert POLICY["signatures"]["source"].startswith("https://")
    assert isinstance(POLICY["signatures"]["read"], date)


def test_limits_are_metas():
    mib = 1024 * 1024
    found = {kind.value: policy.limits(kind).most for kind in Kind}
    assert found == {
        "audio": 16 * mib,
        "document": 100 * mib,
        "image": 5 * mib,
        "sticker": 100 * 1024,
        "video": 16 * mib,
    }
    assert policy.limits(Kind.STICKER).animated == 500 * 1024
    assert policy.limits(Kind.IMAGE).animated == policy.limits(Kind.IMAGE).most


@pytest.mark.parametrize(
    ("kind", "mime", "allowed"),
    [
        (Kind.IMAGE, "image/jpeg", True),
        (Kind.IMAGE, "image/heic", True),
        (Kind.IMAGE, "image/svg+xml", False),
        (Kind.IMAGE, "application/pdf", False),
        (Kind.DOCUMENT, "application/pdf", True),
        (Kind.DOCUMENT, "application/x-anything", True),
        (Kind.STICKER, "image/png", False),
        (Kind.VIDEO, "video/webm", False),
        (Kind.AUDIO, "audio/ogg", True),
    ],
)
def test_what_may_be_received_as_what(kind, mime, allowed):
    assert policy.limits(kind).may_be_received(mime) is allowed


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        ("image/png", Kind.IMAGE),
        ("image/webp", Kind.STICKER),
        ("video/mp4", Kind.VIDEO),
        ("audio/mp4", Kind.AUDIO),
        ("text/plain", Kind.DOCUMENT),
        ("image/heic", None),
        ("application/zip", None),
        ("*/*", None),
    ],
)
def test_what_may_be_sent_and_as_what(mime, kind):
    assert policy.sendable_kind(mime) is kind


def test_pauses_grow_and_then_stay():
    pauses = [policy.pause_s(failures) for failures in range(1, 9)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == pauses[-2]
    assert sum(policy.pause_s(n) for n in range(1, policy.number("fetch", "tries"))) > 24 * 3600


def test_a_part_fits_where_it_must():
    """6 MB is what Lambda takes and gives, in base64; S3 wants at least 5 MiB in a part."""
    lambda_bytes = 6 * 1024 * 1024
    for table, name in (("upload", "part"), ("download", "range")):
        assert policy.number(table, name) * 4 / 3 < lambda_bytes - 300_000
    assert 5 * 1024 * 1024 <= policy.number("fetch", "part") <= 8 * 1024 * 1024
