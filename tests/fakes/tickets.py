"""One-time tickets in memory."""

from threading import Lock

from functions.core.content.tickets import Grant


class MemoryTickets:
    """`TicketStore`; the contract suite runs it and the DynamoDB one."""

    def __init__(self) -> None:
        self.grants: dict[str, Grant] = {}
        self._next: dict[str, int] = {}
        self._lock = Lock()

    def put(self, name: str, grant: Grant) -> None:
        self.grants[name], self._next[name] = grant, 0

    def take(self, name: str, subject: str, start: int, end: int, *, now_ms: int) -> int | None:
        with self._lock:
            grant = self.grants.get(name)
            if (
                grant is None
                or grant.subject != subject
                or now_ms >= grant.expires_ms
                or not self._next[name] <= start <= end < grant.size
            ):
                return None
            self._next[name] = end + 1
            return grant.size

    def forget(self, name: str) -> None:
        self.grants.pop(name, None)
