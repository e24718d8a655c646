"""How long a stage keeps what, and how long its archive is locked."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import Rules
from infra.regimes.deriving import Chosen, Derived, derive, in_force, refuse_short_content
from infra.regimes.errors import PolicyError
from infra.regimes.lines import read
from infra.regimes.model import Regime
from infra.regimes.own import own
from infra.regimes.reading import regimes
from infra.regimes.stores import refuse_unenforced, stores
from infra.tenant import STAGES, Tenant


class RetentionError(PolicyError):
    """A stage would lock its archive for longer than it may; the message names class and bound."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """`name`: the class, in its regime's file, that the length comes from."""

    name: str
    days: int


def all_regimes() -> tuple[str, ...]:
    """Every law known here: for who names none."""
    return tuple(regimes())


def longest_class_days() -> int:
    """Of all classes there are, also of those that apply only when they are named."""
    known = [each for regime in regimes().values() for each in regime.classes]
    return max(each.least for each in known if isinstance(each.least, int))


def chosen(names: Iterable[str], tenant: Tenant, *, audit_days: int, stage: str) -> Chosen:
    laws = tuple(regimes()[name] for name in names)
    _refuse_strangers(tenant, laws, stage)
    return Chosen(
        regimes=laws,
        requested=tenant.retention_classes,
        own_days={
            DataKind(key.removesuffix("_days")): days for key, days in tenant.retention.items()
        },
        content_days={
            purpose: int(rule.get("days", 0))
            for purpose, rule in tenant.content.items()
            if rule.get("store") != "full"
        },
        audit_days=audit_days,
        stage_file=stage_file(stage),
    )


def _refuse_strangers(tenant: Tenant, laws: Iterable[Regime], stage: str) -> None:
    """A class asked for whose law was not chosen."""
    known = {each.id for law in laws for each in law.retention}
    for requested in tenant.retention_classes:
        if requested not in known:
            complaint = f"{requested} belongs to no law in regimes"
            raise read(stage_file(stage)).error(complaint, "retention_classes")


def stage_file(stage: str) -> Path:
    return STAGES / f"{stage}.toml"


def derived(chosen: Chosen) -> dict[DataKind, Derived]:
    return derive(own(), chosen)


def check(chosen: Chosen) -> None:
    """Refuses what contradicts itself, and what nothing here would carry out."""
    found = derive(own(), chosen)
    refuse_short_content(chosen, found[DataKind.COMMUNICATIONS].rule)
    refuse_unenforced(stores(), in_force(chosen))


def lock(rules: Rules, *, bound_days: int, stage: str) -> Retention:
    """The longest duty to keep communications; the archive holds every one of them."""
    duties = rules[DataKind.COMMUNICATIONS].duties
    if not duties:
        return Retention(name=own().lock_name, days=own().lock_days)
    longest = max(duties, key=lambda duty: duty.days)
    if longest.days > bound_days:
        raise RetentionError(
            f"infra/stages/{stage}.toml: regimes and retention_classes must ask for at most "
            f"{bound_days} days in this stage (archive_retention_bound_days), but {longest.id} "
            f"asks for {longest.days}"
        )
    return Retention(name=longest.id, days=longest.days)
