"""POST /v1/archive/exports, and what became of one."""

from collections.abc import Mapping
from typing import Any

from functions.archive_api import wiring
from functions.core.archive.exports.asked import MAX_BYTES, Asked, asked_from
from functions.core.runtime import log
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Request


def ask(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    asked = asked_from(request.body(MAX_BYTES))
    export = wiring.asking().ask(
        asked,
        client_id=request.client_id,
        idempotency_key=values[IDEMPOTENCY_KEY.name],
    )
    request.told.what = f"export/{export.id}"
    request.told.on = _people(asked)
    log.info("export asked for", export_id=export.id, client_id=request.client_id)
    log.metric("ExportsAskedFor")
    return {"id": export.id, "status": export.state.value}


def show(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request.told.what = f"export/{values['export_id']}"
    shown = wiring.giving().show(values["export_id"], client_id=request.client_id)
    tickets = sum(file["ticket"] is not None for file in shown["files"])
    request.told.facts["tickets"] = tickets
    if tickets:
        log.info(
            "tickets issued", export_id=shown["id"], client_id=request.client_id, count=tickets
        )
    return shown


def _people(asked: Asked) -> tuple[str, ...]:
    """Of an export that was taken: before, nobody knows what stands in these fields."""
    if asked.contact_id:
        return (asked.contact_id,)
    return (asked.conversation_id.rpartition(".")[2],) if asked.conversation_id else ()
