"""`amana policies explain`: what the laws that a stage chose mean for it, in plain words."""

import json
from collections.abc import Iterator
from textwrap import fill

from cli.errors import CliError
from functions.core.retention.rules import Duty
from infra.config import StageConfig, load_stage
from infra.regimes.deadlines import applying
from infra.regimes.deriving import Chosen, Derived, in_force
from infra.regimes.errors import PolicyError
from infra.regimes.model import OWN, RIGHTS, RetentionClass
from infra.regimes.stores import Store, stores
from infra.retention import check
from infra.tenant import TenantFileError

_WIDTH = 100
_UNITS = {"months": "month", "days": "day", "business_days": "working day"}
_ENDS = {
    "workflow": "deleted by the retention workflow",
    "lifecycle": "removed by the bucket's own rule",
    "ttl": "removed by the table's time to live",
    "lock": "locked until then; what must go earlier becomes unreadable with its key",
    "queue": "dropped by the queue",
    "log": "dropped with the stage's logs",
    "epoch": "unreadable when the epoch ends",
    "history": "dropped by Step Functions after 90 days",
    "stays": "kept as long as the stage",
}


def explain(name: str) -> list[str]:
    """Lines for a person; a CliError names file and line of what is wrong."""
    try:
        stage = load_stage(name)
        check(stage.chosen)
        told = (_laws(stage), _kinds(stage), _content(stage), _never(stage.chosen), _rights(stage))
        return [line for part in told for line in part]
    except (PolicyError, TenantFileError) as error:
        raise CliError(str(error)) from error


def _laws(stage: StageConfig) -> Iterator[str]:
    laws = "; ".join(f"{law.title} ({law.name})" for law in stage.chosen.regimes)
    chosen = "as its file says" if stage.tenant.regimes else "as its file names none"
    lock = stage.archive_retention
    yield from _text(f"Stage {stage.name}, {chosen}: {laws}.")
    yield from _text(
        f"The archive is locked for {_days(lock.days)} ({stage.archive_lock_mode}, {lock.name}). "
        "Legal holds stop every deletion below."
    )


def _kinds(stage: StageConfig) -> Iterator[str]:
    known = stores()
    classes = {each.id: each for each in in_force(stage.chosen)}
    for kind, found in stage.retention.items():
        yield ""
        yield f"{kind}: {found.choice.what}"
        yield from _text(f"Kept for {_days(found.rule.keep_days)} from {found.choice.counts_from}.")
        yield from _text(_why(found))
        for duty in sorted(found.rule.duties, key=lambda duty: -duty.days):
            yield from _text(_duty(duty, classes[duty.id]))
        for limit in found.limits:
            most = "" if limit.most == OWN else f"{limit.most} days at most: "
            yield from _text(f"Then it must go: {limit.id} ({limit.law}): {most}{limit.says}.")
        for note in found.notes:
            yield from _text(f"{note}.")
        yield from _text(_on_request(found))
        yield from _places([each for each in known if each.kind is kind])


def _why(found: Derived) -> str:
    keep_days = found.rule.keep_days
    if keep_days == found.own_days:
        return f"Our own choice: {found.choice.reason}."
    if keep_days == found.rule.least_days:
        return f"A duty; our own choice would be {_days(found.own_days)}."
    if found.choice.at_least:
        kinds = ", ".join(found.choice.at_least)
        return f"As long as any of {kinds}: {found.choice.reason}."
    return f"Shortened by law; our own choice would be {_days(found.own_days)}."


def _duty(duty: Duty, source: RetentionClass) -> str:
    return f"At least {_days(duty.days)}: {duty.id} ({duty.law}): {source.says}."


def _on_request(found: Derived) -> str:
    if found.choice.fixed:
        return "Ends by itself; a request changes nothing about it."
    if found.choice.at_least:
        return "Erased when the person asks for it, once nothing is left that it is kept for."
    if not found.rule.least_days:
        return "Erased earlier when the person asks for it."
    days = _days(found.rule.least_days)
    return f"When the person asks: what is older than {days} is erased, the rest restricted."


def _places(found: list[Store]) -> Iterator[str]:
    for end in sorted({each.end for each in found}):
        places: dict[str, list[str]] = {}
        for each in found:
            if each.end == end:
                places.setdefault(f"{each.type} {each.name}", []).append(each.prefix or "")
        told = [f"{name} ({', '.join(p)})" if any(p) else name for name, p in places.items()]
        yield from _text(f"In {'; '.join(told)}: {_ENDS[end]}.")


def _content(stage: StageConfig) -> Iterator[str]:
    """What is kept for less time than the messages it belongs to."""
    shorter = stage.chosen.content_days
    if shorter or not stage.tenant.profile_names:
        yield ""
        yield "Of messages and people less is kept than that:"
    for purpose, days in shorter.items():
        how_long = f"for {_days(days)}" if days else "not at all"
        yield from _text(f"content of {purpose}: kept {how_long}; what became of it stays.")
    if not stage.tenant.profile_names:
        yield from _text("names that people gave themselves: not kept.")


def _never(chosen: Chosen) -> Iterator[str]:
    for each in in_force(chosen):
        if each.before_storage:
            yield ""
            yield from _text(
                f"Never stored, so never deleted: {each.id} ({each.law}): {each.says} "
                f"({each.before_storage})."
            )


def _rights(stage: StageConfig) -> Iterator[str]:
    told = json.loads(stage.deadlines)
    yield ""
    yield "What a person may ask for, and by when they are answered:"
    for right in RIGHTS:
        one = told[right]
        later = one["extension"]["count"]
        more = f", {_period(one['extension'])} more with notice and reason" if later else ""
        seen = f"; confirmed within {_period(one['acknowledge'])}" if "acknowledge" in one else ""
        laws = "; ".join(f"{d.id}: {d.says}" for d in applying(stage.chosen.regimes, right))
        yield from _text(
            f"{right}: within {_period(one['answer'])}{more}{seen}; aimed at {one['aim_days']} "
            f"days. {laws or 'No chosen law says by when; our own choice'}."
        )


def _period(told: dict[str, str | int]) -> str:
    count, unit = told["count"], _UNITS[str(told["unit"])]
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def _text(text: str) -> Iterator[str]:
    yield fill(text, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
