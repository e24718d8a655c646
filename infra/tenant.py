"""Whose stage it is: read from `infra/stages/<stage>.toml` and checked key by key."""

import dataclasses
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions.core.cards.policy import Policy
from functions.core.runtime.policies import value as policy
from infra.stage_checks import CHECKS

STAGES = Path(__file__).parent / "stages"

# what the files in the repository hold
_EXAMPLE_WABA_ID = "100000000000002"


class TenantFileError(ValueError):
    """A stage file cannot be used; the message names the file, the key and what it should hold."""


@dataclass(frozen=True, kw_only=True)
class Witness:
    """Of audit logs: belongs into an account whose administrators are not those of the log."""

    # stands before its signatures
    name: str
    # keys of the logs that it knows, as `amana audit key` prints them; none: it signs nothing
    log_keys: tuple[str, ...] = ()
    # ARNs of the roles of their sequencers, when these are of other accounts
    callers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tenant:
    # the Meta business portfolio that owns the WABA; BSUIDs are scoped to it
    portfolio_id: str
    waba_id: str
    # the first is used when a caller of the API names none
    phone_number_ids: tuple[str, ...]
    # who the business is, as people are told when they are asked for consent
    controller: dict[str, str]
    # receives the alarms; the subscription must be confirmed by its owner
    alarm_email: str | None = None
    # set both to refuse a deployment into any other account or region
    account: str | None = None
    region: str | None = None
    # false for a new account whose Lambda quota (10) leaves nothing to reserve
    reserve_concurrency: bool = True
    # of each phone number: Meta's ordinary rate, unless it upgraded the number or an app shares it
    messages_per_second: int = field(
        default_factory=lambda: int(policy("platform_limits", "rates", "number"))
    )
    # laws that apply, files of policies/regimes; none: see the stage in infra/config.py
    regimes: tuple[str, ...] = ()
    # classes in these files that apply only when somebody asks for it, and somebody does
    retention_classes: tuple[str, ...] = ()
    # how long kinds of data are kept otherwise than policies/retention.toml says: <kind>_days
    retention: dict[str, int] = field(default_factory=dict)
    # a person who sent a card number is asked not to (mask_and_deflect), or is not (mask)
    card_policy: str = Policy.MASK_AND_DEFLECT.value
    # of replies that this platform writes itself: ISO 639-1, such as de
    language: str = "en"
    # of quiet hours, as in the IANA time zone database
    timezone: str = "UTC"
    # whether somebody who writes for the first time is sent the privacy notice
    first_contact_notice: bool = False
    # what the rules of policies/consent.toml are here otherwise, by purpose
    consent: dict[str, dict[str, Any]] = field(default_factory=dict)
    # name/language of an approved authentication template, for codes to people whose window is shut
    rights_code_template: str = ""
    # content that is not kept, or for some days: by purpose, {store = "metadata"} or {days = 7}
    content: dict[str, dict[str, Any]] = field(default_factory=dict)
    # whether what people call themselves in WhatsApp is kept
    profile_names: bool = True
    # GuardDuty looks at every file before it is served; costs per gigabyte
    media_malware_scan: bool = False
    # ARN of the function of a witness of the audit log, in another account
    witness_function: str | None = None
    # this stage's stack `witness`, for the logs that it names
    witness: Witness | None = None

    @property
    def consent_rules(self) -> str:
        return _json(self.consent)

    @property
    def content_rules(self) -> str:
        return _json(self.content)

    @property
    def controller_json(self) -> str:
        return _json(self.controller)

    @property
    def is_example(self) -> bool:
        return self.waba_id == _EXAMPLE_WABA_ID


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def load_tenant(stage: str, *, folder: Path = STAGES) -> Tenant:
    path = folder / f"{stage}.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TenantFileError(f"{path} is missing: copy another stage's file") from None
    except tomllib.TOMLDecodeError as error:
        raise TenantFileError(f"{path} is not TOML: {error}") from error
    _check_keys(path, values)
    for key, value in values.items():
        if complaint := CHECKS[key](value):
            raise TenantFileError(f"{path}: {key} must be {complaint}")
    if ("account" in values) != ("region" in values):
        raise TenantFileError(f"{path}: account and region are set together or not at all")
    witness = values.pop("witness", None)
    chosen = Witness(**_with_tuples(witness)) if witness else None
    return Tenant(**_with_tuples(values), witness=chosen)


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(each) if isinstance(each, list) else each for k, each in values.items()}


def _check_keys(path: Path, values: dict[str, object]) -> None:
    fields = {each.name: each for each in dataclasses.fields(Tenant)}
    for key in values:
        if key not in fields:
            raise TenantFileError(f"{path}: {key} is unknown; known are {', '.join(fields)}")
    for name, each in fields.items():
        required = dataclasses.MISSING is each.default is each.default_factory
        if required and name not in values:
            raise TenantFileError(f"{path}: {name} is missing")
