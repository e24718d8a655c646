"""What can be asked of the API: the one list that its routes are made from."""

from collections.abc import Callable, Mapping

from functions.core.audit.vocabulary import Action
from functions.core.runtime.http.app import Served
from functions.core.runtime.http.operation import ScopedOperation
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Request
from functions.rights_api import deciding, giving, requesting
from functions.rights_api.requesting import CURSOR, LIMIT, REQUEST, STATE
from functions.rights_api.scopes import APPROVE, READ, WRITE

_ALL = "/v1/rights/requests"
_ONE = f"{_ALL}/{{request_id}}"


def _deed(
    name: str,
    operation_id: str,
    run: Callable[[Request, Mapping[str, str]], Served],
    action: Action,
    scope: str = WRITE,
) -> ScopedOperation:
    return ScopedOperation(
        method="POST",
        path=f"{_ONE}/{name}",
        id=operation_id,
        scope=scope,
        action=action,
        run=run,
        parameters=(REQUEST,),
    )


OPERATIONS = (
    ScopedOperation(
        method="POST",
        path=_ALL,
        id="fileRightsRequest",
        scope=WRITE,
        action=Action.RIGHTS_FILED,
        run=requesting.file,
        parameters=(IDEMPOTENCY_KEY,),
        status=201,
    ),
    ScopedOperation(
        method="GET",
        path=_ALL,
        id="listRightsRequests",
        scope=READ,
        action=Action.RIGHTS_READ,
        run=requesting.overview,
        parameters=(STATE, CURSOR, LIMIT),
    ),
    ScopedOperation(
        method="GET",
        path=_ONE,
        id="getRightsRequest",
        scope=READ,
        action=Action.RIGHTS_READ,
        run=requesting.show,
        parameters=(REQUEST,),
    ),
    _deed("identity", "identifyRequester", deciding.identify, Action.RIGHTS_VERIFIED),
    _deed("decision", "decideRightsRequest", deciding.decide, Action.RIGHTS_DECIDED, APPROVE),
    _deed("pause", "pauseRightsRequest", deciding.pause, Action.RIGHTS_PAUSED),
    _deed("resume", "resumeRightsRequest", deciding.resume, Action.RIGHTS_RESUMED),
    _deed("extend", "extendRightsRequest", deciding.extend, Action.RIGHTS_EXTENDED),
    _deed("cancel", "cancelRightsRequest", deciding.cancel, Action.RIGHTS_CANCELED),
    *giving.OPERATIONS,
)
