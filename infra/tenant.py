"""Whose stage it is: read from `infra/stages/<stage>.toml` and checked key by key."""

import dataclasses
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from functions.core.runtime.policies import value as policy

STAGES = Path(__file__).parent / "stages"

# what a value must look like, and how to say so
_DIGITS = (re.compile(r"\d{5,20}"), "5 to 20 digits, as text")
_SHAPES = {
    "portfolio_id": _DIGITS,
    "waba_id": _DIGITS,
    "phone_number_ids": _DIGITS,
    "alarm_email": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "an e-mail address"),
    "account": (re.compile(r"\d{12}"), "the 12 digits of an AWS account, as text"),
    "region": (re.compile(r"[a-z]{2}(-[a-z]+)+-\d"), "an AWS region, such as eu-central-1"),
}


# what the files in the repository hold
_EXAMPLE_WABA_ID = "100000000000002"


class TenantFileError(ValueError):
    """A stage file cannot be used; the message names the file, the key and what it should hold."""


@dataclass(frozen=True, kw_only=True)
class Tenant:
    # the Meta business portfolio that owns the WABA; BSUIDs are scoped to it
    portfolio_id: str
    waba_id: str
    # the first is used when a caller of the API names none
    phone_number_ids: tuple[str, ...]
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

    @property
    def is_example(self) -> bool:
        return self.waba_id == _EXAMPLE_WABA_ID


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
        _check_value(path, key, value)
    if ("account" in values) != ("region" in values):
        raise TenantFileError(f"{path}: account and region are set together or not at all")
    return Tenant(**{**values, "phone_number_ids": tuple(values["phone_number_ids"])})


def _check_keys(path: Path, values: dict[str, object]) -> None:
    fields = {each.name: each for each in dataclasses.fields(Tenant)}
    for key in values:
        if key not in fields:
            raise TenantFileError(f"{path}: {key} is unknown; known are {', '.join(fields)}")
    for name, each in fields.items():
        required = dataclasses.MISSING is each.default is each.default_factory
        if required and name not in values:
            raise TenantFileError(f"{path}: {name} is missing")


def _check_value(path: Path, key: str, value: object) -> None:
    if key == "reserve_concurrency":
        if not isinstance(value, bool):
            raise TenantFileError(f"{path}: {key} must be true or false")
        return
    if key == "messages_per_second":
        fastest = int(policy("platform_limits", "rates", "number_upgraded"))
        if type(value) is not int or not 1 <= value <= fastest:
            raise TenantFileError(f"{path}: {key} must be a whole number from 1 to {fastest}")
        return
    shape, meaning = _SHAPES[key]
    if key == "phone_number_ids":
        if not isinstance(value, list) or not value:
            raise TenantFileError(f"{path}: {key} must be a list with at least one id")
        items = value
    else:
        items = [value]
    for item in items:
        if not isinstance(item, str) or not shape.fullmatch(item):
            raise TenantFileError(f"{path}: {key} must be {meaning}")
