"""One deed after the other: each is computed from what is stored, stored if nothing else was."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from functions.core.audit.model import Actor
from functions.core.audit.model import Event as Entry
from functions.core.audit.vocabulary import Action
from functions.core.rights.errors import UnknownRequestError
from functions.core.rights.model import Deed, Request, State, Step, after
from functions.core.rights.requests import DynamoRequests
from functions.core.runtime.records import ContentionError

_ROUNDS = 6  # against others who do something to the same request
ACTIONS: Mapping[Deed, Action] = {
    Deed.FILED: Action.RIGHTS_FILED,
    Deed.CODE_ASKED: Action.RIGHTS_ASKED,
    Deed.CODE_SENT: Action.RIGHTS_ASKED,
    Deed.STEPPED_UP: Action.RIGHTS_ASKED,
    Deed.LOCKED: Action.RIGHTS_LOCKED,
    Deed.VERIFIED: Action.RIGHTS_VERIFIED,
    Deed.APPROVED: Action.RIGHTS_DECIDED,
    Deed.DENIED: Action.RIGHTS_DECIDED,
    Deed.PAUSED: Action.RIGHTS_PAUSED,
    Deed.RESUMED: Action.RIGHTS_RESUMED,
    Deed.EXTENDED: Action.RIGHTS_EXTENDED,
    Deed.CANCELED: Action.RIGHTS_CANCELED,
    Deed.REMINDED: Action.RIGHTS_REMINDED,
    Deed.ESCALATED: Action.RIGHTS_REMINDED,
    Deed.STARTED: Action.RIGHTS_STARTED,
    Deed.COMPLETED: Action.RIGHTS_COMPLETED,
    Deed.FAILED: Action.RIGHTS_FAILED,
}


class Machine(Protocol):
    def start(self, request_id: str, attempt: int) -> None:
        """Once for each attempt, however often it is called."""

    def wake(self, token: str) -> None:
        """Whoever waits looks again; nothing when nobody waits any more."""


class Changes:
    def __init__(
        self, *, store: DynamoRequests, machine: Machine, now_ms: Callable[[], int]
    ) -> None:
        self.store = store
        self.machine = machine
        self.now_ms = now_ms

    def load(self, request_id: str) -> Request:
        found = self.store.load(request_id)
        if found is None:
            raise UnknownRequestError("no request has this id")
        return found

    def do(
        self,
        request: Request,
        deed: Deed,
        *,
        by: Actor,
        call: str = "",
        reason: str = "",
        only_in: State | None = None,
        **changes: Any,
    ) -> Request:
        """NotNowError: not in its state. `call`: the request to the API that this is part of.

        Who changed it meanwhile is not overwritten: the deed is done to what is there then.
        `only_in`: nothing is done when it is not in this state any more.
        """
        for _ in range(_ROUNDS):
            if only_in is not None and request.state is not only_in:
                return request
            now_ms = self.now_ms()
            told = {"reason": reason} if reason else {}
            done = after(request, deed, now_ms=now_ms, **told, **changes)
            step = Step(at_ms=now_ms, deed=deed, by=by.id, state=done.state, reason=reason)
            if self.store.change(request, done, step, entry(done, deed, by, call)):
                return done
            request = self.load(request.id)
        raise ContentionError("a rights request kept changing")

    def wake(self, request_id: str) -> None:
        """After what somebody outside of the workflow did to it."""
        if token := self.store.token(request_id):
            self.machine.wake(token)


def entry(request: Request, deed: Deed, by: Actor, call: str = "") -> Entry:
    return Entry(
        action=ACTIONS[deed],
        by=by,
        on=(request.contact_id,),
        what=f"rights/{request.id}",
        request=call,
        facts={
            "right": request.right.value,
            "deed": deed.value,
            "state": request.state.value,
            **({"outcome": request.outcome} if request.outcome else {}),
        },
    )
