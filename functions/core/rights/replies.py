"""What people are told about their requests, from `policies/rights_replies.toml`. Pure."""

import re
from typing import Literal

from functions.core.consent.controller import Controller
from functions.core.consent.notices import spoken
from functions.core.rights.model import Right
from functions.core.runtime.policies import load

Reply = Literal[
    "code",
    "received_access",
    "received_erasure",
    "received_rectification",
    "duplicate",
    "extended",
    "denied",
    "completed",
    "erasing",
    "held",
]
# what a person can ask for in the chat, and how that is answered
RECEIVED: dict[Right, Reply] = {
    Right.ACCESS: "received_access",
    Right.ERASURE: "received_erasure",
    Right.RECTIFICATION: "received_rectification",
}


def reply(kind: Reply, language: str, controller: Controller, **values: str) -> str:
    """English where the language is unknown. KeyError: a value is missing."""
    known = {
        "business": controller.name,
        "contact": controller.contact,
        "privacy_url": controller.privacy_url,
        "authority": controller.authority,
        **values,
    }
    text: str = load("rights_replies")[kind][spoken(language)]
    return re.sub(r"\{(\w+)\}", lambda found: known[found[1]], text)
