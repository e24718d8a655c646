"""Imports as items of the table `compliance`. Nothing in them says anything about a person.

IMPORT#<id> / IMPORT           who asked for what and when, parts, state
IMPORT#<id> / PLAN             the chunks
IMPORT#<id> / CHUNK#<number>   how many rows of a chunk were recorded, repeated, refused
IMPORT#<id> / REPORT#<number>  what became of each of its rows
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from functions.core.consent.imports.model import (
    Chunk,
    Counts,
    Defaults,
    Import,
    Layout,
    Outcome,
    Part,
    Reasons,
    Result,
    State,
)
from functions.core.consent.vocabulary import Method, Purpose
from functions.core.runtime.records import Item, Key


def import_place(import_id: str) -> Key:
    return Key(f"IMPORT#{import_id}", "IMPORT")


def plan_place(import_id: str) -> Key:
    return Key(f"IMPORT#{import_id}", "PLAN")


def chunk_place(import_id: str, number: int) -> Key:
    return Key(f"IMPORT#{import_id}", f"CHUNK#{number:05d}")


def report_place(import_id: str, number: int) -> Key:
    return Key(f"IMPORT#{import_id}", f"REPORT#{number:05d}")


def part_name(number: int) -> str:
    return f"part_{number}"


def import_item(begun: Import) -> Item:
    """Of an import that takes its first part."""
    defaults = begun.defaults
    return {
        "state": begun.state.value,
        "client": begun.client,
        "created_ms": begun.created_ms,
        "body_digest": begun.body_digest,
        "attempt": begun.attempt,
        "defaults": {
            "method": defaults.method.value,
            **({"purpose": defaults.purpose.value} if defaults.purpose else {}),
            **({"notice": list(defaults.notice)} if defaults.notice else {}),
        },
    }


def import_from(import_id: str, item: Item) -> Import:
    layout = item.get("layout")
    return Import(
        id=import_id,
        state=State(item["state"]),
        client=item["client"],
        created_ms=item["created_ms"],
        body_digest=item["body_digest"],
        defaults=_defaults(item["defaults"]),
        parts={
            int(name.removeprefix("part_")): Part(told["object"], told["size"])
            for name, told in item.items()
            if name.startswith("part_")
        },
        attempt=item["attempt"],
        started_ms=item.get("started_ms"),
        finished_ms=item.get("finished_ms"),
        layout=Layout(layout["delimiter"], tuple(layout["columns"])) if layout else None,
        rows=item.get("rows"),
        problems=_reasons(item.get("problems", ())),
    )


def _defaults(told: Mapping[str, Any]) -> Defaults:
    notice = told.get("notice")
    return Defaults(
        purpose=Purpose(told["purpose"]) if "purpose" in told else None,
        notice=(notice[0], notice[1], notice[2]) if notice else None,
        method=Method(told["method"]),
    )


def _reasons(told: Sequence[Sequence[str]]) -> Reasons:
    return tuple((each[0], each[1]) for each in told)


def plan_item(chunks: Sequence[Chunk]) -> Item:
    told = [[each.row, each.rows, each.start, each.end] for each in chunks]
    return {"chunks": json.dumps(told, separators=(",", ":"))}


def chunks_from(item: Item) -> list[Chunk]:
    return [Chunk(number, *told) for number, told in enumerate(json.loads(item["chunks"]))]


def counts_item(counts: Counts) -> Item:
    return dict(vars(counts))


def counts_from(item: Item) -> Counts:
    return Counts(item["recorded"], item["repeated"], item["refused"])


def report_item(results: Sequence[Result]) -> Item:
    """Rows by outcome as runs of numbers; a reason that many rows share is written once."""
    said: dict[tuple[str, str], int] = {}
    refused = [
        [each.row, *(said.setdefault(reason, len(said)) for reason in each.reasons)]
        for each in results
        if each.outcome is Outcome.REFUSED
    ]
    told = {
        "reasons": list(said),
        "refused": refused,
        **{
            outcome.value: _runs([r.row for r in results if r.outcome is outcome])
            for outcome in (Outcome.RECORDED, Outcome.REPEATED)
        },
    }
    return {"report": json.dumps(told, separators=(",", ":"))}


def results_from(item: Item) -> list[Result]:
    told = json.loads(item["report"])
    reasons = _reasons(told["reasons"])
    found = [
        Result(row, Outcome.REFUSED, tuple(reasons[index] for index in indexes))
        for row, *indexes in told["refused"]
    ]
    for outcome in (Outcome.RECORDED, Outcome.REPEATED):
        for first, last in told[outcome.value]:
            found += [Result(row, outcome) for row in range(first, last + 1)]
    return sorted(found, key=lambda result: result.row)


def _runs(rows: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return runs
