"""What can be asked of the API: the one list that its routes are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.archive_api import exporting, fetching
from functions.core.runtime.http.app import Reply
from functions.core.runtime.http.requests import Parameter, Request

EXPORT = "amana/archive:export"

_ID = Parameter(name="export_id", where="path", pattern=r"e_[a-z2-7]{26}", reason="", required=True)
_NAME = Parameter(name="name", where="path", pattern=r"[a-z.]{1,40}", reason="", required=True)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`run` gets the request and the parameters that were given."""

    method: str
    path: str
    id: str
    run: Callable[[Request, Mapping[str, str]], dict[str, Any] | Reply]
    parameters: tuple[Parameter, ...]
    scope: str = EXPORT
    status: int = 200

    def serve(self, request: Request) -> dict[str, Any] | Reply:
        request.authorize(self.scope)
        return self.run(request, request.values(self.parameters))


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/archive/exports",
        id="askForExport",
        run=exporting.ask,
        parameters=(exporting.IDEMPOTENCY_KEY,),
        status=202,
    ),
    Operation(
        method="GET",
        path="/v1/archive/exports/{export_id}",
        id="getExport",
        run=exporting.show,
        parameters=(_ID,),
    ),
    Operation(
        method="GET",
        path="/v1/archive/exports/{export_id}/files/{name}",
        id="getExportFile",
        run=fetching.fetch,
        parameters=(_ID, _NAME, fetching.TICKET, fetching.RANGE),
    ),
)
