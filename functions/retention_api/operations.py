"""What can be asked of the API: the one list that its routes are made from."""

from functions.core.audit.vocabulary import Action
from functions.core.runtime.http.operation import ScopedOperation
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Parameter
from functions.retention_api import running, showing
from functions.retention_api.scopes import READ, RUN

_ID = Parameter(name="run_id", where="path", pattern=showing.RUN_NAME, reason="", required=True)

OPERATIONS = (
    ScopedOperation(
        method="GET",
        path="/v1/retention/rules",
        id="listRetentionRules",
        scope=READ,
        action=Action.RETENTION_READ,
        run=showing.rules,
        parameters=(),
    ),
    ScopedOperation(
        method="POST",
        path="/v1/retention/runs",
        id="startRetentionRun",
        scope=RUN,
        action=Action.RETENTION_STARTED,
        begins=True,
        run=running.start,
        parameters=(IDEMPOTENCY_KEY,),
        status=202,
    ),
    ScopedOperation(
        method="GET",
        path="/v1/retention/runs",
        id="listRetentionRuns",
        scope=READ,
        action=Action.RETENTION_READ,
        run=showing.page,
        parameters=(showing.CURSOR, showing.LIMIT),
    ),
    ScopedOperation(
        method="GET",
        path="/v1/retention/runs/{run_id}",
        id="getRetentionRun",
        scope=READ,
        action=Action.RETENTION_READ,
        run=showing.show,
        parameters=(_ID,),
    ),
)
