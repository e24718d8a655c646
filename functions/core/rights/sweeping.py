"""Once a day: no open request is without a workflow, and none is late unseen.

Somebody may have stopped an execution, or a step failed more often than it is tried.
"""

from dataclasses import dataclass

from functions.core.rights.changing import Changes
from functions.core.rights.looking import Looking
from functions.core.rights.model import Request, State
from functions.core.rights.policy import DAY_MS
from functions.core.runtime import log

_PAGE = 50
# three months and their pauses; what is open for longer has alarmed every day before
_OLDEST_MS = 400 * DAY_MS


@dataclass(frozen=True, kw_only=True)
class Swept:
    open: int
    restarted: int


class Sweeping:
    def __init__(self, *, changes: Changes, looking: Looking, stale_ms: int) -> None:
        """`stale_ms`: after this without a look a workflow is taken for gone."""
        self._changes = changes
        self._looking = looking
        self._stale_ms = stale_ms

    def sweep(self) -> Swept:
        found = [request for request in self._listed() if not request.is_over]
        restarted = sum(self._restarted(request) for request in found)
        for request in found:
            if request.state is State.ERROR:  # nobody else looks at these
                self._looking.watched(request)
        return Swept(open=len(found), restarted=restarted)

    def _listed(self) -> list[Request]:
        found: list[Request] = []
        cursor: str | None = None
        while True:
            page, cursor = self._changes.store.listed(before=cursor, limit=_PAGE)
            found += page
            oldest_ms = self._changes.now_ms() - _OLDEST_MS
            if cursor is None or (page and page[-1].filed_ms < oldest_ms):
                return found

    def _restarted(self, request: Request) -> bool:
        now_ms = self._changes.now_ms()
        since_ms = now_ms - self._stale_ms
        if request.state is State.ERROR or request.filed_ms > since_ms:
            return False
        if not self._changes.store.unseen(request, since_ms=since_ms, now_ms=now_ms):
            return False
        log.warning("request without a workflow", rights_request_id=request.id)
        self._changes.machine.start(request.id, request.attempt + 1)
        return True
