"""What follows for consent from a webhook that was stored.

All of it may be done again: events and messages have names that follow from the facts they come
of. What is recorded depends on when things happened, not on when they are told.
"""

from collections.abc import Callable

from functions.core.consent.deciding import Deciding
from functions.core.consent.first_contact import FirstContact
from functions.core.consent.heard import Answer, Choice, Heard, Words, heard
from functions.core.consent.linking import Linking
from functions.core.consent.replying import Replying
from functions.core.consent.resuming import Resuming
from functions.core.consent.signals import Signals
from functions.core.consent.vocabulary import Method
from functions.core.consent.words import Meaning, Understood
from functions.core.contacts.model import strongest
from functions.core.contacts.service import Directory
from functions.core.conversations.filing import Filed
from functions.core.conversations.model import FactKind, split_thread
from functions.core.conversations.service import Folded

Understand = Callable[[str], Understood | None]


class ConsentWatch:
    def __init__(
        self,
        *,
        directory: Directory,
        linking: Linking,
        signals: Signals,
        deciding: Deciding,
        replying: Replying,
        resuming: Resuming,
        first_contact: FirstContact | None,
        understand: Understand,
    ) -> None:
        """`first_contact` None: the stage does not greet with the privacy notice."""
        self._directory = directory
        self._linking = linking
        self._signals = signals
        self._deciding = deciding
        self._replying = replying
        self._resuming = resuming
        self._first_contact = first_contact
        self._understand = understand

    def watch(self, folded: Folded) -> None:
        self._linking.carry(folded.people)
        self._signals.moved(folded.moved)
        for each in folded.filed:
            if each.fact.kind is FactKind.PARTICIPANTS:  # its status stands beside it
                continue
            node = self._author(each)
            if node is not None:
                self._take(each, node)

    def _author(self, filed: Filed) -> str | None:
        """The person on the other side; in a group the member that the update is from or about.

        Who that is must be looked up, so only of what could matter.
        """
        node = split_thread(filed.fact.thread)[1]
        if not node.startswith("g"):
            return node
        said = heard(filed, node)
        could_stop = said is not None and (
            not isinstance(said.deed, Words) or self._understand(said.deed.text) is not None
        )
        if not filed.update.author or not (could_stop or filed.update.errors):
            return None
        return strongest(self._directory.find(filed.update.author).values())

    def _take(self, filed: Filed, node: str) -> None:
        self._signals.take(filed, node)
        said = heard(filed, node)
        stops = said is not None and self._hear(said)
        # who wants to hear nothing is not greeted
        if self._first_contact is not None and not stops:
            self._first_contact.greet(filed, node)

    def _hear(self, said: Heard) -> bool:
        """Whether the person wants to be left alone."""
        match said.deed:
            case Choice(stops=True):
                return self._stop(said, Method.WHATSAPP_BUTTON)
            case Choice():
                self._replying.kept(said)
            case Answer(request_id, agrees) if said.is_live:
                if decided := self._deciding.tapped(said, request_id, agrees=agrees):
                    self._replying.decided(said, decided)
            case Words(text, typed):
                if understood := self._understand(text):
                    return self._heed(said, understood, typed=typed)
        return False

    def _heed(self, said: Heard, understood: Understood, *, typed: bool) -> bool:
        meaning, language = understood.meaning, understood.language
        if meaning is Meaning.STOP:
            method = Method.WHATSAPP_WORD if typed else Method.WHATSAPP_BUTTON
            return self._stop(said, method, language, promotional=not typed)
        if not typed or not said.is_live:  # of the past, only what was stopped matters still
            return False
        if meaning in (Meaning.YES, Meaning.NO):
            return self._answer(said, agrees=meaning is Meaning.YES)
        if meaning is Meaning.MAYBE_STOP:
            if self._replying.waits_whether_to_stop(said):  # who was asked has answered
                return self._stop(said, Method.WHATSAPP_WORD, language)
            self._replying.ask_whether_to_stop(said, language)
        elif meaning is Meaning.RESUME:
            self._resuming.ask_anew(said, language)
        elif meaning is Meaning.HELP:
            self._replying.explain(said, language)
        return False

    def _answer(self, said: Heard, *, agrees: bool) -> bool:
        """To a request for consent, else to the question whether to stop."""
        if decided := self._deciding.said(said, agrees=agrees):
            self._replying.decided(said, decided)
        elif self._replying.waits_whether_to_stop(said):
            if agrees:
                return self._stop(said, Method.WHATSAPP_WORD)
            self._replying.kept(said)
        return False

    def _stop(
        self,
        said: Heard,
        method: Method,
        language: str | None = None,
        *,
        promotional: bool = False,
    ) -> bool:
        self._signals.withdrawn(said, method, promotional=promotional)
        self._replying.stopped(said, language)
        return True
