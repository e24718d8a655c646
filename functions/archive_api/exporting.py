"""POST /v1/archive/exports, and what became of one."""

from collections.abc import Mapping
from typing import Any

from functions.archive_api import wiring
from functions.core.archive.exports.asked import MAX_BYTES, asked_from
from functions.core.runtime import log
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Request


def ask(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    export = wiring.asking().ask(
        asked_from(request.body(MAX_BYTES)),
        client_id=request.client_id,
        idempotency_key=values[IDEMPOTENCY_KEY.name],
    )
    log.info("export asked for", export_id=export.id, client_id=request.client_id)
    log.metric("ExportsAskedFor")
    return {"id": export.id, "status": export.state.value}


def show(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    shown = wiring.giving().show(values["export_id"], client_id=request.client_id)
    tickets = sum(file["ticket"] is not None for file in shown["files"])
    if tickets:
        log.info(
            "tickets issued", export_id=shown["id"], client_id=request.client_id, count=tickets
        )
    return shown
