"""The end of a run: what went is told in a document that is locked, and in the audit log.

Ids first, in parts; then the document with their names; then the run's record with the entry that
holds its hash; only then are the batches removed that all of it was told from. Whoever dies in
between does it again, and comes to the same names.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from functions.core.audit.model import Actor, Event, moment
from functions.core.audit.vocabulary import Action, Outcome
from functions.core.audit.writer import Writer
from functions.core.retention.batches import Batch, Batches
from functions.core.retention.deleting import Deleter
from functions.core.retention.due import SHARDS
from functions.core.retention.rules import Rules
from functions.core.retention.runs import Run, Runs, RunState

FORMAT = 1
# about 50 bytes each: a document of a megabyte
_IDS = 20_000


class Documents(Protocol):
    def put(self, kind: str, content: object) -> str:
        """The name it is stored under, which follows from its content."""


@dataclass
class _Told:
    """`parts`: names of the documents that list ids."""

    counts: Counter[str] = field(default_factory=Counter)
    parts: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


class Closing:
    """`tools`: of a run, what it deleted with."""

    def __init__(
        self,
        *,
        runs: Runs,
        tools: Callable[[Run], tuple[Deleter, Batches]],
        documents: Documents,
        rules: Rules,
        audit: Writer,
        now_ms: Callable[[], int],
    ) -> None:
        self._runs = runs
        self._tools = tools
        self._documents = documents
        self._rules = rules
        self._audit = audit
        self._now_ms = now_ms

    def close(self, run: Run, *, state: RunState, overdue: int | None = None) -> Run:
        """As it has ended; a run that had ended before stays as it was."""
        deleter, batches = self._tools(run)
        if run.state is RunState.RUNNING:
            noted = self._runs.noted(run.id)
            told = self._told(run, deleter, batches)
            # keys are destroyed in transactions of their own, and stand in the audit log one by one
            others = noted.counts if run.dry_run else _only_keys(noted.counts)
            ended = replace(
                run,
                state=state,
                finished_ms=self._now_ms(),
                counts=dict(sorted((told.counts + others).items())),
                held=dict(sorted(noted.held.items())),
                overdue=overdue,
            )
            if not run.dry_run:
                ended = self._documented(ended, told)
            self._runs.end(ended, audit=self._audit, entry=_entry(ended))
            run = self._runs.load(run.id) or ended
        for batch in _all(batches):
            batches.told(batch)
        return run

    def _told(self, run: Run, deleter: Deleter, batches: Batches) -> _Told:
        told = _Told()
        for batch in _all(batches):
            deleter.settle(batch)
            told.counts.update(batch.counts)
            told.ids += batch.ids
            if len(told.ids) >= _IDS:
                self._list(run, told)
        if told.ids:
            self._list(run, told)
        return told

    def _list(self, run: Run, told: _Told) -> None:
        told.parts.append(self._documents.put(f"{run.id}/ids", {"v": FORMAT, "ids": told.ids}))
        told.ids = []

    def _documented(self, run: Run, told: _Told) -> Run:
        content = {
            "v": FORMAT,
            "run": run.id,
            "state": run.state.value,
            "started_at": moment(run.started_ms),
            "rules": {
                rule.kind.value: {
                    "keep_days": rule.keep_days,
                    "due_before": moment(max(rule.due_before(run.started_ms), 0)),
                    "duties": [duty.id for duty in rule.duties],
                }
                for rule in self._rules.values()
            },
            "counts": run.counts,
            "held": run.held,
            "overdue": run.overdue,
            "ids": told.parts,
        }
        name = self._documents.put(f"{run.id}/disposition", content)
        return replace(run, document=name, sha256=sha256_of(content))


def sha256_of(content: object) -> str:
    """As the document is stored: keys sorted, no spaces."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _all(batches: Batches) -> Iterator[Batch]:
    for shard in range(SHARDS):
        yield from batches.of(shard)


def _only_keys(counts: Mapping[str, int]) -> Counter[str]:
    return Counter({name: count for name, count in counts.items() if name == "keys.key"})


def _entry(run: Run) -> Event:
    facts: dict[str, Any] = {
        "counts": dict(run.counts),
        "held": sum(run.held.values()),
        "dry_run": run.dry_run,
    }
    if run.overdue is not None:
        facts["overdue"] = run.overdue
    if run.sha256 is not None:
        facts |= {"document": run.document, "sha256": run.sha256}
    return Event(
        action=Action.DISPOSITION_DONE,
        by=Actor(kind="system", id="retention"),
        what=f"retention/{run.id}",
        outcome=Outcome.DONE if run.state is RunState.DONE else Outcome.FAILED,
        facts=facts,
    )
