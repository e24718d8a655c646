"""What came of one medium in one run."""

from dataclasses import dataclass

from functions.core.media.errors import LaterError
from functions.core.media.model import State


@dataclass(frozen=True)
class Outcome:
    """`later`: it is not settled, and when to look again. `overdue`: it waits for too long.

    `settled`: by this run; else it was found like that.
    """

    id: str
    state: State
    reason: str = ""
    later: LaterError | None = None
    overdue: bool = False
    settled: bool = False
