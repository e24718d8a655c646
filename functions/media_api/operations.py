"""What can be asked of the API: the one list that its routes are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.runtime.http.app import Reply
from functions.core.runtime.http.requests import Parameter, Request
from functions.media_api import downloading, uploading

READ, WRITE = "amana/media:read", "amana/media:write"

_ID = Parameter(name="media_id", where="path", pattern=r"f_[a-z2-7]{26}", reason="", required=True)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`run` gets the request and the parameters that were given."""

    method: str
    path: str
    id: str
    scope: str
    run: Callable[[Request, Mapping[str, str]], dict[str, Any] | Reply]
    parameters: tuple[Parameter, ...]
    status: int = 200

    def serve(self, request: Request) -> dict[str, Any] | Reply:
        request.authorize(self.scope)
        return self.run(request, request.values(self.parameters))


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/media",
        id="beginUpload",
        scope=WRITE,
        run=uploading.begin,
        parameters=(uploading.IDEMPOTENCY_KEY,),
        status=201,
    ),
    Operation(
        method="PUT",
        path="/v1/media/{media_id}/parts/{number}",
        id="putPart",
        scope=WRITE,
        run=uploading.put_part,
        parameters=(_ID, uploading.NUMBER, uploading.CONTENT_TYPE),
    ),
    Operation(
        method="POST",
        path="/v1/media/{media_id}/complete",
        id="completeUpload",
        scope=WRITE,
        run=uploading.complete,
        parameters=(_ID,),
        status=202,
    ),
    Operation(
        method="GET",
        path="/v1/media/{media_id}",
        id="getMedium",
        scope=READ,
        run=downloading.show,
        parameters=(_ID,),
    ),
    Operation(
        method="GET",
        path="/v1/media/{media_id}/content",
        id="getMediumContent",
        scope=READ,
        run=downloading.content,
        parameters=(_ID, downloading.TICKET, downloading.RANGE),
    ),
)
