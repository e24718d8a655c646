"""What a message is for, and what Meta's word on its template says about that."""

import time
from collections.abc import Callable
from typing import Protocol

from functions.core.consent.rules import Rules, duties
from functions.core.consent.vocabulary import Purpose
from functions.core.runtime.policies import load
from functions.core.runtime.records import Item, Key
from functions.core.sending.errors import MissingPurposeError, UnknownDutyError
from functions.core.sending.messages import OutboundMessage
from functions.core.sending.model import Reason
from functions.core.sending.templates import Template, template_from, template_key

# Meta pauses a template for hours: a minute later is early enough
_KEPT_SECONDS = 60.0
_MOST_KEPT = 1024


class Records(Protocol):
    def load(self, keys: list[Key]) -> dict[Key, Item]: ...


class Catalogue:
    """What is known of templates, read from the table at most once a minute each."""

    def __init__(self, records: Records, clock: Callable[[], float] = time.monotonic) -> None:
        self._records = records
        self._clock = clock
        self._kept: dict[Key, tuple[float, Template]] = {}

    def find(self, name: str, language: str) -> Template:
        key = template_key(name, language)
        read_at, known = self._kept.get(key, (float("-inf"), Template()))
        if self._clock() - read_at < _KEPT_SECONDS:
            return known
        known = template_from(self._records.load([key]).get(key))
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (self._clock(), known)
        return known


class Purposes:
    def __init__(self, catalogue: Catalogue, rules: Rules) -> None:
        self._catalogue = catalogue
        self._rules = rules

    def of(self, message: OutboundMessage) -> Purpose | None:
        """As the caller says, else as the template's category does; None: nothing is sent to read.

        MissingPurposeError when neither is known: nothing is taken for harmless unseen.
        """
        if message.legal_duty is not None and message.legal_duty not in duties():
            raise UnknownDutyError(f"must be one of {', '.join(duties())}")
        if message.type == "read":
            return None
        if message.purpose is not None:
            return message.purpose
        if message.template_name is None:
            return Purpose.SERVICE
        category = self._catalogue.find(*message.template_name).category
        known = load("templates")["purposes"].get(category)
        if known is None:
            raise MissingPurposeError(
                f"is required, one of {', '.join(Purpose)}: Meta has not told this template's "
                "category here"
            )
        return Purpose(known)

    def against(self, message: OutboundMessage, purpose: Purpose) -> list[Reason]:
        """What the state and the category of its template say against sending it for this."""
        if message.template_name is None:
            return []
        template = self._catalogue.find(*message.template_name)
        reasons = []
        if not template.is_sendable:
            told = f"Meta has told that this template is {template.status}."
            reasons.append(Reason("template_not_approved", told))
        fitting = self._rules[purpose].categories
        if template.category is not None and template.category not in fitting:
            told = (
                f"Meta counts this template as {template.category}; messages for {purpose.value} "
                f"may use {' or '.join(fitting)}."
            )
            reasons.append(Reason("purpose_mismatch", told))
        return reasons
