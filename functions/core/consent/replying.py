"""What is said to people about their consent, each thing once, to who wrote a moment ago."""

from functions.core.consent.deciding import Decided
from functions.core.consent.heard import KEEP_BUTTON, STOP_BUTTON, Heard
from functions.core.consent.notices import LANGUAGES, Notices
from functions.core.consent.questions import Replies, question
from functions.core.consent.replies import Reply
from functions.core.consent.telling import Telling
from functions.core.consent.vocabulary import Kind

_DAY_MS = 86_400_000
_ANSWERS: dict[Kind, Reply] = {
    Kind.GIVEN: "confirmed",
    Kind.REFUSED: "refused",
    Kind.EXPIRED: "not_active",
    Kind.DISREGARDED: "not_active",
}


class Replying:
    def __init__(
        self,
        *,
        telling: Telling,
        notices: Notices,
        replies: Replies,
        language: str,
        ask_again_ms: int,
    ) -> None:
        """`language`: where the person's is not known.

        `ask_again_ms`: how long nobody is asked again whether they meant to stop.
        """
        self._telling = telling
        self._notices = notices
        self._replies = replies
        self._language = language
        self._ask_again_ms = ask_again_ms

    def decided(self, heard: Heard, decided: Decided) -> None:
        body = self._replies(_ANSWERS[decided.kind], decided.language)
        key = f"consent {decided.kind} {decided.request_id}"
        self._telling.text(heard.thread, heard.at_ms, body, key=key)

    def stopped(self, heard: Heard, language: str | None) -> None:
        """One confirmation a day: who writes "stop" five times reads it once."""
        body = self._replies("withdrawn", language or self._shown_in(heard, "button_stop"))
        self._telling.text(heard.thread, heard.at_ms, body, key=_daily("stop", heard))

    def kept(self, heard: Heard) -> None:
        body = self._replies("kept", self._shown_in(heard, "button_keep"))
        self._telling.text(heard.thread, heard.at_ms, body, key=_daily("keep", heard))

    def explain(self, heard: Heard, language: str) -> None:
        body = self._notices.privacy(language).text
        self._telling.text(heard.thread, heard.at_ms, body, key=_daily("help", heard))

    def ask_whether_to_stop(self, heard: Heard, language: str) -> None:
        if not self._telling.is_due(heard.thread, heard.at_ms):
            return
        if not self._telling.once(
            heard.node, heard.at_ms, "maybe_stop", heard.fact_id, within_ms=self._ask_again_ms
        ):
            return
        buttons = {
            STOP_BUTTON: self._replies("button_stop", language),
            KEEP_BUTTON: self._replies("button_keep", language),
        }
        content = question(self._replies("maybe_stop", language), buttons)
        key = f"consent maybe {heard.fact_id}"
        self._telling.say(heard.thread, heard.at_ms, content, key=key)

    def waits_whether_to_stop(self, heard: Heard) -> bool:
        """Whether the person was asked just before, over something else they wrote."""
        note = self._telling.noted(heard.node, heard.at_ms, "maybe_stop")
        return (
            note is not None
            and note["by"] != heard.fact_id
            and 0 <= heard.at_ms - note["at_ms"] <= self._telling.fresh_ms
        )

    def _shown_in(self, heard: Heard, title: Reply) -> str:
        """The language of a button, which is the one that the question was asked in."""
        languages = (self._language, *LANGUAGES)
        shown = (one for one in languages if self._replies(title, one) == heard.shown)
        return next(shown, self._language)


def _daily(what: str, heard: Heard) -> str:
    return f"consent {what} {heard.thread} {heard.at_ms // _DAY_MS}"
