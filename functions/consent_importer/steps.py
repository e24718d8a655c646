"""What each step does, and what is counted about it."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.consent_importer import wiring
from functions.core.consent.imports.model import Chunk, Counts, State
from functions.core.runtime import log

Json = dict[str, Any]


def _plan(event: Mapping[str, Any]) -> Json:
    chunks = wiring.planner().plan(event["import_id"])
    return {"import_id": event["import_id"], "chunks": [vars_of(chunk) for chunk in chunks]}


def _load(event: Mapping[str, Any]) -> Json:
    counts = wiring.loader().load(event["import_id"], Chunk(**event["chunk"]))
    log.metric("ImportRows", counts.recorded, outcome="recorded")
    log.metric("ImportRows", counts.repeated, outcome="repeated")
    log.metric("ImportRows", counts.refused, outcome="refused")
    return {"chunk": event["chunk"]["number"], **vars(counts)}


def _finish(event: Mapping[str, Any]) -> Json:
    return _ended(event, *wiring.finisher().finish(event["import_id"]))


def _fail(event: Mapping[str, Any]) -> Json:
    log.metric("ImportsFailed")
    return _ended(event, *wiring.finisher().fail(event["import_id"]))


def _ended(event: Mapping[str, Any], state: State, counts: Counts) -> Json:
    return {"import_id": event["import_id"], "state": state.value, **vars(counts)}


def vars_of(chunk: Chunk) -> Json:
    """Places and numbers only: they stand in the execution's history."""
    return {
        "number": chunk.number,
        "row": chunk.row,
        "rows": chunk.rows,
        "start": chunk.start,
        "end": chunk.end,
    }


STEPS: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "plan": _plan,
    "load": _load,
    "finish": _finish,
    "fail": _fail,
}
