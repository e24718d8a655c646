"""Imports of consents: begun, sent in parts, started, looked at; each step repeatable."""

from collections.abc import Mapping
from typing import Any

from functions.consent_api import wiring
from functions.consent_api.scopes import READ, WRITE
from functions.core.audit.vocabulary import Action
from functions.core.consent.imports import errors, policy
from functions.core.consent.imports.asked import MAX_BYTES, asked_from
from functions.core.runtime import log
from functions.core.runtime.http.operation import ScopedOperation
from functions.core.runtime.http.problems import (
    NOT_FOUND,
    FieldError,
    Problem,
    ProblemError,
    invalid,
)
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Parameter, Request

_PART_TYPE = "application/octet-stream"
_ID = Parameter(name="import_id", where="path", pattern=r"i_[a-z2-7]{26}", reason="", required=True)
_NUMBER = Parameter(
    name="number", where="path", pattern=r"[1-9][0-9]{0,2}", reason="", required=True
)
_CONTENT_TYPE = Parameter(name="Content-Type", where="header", pattern=r".*", reason="")
_CURSOR = Parameter(
    name="cursor",
    where="query",
    pattern=r"[0-9]{1,5}",
    reason="must be the next_cursor of the page before",
)


def begin(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    asked = asked_from(request.body(MAX_BYTES))
    begun = wiring.imports().begin(
        asked, client_id=request.client_id, idempotency_key=values[IDEMPOTENCY_KEY.name]
    )
    request.told.what = f"import/{begun.id}"
    log.info("import begun", import_id=begun.id)
    return {
        "import_id": begun.id,
        "status": begun.state.value,
        "part_bytes": policy.number("part", "bytes"),
        "parts": policy.number("part", "most"),
    }


def put_part(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    import_id, number = values[_ID.name], int(values[_NUMBER.name])
    request.told.what = f"import/{import_id}"
    request.told.facts["part"] = number
    given = values.get(_CONTENT_TYPE.name, "").partition(";")[0].strip().lower()
    if given != _PART_TYPE:
        # as text the gateway would change what is no whole UTF-8, such as half a letter
        detail = f"Parts are sent as {_PART_TYPE}."
        raise ProblemError(Problem(415, "unsupported-media-type", detail))
    content = request.body(policy.number("part", "bytes"))
    wiring.imports().put_part(import_id, number, content, client_id=request.client_id)
    return {"import_id": import_id, "part": number, "bytes": len(content)}


def start(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request.told.what = f"import/{values[_ID.name]}"
    started = wiring.imports().start(values[_ID.name], client_id=request.client_id)
    request.told.facts["attempt"] = started.attempt
    log.info("import started", import_id=started.id, attempt=started.attempt)
    return {"import_id": started.id, "status": started.state.value}


def show(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request.told.what = f"import/{values[_ID.name]}"
    return wiring.imports().show(values[_ID.name], client_id=request.client_id)


def report(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request.told.what = f"import/{values[_ID.name]}"
    cursor = int(values.get(_CURSOR.name, "0"))
    return wiring.imports().report(values[_ID.name], client_id=request.client_id, cursor=cursor)


def explain(error: Exception) -> Problem | None:
    match error:
        case errors.UnknownImportError():
            return NOT_FOUND
        case errors.InvalidImportError():
            return invalid(*error.errors)
        case errors.ImportConflictError():
            fields = [FieldError("Idempotency-Key", "was used with another body")]
            return Problem(409, "idempotency-conflict", "The key stands for another body.", fields)
        case errors.ImportClosedError():
            detail = "The import was started, or its time has run out. Begin a new one."
            return Problem(409, "import-closed", detail)
        case errors.PartsMissingError():
            fields = [FieldError(f"parts.{number}", "is missing") for number in error.missing]
            return Problem(409, "parts-missing", "Not all parts are there.", fields)
    return None


_ONE = "/v1/consents/imports/{import_id}"

OPERATIONS = (
    ScopedOperation(
        method="POST",
        path="/v1/consents/imports",
        id="beginImport",
        scope=WRITE,
        action=Action.IMPORT_BEGUN,
        begins=True,
        run=begin,
        parameters=(IDEMPOTENCY_KEY,),
        status=201,
    ),
    ScopedOperation(
        method="PUT",
        path=f"{_ONE}/parts/{{number}}",
        id="putImportPart",
        scope=WRITE,
        action=Action.IMPORT_PART_STORED,
        begins=True,
        run=put_part,
        parameters=(_ID, _NUMBER, _CONTENT_TYPE),
    ),
    ScopedOperation(
        method="POST",
        path=f"{_ONE}/start",
        id="startImport",
        scope=WRITE,
        action=Action.IMPORT_STARTED,
        begins=True,
        run=start,
        parameters=(_ID,),
        status=202,
    ),
    ScopedOperation(
        method="GET",
        path=_ONE,
        id="getImport",
        scope=READ,
        action=Action.IMPORT_READ,
        run=show,
        parameters=(_ID,),
    ),
    ScopedOperation(
        method="GET",
        path=f"{_ONE}/report",
        id="getImportReport",
        scope=READ,
        action=Action.IMPORT_READ,
        run=report,
        parameters=(_ID, _CURSOR),
    ),
)
