"""GET the proof of one entry: a file that verifies on its own, offline."""

from collections.abc import Mapping
from http import HTTPStatus

from functions.audit_api import wiring
from functions.core.runtime.http.app import Reply
from functions.core.runtime.http.requests import Parameter, Request

ENTRY_ID = Parameter(
    name="entry_id", where="path", pattern=r"0|[1-9][0-9]{0,17}", reason="", required=True
)


def prove(request: Request, values: Mapping[str, str]) -> Reply:
    index = int(values["entry_id"])
    request.told.what = f"entry/{index}"
    proof = wiring.reader().proof(index)
    headers = {"Content-Disposition": f'attachment; filename="{index}.tlog-proof"'}
    return Reply(HTTPStatus.OK, proof.file, "text/plain; charset=utf-8", headers)
