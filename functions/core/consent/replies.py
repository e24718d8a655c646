"""What is answered to people about their consent, from `policies/consent_replies.toml`. Pure."""

from typing import Literal

from functions.core.consent.controller import Controller
from functions.core.consent.notices import filled_in, spoken
from functions.core.runtime.policies import load

Reply = Literal[
    "withdrawn",
    "maybe_stop",
    "kept",
    "confirmed",
    "refused",
    "not_active",
    "button_yes",
    "button_no",
    "button_stop",
    "button_keep",
]


def reply(kind: Reply, language: str, controller: Controller) -> str:
    """English where the language is unknown."""
    text: str = load("consent_replies")[kind][spoken(language)]
    return filled_in(text, controller)
