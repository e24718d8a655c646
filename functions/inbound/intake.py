"""One webhook body: stored, then what follows from it is set going.

What follows (media to fetch, card numbers to guard against) may be done again whenever a body
comes again: the functions that do it find their own work done.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from functions.core.conversations.filing import Filed
from functions.core.conversations.service import ConversationsService, Folded
from functions.core.media.facts import FactId
from functions.core.media.model import media_in


class MediaQueue(Protocol):
    def announce(self, facts: Iterable[FactId]) -> None: ...


class CardGuard(Protocol):
    def watch(self, filed: Iterable[Filed]) -> None: ...


class Intake:
    def __init__(
        self, *, conversations: ConversationsService, media: MediaQueue, cards: CardGuard
    ) -> None:
        self._conversations = conversations
        self._media = media
        self._cards = cards

    def take(self, body: bytes) -> Folded:
        folded = self._conversations.fold(body)
        self._media.announce(_with_media(folded.filed))
        self._cards.watch(folded.filed)
        return folded


def _with_media(filed: Iterable[Filed]) -> Iterator[FactId]:
    for each in filed:
        if any(True for _ in media_in(each.update.raw)):
            yield FactId(each.key.pk.removeprefix("MESSAGE#"), each.key.sk, each.fact.id)
