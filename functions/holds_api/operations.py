"""What can be asked of the API: the one list that its routes are made from."""

from functions.core.audit.vocabulary import Action
from functions.core.runtime.http.operation import ScopedOperation
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Parameter
from functions.holds_api import lifting, placing, showing
from functions.holds_api.scopes import LIFT, READ, WRITE

_ID = Parameter(name="hold_id", where="path", pattern=r"h_[a-z2-7]{26}", reason="", required=True)
_ONE = "/v1/holds/{hold_id}"

OPERATIONS = (
    ScopedOperation(
        method="POST",
        path="/v1/holds",
        id="placeHold",
        scope=WRITE,
        action=Action.HOLD_PLACED,
        run=placing.place,
        parameters=(IDEMPOTENCY_KEY,),
        status=202,
    ),
    ScopedOperation(
        method="GET",
        path="/v1/holds",
        id="listHolds",
        scope=READ,
        action=Action.HOLD_READ,
        run=showing.page,
        parameters=(showing.CURSOR, showing.LIMIT),
    ),
    ScopedOperation(
        method="GET",
        path=_ONE,
        id="getHold",
        scope=READ,
        action=Action.HOLD_READ,
        run=showing.show,
        parameters=(_ID,),
    ),
    ScopedOperation(
        method="POST",
        path=f"{_ONE}/lift-request",
        id="askToLiftHold",
        scope=WRITE,
        action=Action.HOLD_LIFT_ASKED,
        run=lifting.ask,
        parameters=(_ID,),
    ),
    ScopedOperation(
        method="POST",
        path=f"{_ONE}/lift",
        id="liftHold",
        scope=LIFT,
        action=Action.HOLD_LIFTED,
        run=lifting.lift,
        parameters=(_ID,),
        status=202,
    ),
)
