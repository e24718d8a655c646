"""The bench of media: the file it measures with, and what it makes of the figures."""

import hashlib

import pytest

from bench import media, media_origin
from functions.core.media.types import agrees


@pytest.mark.parametrize("size", [9, 10, 65_545, 65_546, 1_000_000])
def test_the_file_has_the_size_and_digest_that_are_told(size):
    made = b"".join(media_origin.pieces(size))

    assert len(made) == size
    assert hashlib.sha256(made).hexdigest() == media_origin.sha256(size)
    assert agrees("application/pdf", made[:4096])


def test_growth_with_the_file_misses_its_target():
    told = {
        1: {"before": 0, "peak": 10 * 1024, "seconds": 1},
        10: {"before": 0, "peak": 20 * 1024, "seconds": 1},
        100: {"before": 0, "peak": 120 * 1024, "seconds": 2},
    }

    numbers = {number.name: number for number in media._numbers("fetch", told)}

    assert numbers["fetch: growth from 10 to 100 MB"].value == 100
    assert numbers["fetch: MB a second"].value == 50
    assert [n.name for n in numbers.values() if n.met is False] == [
        "fetch: 100 MB",
        "fetch: growth from 10 to 100 MB",
    ]
