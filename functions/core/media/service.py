"""One message of the media queue: what it asks for, done as far as it can be now."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from functions.core.media import policy
from functions.core.media.facts import FactId, Facts, Medium
from functions.core.media.fetching import Fetching
from functions.core.media.messages import Message, Upload
from functions.core.media.outcomes import Outcome
from functions.core.media.publishing import Publishing
from functions.core.media.scanning import Scanning, Verdict

_HOUR_MS = 3_600_000


class MediaService:
    def __init__(
        self,
        *,
        facts: Facts,
        fetching: Fetching,
        publishing: Publishing,
        scanning: Scanning,
        now_ms: Callable[[], int],
    ) -> None:
        self._facts = facts
        self._fetching = fetching
        self._publishing = publishing
        self._scanning = scanning
        self._now_ms = now_ms

    def handle(self, message: Message, *, until_ms: int) -> Iterator[Outcome]:
        """Nothing for what is gone meanwhile, and for repeats of what is long done."""
        match message:
            case Verdict():
                judged = self._scanning.judge(message)
                yield from () if judged is None else (judged,)
            case Upload():
                published = self._publishing.publish(message.id, until_ms=until_ms)
                yield from () if published is None else (published,)
            case FactId():
                for medium in self._facts.media(message) or ():
                    yield self._aged(self._fetching.fetch(medium, until_ms=until_ms), medium)

    def _aged(self, outcome: Outcome, medium: Medium) -> Outcome:
        waiting_ms = self._now_ms() - medium.told_ms
        late = waiting_ms > policy.number("fetch", "overdue") * _HOUR_MS
        return replace(outcome, overdue=late and outcome.later is not None)
