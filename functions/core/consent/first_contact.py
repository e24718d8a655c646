"""Who writes for the first time is sent the privacy notice: GDPR Article 13, where a stage asks."""

from functions.core.consent.heard import is_from_person
from functions.core.consent.notices import Notices
from functions.core.consent.telling import Telling
from functions.core.conversations.filing import Filed
from functions.core.conversations.model import FactKind


class FirstContact:
    def __init__(self, *, telling: Telling, notices: Notices, language: str) -> None:
        """`language`: of this stage; nobody knows yet which one the person speaks."""
        self._telling = telling
        self._notices = notices
        self._language = language

    def greet(self, filed: Filed, node: str) -> None:
        """Once per person, version and language; a new version is told anew."""
        fact = filed.fact
        is_message = fact.kind is FactKind.MESSAGE and is_from_person(filed)
        if not (is_message and filed.update.opens_window):
            return
        if not self._telling.is_due(fact.thread, fact.at_ms):
            return
        notice = self._notices.privacy(self._language)
        what = f"{notice.ref.id}@{notice.ref.version}@{notice.ref.language}"
        if self._telling.once(node, fact.at_ms, what, fact.id):
            key = f"consent notice {what} {fact.id}"
            self._telling.text(fact.thread, fact.at_ms, notice.text, key=key)
