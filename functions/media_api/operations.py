"""What can be asked of the API: the one list that its routes are made from."""

from functions.core.audit.vocabulary import Action
from functions.core.runtime.http.operation import ScopedOperation
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Parameter
from functions.media_api import downloading, uploading

READ, WRITE = "amana/media:read", "amana/media:write"

_ID = Parameter(name="media_id", where="path", pattern=r"f_[a-z2-7]{26}", reason="", required=True)

OPERATIONS = (
    ScopedOperation(
        method="POST",
        path="/v1/media",
        id="beginUpload",
        scope=WRITE,
        action=Action.UPLOAD_BEGUN,
        begins=True,
        run=uploading.begin,
        parameters=(IDEMPOTENCY_KEY,),
        status=201,
    ),
    ScopedOperation(
        method="PUT",
        path="/v1/media/{media_id}/parts/{number}",
        id="putPart",
        scope=WRITE,
        action=Action.UPLOAD_PART_STORED,
        begins=True,
        run=uploading.put_part,
        parameters=(_ID, uploading.NUMBER, uploading.CONTENT_TYPE),
    ),
    ScopedOperation(
        method="POST",
        path="/v1/media/{media_id}/complete",
        id="completeUpload",
        scope=WRITE,
        action=Action.UPLOAD_FINISHED,
        begins=True,
        run=uploading.complete,
        parameters=(_ID,),
        status=202,
    ),
    ScopedOperation(
        method="GET",
        path="/v1/media/{media_id}",
        id="getMedium",
        scope=READ,
        action=Action.MEDIUM_SHOWN,
        run=downloading.show,
        parameters=(_ID,),
    ),
    ScopedOperation(
        method="GET",
        path="/v1/media/{media_id}/content",
        id="getMediumContent",
        scope=READ,
        action=Action.MEDIUM_READ,
        run=downloading.content,
        parameters=(_ID, downloading.TICKET, downloading.RANGE),
    ),
)
