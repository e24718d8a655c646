"""What each step does, and what is counted about it."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.core.archive.exports.errors import ExportTooLargeError
from functions.core.runtime import log
from functions.exporter import wiring

Json = dict[str, Any]


def _plan(event: Mapping[str, Any]) -> Json:
    export = wiring.planner().plan(event["export_id"])
    return {"export_id": export.id, "parts": list(range(export.parts))}


def _collect(event: Mapping[str, Any]) -> Json:
    summary = wiring.collector().collect(event["export_id"], event["part"])
    if summary.findings:
        log.metric("ArchiveGaps", len(summary.findings))
    if refused := summary.closed["refused"]:
        log.metric("CiphertextRefused", refused)
    return {"part": event["part"], "kept": summary.kept}


def _assemble(event: Mapping[str, Any]) -> Json:
    """Too large is an answer and no failure: whoever asked can ask for less."""
    try:
        export = wiring.assembler().assemble(event["export_id"])
    except ExportTooLargeError:
        return _failed(event, "too_large")
    return {"export_id": export.id, "state": export.state.value}


def _fail(event: Mapping[str, Any]) -> Json:
    return _failed(event, "internal_error")


def _failed(event: Mapping[str, Any], error: str) -> Json:
    wiring.store().failed(event["export_id"], error)
    log.metric("ExportsFailed")
    return {"export_id": event["export_id"], "state": "failed"}


STEPS: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "plan": _plan,
    "collect": _collect,
    "assemble": _assemble,
    "fail": _fail,
}
