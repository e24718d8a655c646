"""Once a day every hold is gone over: for what was archived or learnt since, and what failed."""

from functions.core.holds.model import State
from functions.core.holds.service import Machine
from functions.core.holds.store import DynamoHolds

_PAGE = 100


class Sweeping:
    def __init__(self, *, store: DynamoHolds, machine: Machine) -> None:
        self._store = store
        self._machine = machine

    def sweep(self) -> int:
        """How many workflows were begun. May be repeated: there is one at most for an attempt."""
        begun, before = 0, None
        while True:
            holds, before = self._store.page(before=before, limit=_PAGE)
            for hold in holds:
                if hold.state is not State.LIFTED and self._store.again(hold):
                    self._machine.start(hold.id, hold.attempt + 1)
                    begun += 1
            if before is None:
                return begun
