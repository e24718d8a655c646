"""The three steps of an upload."""

from collections.abc import Mapping
from typing import Any

from functions.core.media import policy
from functions.core.media.bodies import wish
from functions.core.runtime import log
from functions.core.runtime.http.problems import Problem, ProblemError
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Parameter, Request
from functions.media_api import wiring

_ANNOUNCEMENT_BYTES = 4096
_PART_TYPE = "application/octet-stream"

NUMBER = Parameter(
    name="number", where="path", pattern=r"[1-9][0-9]{0,4}", reason="", required=True
)
CONTENT_TYPE = Parameter(name="Content-Type", where="header", pattern=r".*", reason="")


def begin(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    begun = wiring.uploads().begin(
        client_id=request.client_id,
        idempotency_key=values[IDEMPOTENCY_KEY.name],
        wish=wish(request.body(_ANNOUNCEMENT_BYTES)),
    )
    request.told.what = f"medium/{begun['id']}"
    log.info("upload begun", media_id=begun["id"], parts=begun["parts"])
    return begun


def put_part(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request.told.what = f"medium/{values['media_id']}"
    request.told.facts["part"] = int(values["number"])
    given = values.get(CONTENT_TYPE.name, "").partition(";")[0].strip().lower()
    if given != _PART_TYPE:
        raise ProblemError(
            Problem(415, "unsupported-media-type", f"Parts are sent as {_PART_TYPE}.")
        )
    media_id, number = values["media_id"], int(values[NUMBER.name])
    wiring.uploads().put_part(
        client_id=request.client_id,
        media_id=media_id,
        number=number,
        content=request.body(policy.number("upload", "part")),
    )
    return {"id": media_id, "part": number}


def complete(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request.told.what = f"medium/{values['media_id']}"
    completed = wiring.uploads().complete(client_id=request.client_id, media_id=values["media_id"])
    log.info("upload complete", media_id=completed["id"], state=completed["state"])
    return completed
