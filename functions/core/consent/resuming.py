"""Who writes "start" is asked for consent anew: no word revives what was withdrawn."""

from collections.abc import Callable

from functions.core.consent.asking import AskFor, DoubleOptIn
from functions.core.consent.errors import RequestOpenError
from functions.core.consent.heard import Heard
from functions.core.consent.ledger import Ledger
from functions.core.consent.notices import Notices
from functions.core.consent.rules import Rule, Rules
from functions.core.consent.standing import Standing
from functions.core.consent.telling import AMANA, Telling
from functions.core.consent.vocabulary import Purpose, Status
from functions.core.consent.waiting import waiting
from functions.core.conversations.model import split_thread
from functions.core.runtime import log
from functions.core.sending.errors import SendingError


class Resuming:
    def __init__(
        self,
        *,
        telling: Telling,
        double_opt_in: DoubleOptIn,
        ledger: Ledger,
        notices: Notices,
        rules: Rules,
        now_ms: Callable[[], int],
    ) -> None:
        self._telling = telling
        self._double_opt_in = double_opt_in
        self._ledger = ledger
        self._notices = notices
        self._rules = rules
        self._now_ms = now_ms

    def ask_anew(self, heard: Heard, language: str) -> None:
        """For the first purpose that such words are about and that lacks a consent; one at a time.

        Not while that very question waits for its answer: five "start" get one.
        """
        if not self._telling.is_due(heard.thread, heard.at_ms):
            return
        directory = self._ledger.directory
        person, nodes = directory.person_behind(heard.node, heard.at_ms, consistent=True)
        view = self._ledger.of(person, nodes)
        lacking = [
            purpose
            for purpose, rule in self._rules.items()
            if rule.stop_word and _lacks(rule, view.standings[purpose])
        ]
        if view.restricted or not lacking:
            return
        states = self._ledger.states(person, consistent=True)
        if lacking[0] in waiting(states, person, self._now_ms() + 1):
            return
        try:
            self._ask(lacking[0], person.contact_id, heard, language)
        except (RequestOpenError, SendingError) as error:
            log.warning("consent not asked for anew", error=type(error).__name__)

    def _ask(self, purpose: Purpose, contact_id: str, heard: Heard, language: str) -> None:
        asked = AskFor(
            contact_id=contact_id,
            purpose=purpose,
            notice=self._notices.asking(purpose, language),
            by=AMANA,
            key=f"resume {heard.fact_id}",
            phone_number_id=split_thread(heard.thread)[0],
        )
        self._double_opt_in.ask(asked)


def _lacks(rule: Rule, where: Standing) -> bool:
    if where.is_against:
        return True
    return rule.needs_consent and (
        where.status is not Status.GIVEN or (where.strength or 0) < rule.strength
    )
