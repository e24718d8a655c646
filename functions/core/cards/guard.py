"""Card numbers that people send: what is left to do when the update is stored.

Whole numbers were taken out before anything was stored. Here numbers that were typed over several
messages are taken out too, and the person is asked not to send any.
"""

from collections.abc import Iterable
from typing import Protocol

from functions.core.conversations.filing import Filed
from functions.core.conversations.model import Direction, Fact, FactKind
from functions.core.runtime import log


class Splits(Protocol):
    def mend(self, filed: Iterable[Filed]) -> list[Fact]:
        """Take out numbers that came in pieces; returns the facts that held the last of them."""


class Answers(Protocol):
    def answer(self, fact: Fact) -> None: ...


class CardGuard:
    def __init__(self, *, splits: Splits, answers: Answers | None) -> None:
        """`answers` None: the stage masks and says nothing."""
        self._splits = splits
        self._answers = answers

    def watch(self, filed: Iterable[Filed]) -> None:
        received = [each for each in filed if _is_received(each.fact)]
        mended = self._splits.mend(received)
        if mended:
            log.metric("CardNumbersMasked", len(mended), direction="inbound")
        if self._answers is None:
            return
        whole = [each.fact for each in received if each.fact.content.get("masked")]
        for fact in {fact.thread: fact for fact in (*whole, *mended)}.values():
            self._answers.answer(fact)


def _is_received(fact: Fact) -> bool:
    return fact.kind is FactKind.MESSAGE and fact.direction is Direction.INBOUND
