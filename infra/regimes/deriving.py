"""What the regimes that a stage chose, and its own choices, mean for each kind of data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import Duty, Rule
from infra.regimes.errors import PolicyError
from infra.regimes.lines import read
from infra.regimes.model import OWN, Regime, RetentionClass
from infra.regimes.own import Choice, Own


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """`own_days`: what the stage file says under [retention]. `audit_days`: the audit log's lock.

    `requested`: classes that apply only because they are named. `content_days`: purposes whose
    content is kept for so long only, 0 for not at all.
    """

    regimes: tuple[Regime, ...]
    requested: tuple[str, ...]
    own_days: Mapping[DataKind, int]
    content_days: Mapping[str, int]
    audit_days: int
    stage_file: Path


@dataclass(frozen=True, kw_only=True)
class Derived:
    """`own_days`: without any law. `limits`: laws that want it gone. `notes`: who won over whom."""

    rule: Rule
    choice: Choice
    own_days: int
    limits: tuple[RetentionClass, ...] = ()
    notes: tuple[str, ...] = field(default=())


def derive(own: Own, chosen: Chosen) -> dict[DataKind, Derived]:
    alone = {kind: _alone(choice, chosen) for kind, choice in own.choices.items()}
    return {kind: _with_others(each, alone) for kind, each in alone.items()}


def refuse_short_content(chosen: Chosen, communications: Rule) -> None:
    """Content that would be gone before a duty to keep it ends."""
    for purpose, days in chosen.content_days.items():
        if days < communications.least_days:
            longest = max(communications.duties, key=lambda duty: duty.days)
            raise read(chosen.stage_file).error(
                f"content of {purpose} is kept for {days} days, but {longest.id} ({longest.law}) "
                f"asks for {longest.days}",
                *("content", purpose),
            )


def in_force(chosen: Chosen) -> list[RetentionClass]:
    found = [each for regime in chosen.regimes for each in regime.classes]
    return [each for each in found if not each.on_request or each.id in chosen.requested]


def _alone(choice: Choice, chosen: Chosen) -> Derived:
    """Of one kind, whatever depends on it."""
    kind = choice.kind
    own_days = chosen.own_days.get(kind, chosen.audit_days if choice.days is None else choice.days)
    classes = [each for each in in_force(chosen) if kind in each.kinds]
    duties = tuple(
        Duty(
            id=each.id,
            regime=each.regime,
            law=each.law,
            days=own_days if each.least == OWN else each.least,
        )
        for each in classes
        if each.least is not None
    )
    limits = tuple(each for each in classes if each.most is not None)
    rule = Rule(kind=kind, keep_days=own_days, duties=duties)
    notes = [_contradiction(rule, limit, classes) for limit in limits]
    _refuse_own(choice, rule, limits, chosen)
    most = min((each.most for each in limits if isinstance(each.most, int)), default=own_days)
    return Derived(
        rule=replace(rule, keep_days=max(min(own_days, most), rule.least_days)),
        choice=choice,
        own_days=own_days,
        limits=limits,
        notes=tuple(note for note in notes if note),
    )


def _contradiction(
    rule: Rule, limit: RetentionClass, classes: Iterable[RetentionClass]
) -> str | None:
    """Who wins where one law wants gone what another wants kept; refuses when neither yields."""
    if not isinstance(limit.most, int) or limit.most >= rule.least_days:
        return None
    longest = max(rule.duties, key=lambda duty: duty.days)
    if limit.yields_to:
        return f"{longest.id} wins over {limit.id}: {limit.yields_to}"
    [place] = {each.place for each in classes if each.id == longest.id}
    raise PolicyError(
        f"{limit.place}: {limit.id} lets {rule.kind} be kept for {limit.most} days at most and "
        f"yields to nothing, but {longest.id} at {place} asks for {longest.days}"
    )


def _refuse_own(
    choice: Choice, rule: Rule, limits: Iterable[RetentionClass], chosen: Chosen
) -> None:
    """A stage's own period that a law forbids; and a period nobody can change that is too short."""
    own_days, least = rule.keep_days, rule.least_days
    if choice.kind in chosen.own_days:
        key = f"{choice.kind}_days"
        document = read(chosen.stage_file)
        if own_days < least:
            longest = max(rule.duties, key=lambda duty: duty.days)
            complaint = f"{key} is {own_days}, but {longest.id} ({longest.law}) asks for {least}"
            raise document.error(complaint, "retention", key)
        for limit in limits:
            if isinstance(limit.most, int) and own_days > max(limit.most, least):
                complaint = f"{key} is {own_days}, but {limit.id} ({limit.law}) allows {limit.most}"
                raise document.error(complaint, "retention", key)
    elif choice.fixed and own_days < least:
        longest = max(rule.duties, key=lambda duty: duty.days)
        raise PolicyError(
            f"{choice.place}: {choice.kind} is kept for {own_days} days in this stage, but "
            f"{longest.id} ({longest.law}) asks for {least}"
        )


def _with_others(derived: Derived, alone: Mapping[DataKind, Derived]) -> Derived:
    """As long as the kinds that it is kept for, and those that these are kept for."""
    kinds, reached = list(derived.choice.at_least), set()
    while kinds:
        reached.add(kind := kinds.pop())
        kinds += [each for each in alone[kind].choice.at_least if each not in reached]
    longest = max((alone[kind].rule.keep_days for kind in reached), default=0)
    keep_days = max(derived.rule.keep_days, longest)
    return replace(derived, rule=replace(derived.rule, keep_days=keep_days))
