"""What people are shown before they are asked: `policies/notices.toml`, filled in and hashed. Pure.

A version stays for ever, since consents refer to it; the last one of an id is the current one.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.consent.controller import Controller
from functions.core.consent.errors import UnknownNoticeError
from functions.core.consent.model import Event, Notice
from functions.core.consent.vocabulary import Purpose
from functions.core.runtime.policies import load

LANGUAGES = ("en", "ar", "pt", "de", "es", "fr", "it", "nl", "tr", "hi", "id", "he", "pl")
PRIVACY = "privacy"
_FALLBACK = "en"


# where the text lies among the evidence of an event: names of the business in it may change later
NOTICE_TEXT = "notice_text"


@dataclass(frozen=True, kw_only=True)
class NoticeText:
    """A notice as a person sees it. `purpose` None: the privacy notice, which asks for nothing."""

    ref: Notice
    purpose: Purpose | None
    text: str
    url: str


class Notices:
    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._versions: dict[str, list[Mapping[str, Any]]] = {}
        for told in load("notices")["notices"]:
            self._versions.setdefault(told["id"], []).append(told)

    def find(
        self, notice_id: str, *, version: str | None = None, language: str | None = None
    ) -> NoticeText:
        """None: the current version, English. Raises UnknownNoticeError that says what exists."""
        versions = _one_of(self._versions, notice_id, "notice")
        by_version = {told["version"]: told for told in versions}
        wanted = versions[-1]["version"] if version is None else version
        told = _one_of(by_version, wanted, f"version of the notice {notice_id}")
        texts = told["texts"]
        language = language or _FALLBACK
        text = _one_of(texts, language, f"language of {notice_id}@{wanted}")
        return self._filled_in(told, language, text)

    def asking(self, purpose: Purpose, language: str) -> NoticeText:
        """The current notice that asks for this purpose; English where the language is unknown."""
        for notice_id, versions in self._versions.items():
            if versions[-1].get("purpose") == purpose:
                return self._current(notice_id, language)
        raise UnknownNoticeError(f"no notice asks for {purpose}")

    def privacy(self, language: str) -> NoticeText:
        """The current privacy notice; English where the language is unknown."""
        return self._current(PRIVACY, language)

    def _current(self, notice_id: str, language: str) -> NoticeText:
        return self.find(notice_id, language=spoken(language))

    def _filled_in(self, told: Mapping[str, Any], language: str, text: str) -> NoticeText:
        text = filled_in(text, self._controller)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        purpose = Purpose(told["purpose"]) if "purpose" in told else None
        return NoticeText(
            ref=Notice(id=told["id"], version=told["version"], language=language, sha256=sha256),
            purpose=purpose,
            text=text,
            url=self._controller.privacy_url,
        )


def kept_text(notice: Notice, events: Iterable[Event]) -> str | None:
    """The very text that was shown, from the evidence of one of these events."""
    for event in events:
        text = event.evidence.get(NOTICE_TEXT)
        if text and hashlib.sha256(text.encode()).hexdigest() == notice.sha256:
            return str(text)
    return None


def spoken(language: str) -> str:
    """The language of ours that a tag such as "pt_BR" means; English where there is none."""
    primary = re.split("[-_]", language.lower())[0]
    return primary if primary in LANGUAGES else _FALLBACK


def filled_in(text: str, controller: Controller) -> str:
    values = {"{business}": controller.name, "{privacy_url}": controller.privacy_url}
    return re.sub(r"\{\w+\}", lambda found: values[found[0]], text)


def _one_of(known: Mapping[str, Any], wanted: str, what: str) -> Any:
    if wanted not in known:
        raise UnknownNoticeError(f"there is no such {what}; there are: {', '.join(known)}")
    return known[wanted]
