"""Rules and runs as the API tells of them. Pure."""

from typing import Any

from functions.core.audit.model import moment
from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import Rule, Rules
from functions.core.retention.runs import Run

# what each kind is, and what its time is counted from
_WORDS = {
    DataKind.COMMUNICATIONS: ("messages, calls, their statuses and files", "the message's time"),
    DataKind.CONTACT: ("numbers, ids and names of people", "the last sign of the person"),
    DataKind.CONSENT: ("consents and what they rest on", "the last event, or the end of validity"),
    DataKind.ACCOUNT: ("updates about the business's own account", "the update's time"),
    DataKind.REQUEST: ("requests of people about their data", "the end of the request"),
    DataKind.HOLD: ("legal holds", "the day it was lifted"),
    DataKind.EXPORT: ("exports and imports", "the day it was asked for"),
    DataKind.AUDIT: ("entries of the audit log", "the entry's time"),
    DataKind.KEY: ("keys of content", "the end of what they open"),
    DataKind.TRANSIT: ("what is on its way", "its arrival"),
    DataKind.OPERATION: ("what operation needs", "its last use"),
}


def rules_view(rules: Rules) -> list[dict[str, Any]]:
    return [_rule(rule) for rule in sorted(rules.values(), key=lambda rule: rule.kind.value)]


def _rule(rule: Rule) -> dict[str, Any]:
    what, since = _WORDS[rule.kind]
    return {
        "kind": rule.kind.value,
        "what": what,
        "keep_days": rule.keep_days,
        "counted_from": since,
        "at_least_days": rule.least_days,
        "duties": [
            {"id": duty.id, "regime": duty.regime, "law": duty.law, "days": duty.days}
            for duty in rule.duties
        ],
        "in_words": _sentence(rule, what, since),
    }


def _sentence(rule: Rule, what: str, since: str) -> str:
    kept = f"{what[0].upper()}{what[1:]} are kept for {rule.keep_days} days, counted from {since}."
    if not rule.duties:
        return f"{kept} A person may ask for them to be erased before."
    laws = ", ".join(dict.fromkeys(duty.law for duty in rule.duties))
    return f"{kept} For the first {rule.least_days} of them erasure is refused, by {laws}."


def run_view(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "status": run.state.value,
        "dry_run": run.dry_run,
        "asked_by": run.asked_by,
        "started_at": moment(run.started_ms),
        "finished_at": None if run.finished_ms is None else moment(run.finished_ms),
        "counts": dict(sorted(run.counts.items())),
        "held": dict(sorted(run.held.items())),
        "overdue": run.overdue,
        "document": run.document,
        "sha256": run.sha256,
    }
