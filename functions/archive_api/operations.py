"""What can be asked of the API: the one list that its routes are made from."""

from functions.archive_api import exporting, fetching
from functions.core.audit.vocabulary import Action
from functions.core.runtime.http.operation import ScopedOperation
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Parameter

EXPORT = "amana/archive:export"

_ID = Parameter(name="export_id", where="path", pattern=r"e_[a-z2-7]{26}", reason="", required=True)
_NAME = Parameter(name="name", where="path", pattern=r"[a-z.]{1,40}", reason="", required=True)

OPERATIONS = (
    ScopedOperation(
        method="POST",
        path="/v1/archive/exports",
        id="askForExport",
        scope=EXPORT,
        action=Action.EXPORT_ASKED,
        begins=True,
        run=exporting.ask,
        parameters=(IDEMPOTENCY_KEY,),
        status=202,
    ),
    ScopedOperation(
        method="GET",
        path="/v1/archive/exports/{export_id}",
        id="getExport",
        scope=EXPORT,
        action=Action.EXPORT_READ,
        run=exporting.show,
        parameters=(_ID,),
    ),
    ScopedOperation(
        method="GET",
        path="/v1/archive/exports/{export_id}/files/{name}",
        id="getExportFile",
        scope=EXPORT,
        action=Action.EXPORT_FETCHED,
        run=fetching.fetch,
        parameters=(_ID, _NAME, fetching.TICKET, fetching.RANGE),
    ),
)
