"""What one sandbox stands in for: an app, an account, its numbers."""

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.errors import ControlError


@dataclass(frozen=True, kw_only=True)
class SandboxConfig:
    app_secret: str
    verify_token: str
    access_token: str
    waba_id: str
    # phone number id to display number, for example {"106540352242922": "15550783881"}
    phone_number_ids: Mapping[str, str]
    # where webhooks are posted; POST /sandbox/webhook sets it later
    webhook_url: str | None = None
    # certificates to trust when the webhook URL is https
    ca_bundle: str | None = None
    webhook_timeout_seconds: float = 20
    # more than one worker gives up the order of webhooks, as Meta does
    webhook_workers: int = 1
    # what becomes of every accepted message, and how long after acceptance, by the sandbox's clock
    statuses: tuple[str | Mapping[str, Any], ...] = ("sent", "delivered", "read")
    status_delays_seconds: Mapping[str, float] = field(default_factory=dict)
    # codes that Graph accepts first and reports in a failed status, for example [131026, 131047]
    late_errors: tuple[int, ...] = ()
    # whether people without a given user_id get a business-scoped one
    user_ids: bool = True
    # people that exist from the start, as in POST /sandbox/people
    people: tuple[Mapping[str, Any], ...] = ()
    # numbers of limits.toml to replace, for example {"throughput": {"messages_per_second": 5}}
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    # makes ids repeatable
    seed: int | None = None

    def __post_init__(self) -> None:
        if not self.phone_number_ids:
            raise ControlError("phone_number_ids is empty: name at least one, with its number")

    @classmethod
    def load(cls, path: Path) -> "SandboxConfig":
        """From a .toml or .json file with the fields above."""
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        unknown = set(values) - {f.name for f in dataclasses.fields(cls)}
        if unknown:
            raise ControlError(f"unknown in {path.name}: {', '.join(sorted(unknown))}")
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        try:
            return cls(**(values | lists))
        except TypeError as error:
            raise ControlError(f"{path.name}: {error}") from error
