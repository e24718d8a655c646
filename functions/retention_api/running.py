"""POST /v1/retention/runs: what is due goes now; in a dry run it is only counted."""

import json
from collections.abc import Mapping
from typing import Any

from functions.core.retention.views import run_view
from functions.core.runtime import log
from functions.core.runtime.http.problems import FieldError, ProblemError, invalid
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Request
from functions.retention_api import wiring

_MOST_BYTES = 1024


def start(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    run = wiring.asking().start(
        client_id=request.client_id,
        idempotency_key=values[IDEMPOTENCY_KEY.name],
        dry_run=_dry_run(request.body(_MOST_BYTES)),
    )
    request.told.what = f"retention/{run.id}"
    request.told.facts["dry_run"] = run.dry_run
    log.info("run of retention asked for", run_id=run.id, dry_run=run.dry_run)
    return run_view(run)


def _dry_run(body: bytes) -> bool:
    """It is said in so many words: a run that was meant to be dry cannot be taken back."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise ProblemError(invalid(FieldError("body", "must be a JSON object")))
    unknown = [FieldError(name, "is not a field") for name in told if name != "dry_run"]
    if unknown:
        raise ProblemError(invalid(*unknown))
    if not isinstance(told.get("dry_run"), bool):
        raise ProblemError(invalid(FieldError("dry_run", "must be true or false")))
    return bool(told["dry_run"])
