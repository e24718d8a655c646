"""A large log is read by several processes, a range of bundles each."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from functions.core.audit.tiles import WIDTH
from functions.core.audit.verify.files import Files
from functions.core.audit.verify.parts import Part, part_of

# bundles in one range: some seconds of work are lost at most when the last one ends alone
_RANGE = 64
# fewer are read sooner than a process is started
_FEW = 512


def gathered(files: Files, size: int, processes: int) -> Part:
    whole = Part()
    for part in _parts(files, size, processes):
        whole.add(part)
    return whole


def _parts(files: Files, size: int, processes: int) -> Iterator[Part]:
    bundles = -(-size // WIDTH)
    firsts = range(0, bundles, _RANGE)
    lasts = [min(first + _RANGE, bundles) for first in firsts]
    if processes < 2 or bundles < _FEW:  # noqa: PLR2004 - one is this process
        yield from (part_of(files, *ends, size) for ends in zip(firsts, lasts, strict=True))
        return
    count = len(firsts)
    # not forked: whoever asks may have threads
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(part_of, [files] * count, firsts, lasts, [size] * count)
