"""What each purpose needs: `policies/consent.toml`, and what a stage's file says otherwise."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.consent.vocabulary import Purpose, Strength
from functions.core.runtime.policies import load

_DAY_MS = 86_400_000
BASES = ("consent", "contract")
# how many messages are remembered of one person is bounded: the state stays small
OPTIONAL = ("quiet_from", "quiet_until", "cap_messages", "cap_days")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Of one purpose; the fields are explained in policies/consent.toml."""

    purpose: Purpose
    needs_consent: bool
    strength: Strength
    valid_ms: int
    stop_word: bool
    suspend: bool
    categories: tuple[str, ...]
    quiet_from: int | None = None
    quiet_until: int | None = None
    cap_messages: int | None = None
    cap_ms: int = 0


Rules = Mapping[Purpose, Rule]


def rules(changes: str = "{}") -> Rules:
    """`changes`: as JSON, by purpose and key, what a stage says otherwise."""
    said = json.loads(changes)
    return {
        purpose: _rule(purpose, {**load("consent")["purposes"][purpose], **said.get(purpose, {})})
        for purpose in Purpose
    }


def request_ms() -> int:
    """How long a request for consent waits for its answer."""
    return int(load("consent")["request"]["value"]) * _DAY_MS


def reply_ms() -> int:
    """How long after a message it is still replied to."""
    return int(load("consent")["reply"]["value"]) * 1000


def ask_again_ms() -> int:
    """How long nobody is asked again whether they meant to stop."""
    return int(load("consent")["maybe_stop"]["value"]) * _DAY_MS


def duties() -> Mapping[str, Any]:
    return dict(load("consent")["duties"])


def _rule(purpose: Purpose, told: Mapping[str, Any]) -> Rule:
    return Rule(
        purpose=purpose,
        needs_consent=told["basis"] == "consent",
        strength=Strength[told["strength"].upper()],
        valid_ms=told["valid_days"] * _DAY_MS,
        stop_word=told["stop_word"],
        suspend=told["suspend"],
        categories=tuple(told["categories"]),
        quiet_from=told.get("quiet_from"),
        quiet_until=told.get("quiet_until"),
        cap_messages=told.get("cap_messages"),
        cap_ms=told.get("cap_days", 0) * _DAY_MS,
    )
