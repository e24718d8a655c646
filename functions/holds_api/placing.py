"""POST /v1/holds: from the answer on, nothing that the hold covers is deleted."""

from collections.abc import Mapping
from typing import Any

from functions.core.audit.requests import caller
from functions.core.holds.asked import MAX_BYTES, asked_from
from functions.core.holds.service import Caller
from functions.core.runtime import log
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Request
from functions.holds_api import wiring
from functions.holds_api.scopes import WRITE


def place(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    asked = asked_from(request.body(MAX_BYTES))
    hold = wiring.holds().place(
        asked,
        idempotency_key=values[IDEMPOTENCY_KEY.name],
        caller=Caller(by=caller(request, WRITE), request=request.request_id),
    )
    request.told.what = f"hold/{hold.id}"
    request.told.on = hold.scope.contacts
    request.told.facts |= {"scope": hold.scope.kind.value, "aliases": len(hold.nodes)}
    log.info("hold placed", hold_id=hold.id, client_id=request.client_id, aliases=len(hold.nodes))
    log.metric("HoldsPlaced")
    return {"id": hold.id, "status": hold.state.value}
