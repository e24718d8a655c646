"""The gate: may this message be sent now, and under which condition must it be claimed?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any, Protocol

from functions.core.consent.vocabulary import Purpose
from functions.core.contacts.model import Node, Person
from functions.core.contacts.service import Directory
from functions.core.conversations.model import split_thread, thread_id
from functions.core.runtime.records import Item
from functions.core.sending.messages import OutboundMessage
from functions.core.sending.model import (
    OUTSIDE_WINDOW,
    Reason,
    Window,
    WindowRule,
    entry_points,
    open_window,
)
from functions.core.sending.purposes import Purposes
from functions.core.sending.store import SendingStore


class Finding(Protocol):
    @property
    def reasons(self) -> Sequence[Reason]: ...
    @property
    def condition(self) -> Any:
        """What the claim's transaction must include."""


class Consents(Protocol):
    def check(
        self,
        message_id: str,
        purpose: Purpose,
        *,
        node: str,
        person: Person,
        nodes: Mapping[str, Node],
        now_ms: int,
        fresh: bool,
    ) -> Finding:
        """What the person has agreed to; `fresh`: as it is this moment, read consistently."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`reasons`: every reason against, none when it may be sent.

    `window_thread`, `window_after_ms`, `also`: what the claim must find still true.
    `overridden`: codes of reasons that a legal duty outweighs.
    """

    reasons: Sequence[Reason] = ()
    window_thread: str | None = None
    window_after_ms: int = 0
    also: tuple[Any, ...] = ()
    overridden: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A message that somebody would like to send. `purpose` None: it marks one as read."""

    message_id: str
    thread: str
    message: OutboundMessage
    purpose: Purpose | None


class Gate:
    def __init__(
        self,
        *,
        store: SendingStore,
        directory: Directory,
        rule: WindowRule,
        consents: Consents,
        purposes: Purposes,
    ) -> None:
        self._store = store
        self._directory = directory
        self._rule = rule
        self._consents = consents
        self._purposes = purposes

    def check(self, wish: Wish, item: Item, *, now_ms: int, fresh: bool = False) -> Decision:
        """`item`: the thread's record, read a moment ago. The claim holds it to what is found here.

        Read receipts need nothing, templates no window. Nothing outweighs Meta's own rules.
        """
        if wish.purpose is None:
            return Decision()
        person, nodes = self._directory.person_behind(split_thread(wish.thread)[1], inf)
        window = self._window(wish, item, person, now_ms)
        found = self._consents.check(
            wish.message_id,
            wish.purpose,
            node=split_thread(wish.thread)[1],
            person=person,
            nodes=nodes,
            now_ms=now_ms,
            fresh=fresh,
        )
        of_meta = [*window.reasons, *self._purposes.against(wish.message, wish.purpose)]
        is_duty = wish.message.legal_duty is not None
        return replace(
            window,
            reasons=of_meta if is_duty else [*of_meta, *found.reasons],
            also=() if is_duty else (found.condition,),
            overridden=tuple(reason.code for reason in found.reasons) if is_duty else (),
        )

    def _window(self, wish: Wish, item: Item, person: Person, now_ms: int) -> Decision:
        if not wish.message.free_form:
            return Decision()
        windows = self._windows(wish.thread, item, person)
        window = open_window(windows, self._rule, now_ms)
        if window is not None:
            after_ms = now_ms - self._rule.customer_service_ms
            return Decision(window_thread=window.thread, window_after_ms=after_ms)
        if self._entered_and_answered(windows, now_ms):
            return Decision()
        return Decision(reasons=[OUTSIDE_WINDOW])

    def _windows(self, thread: str, item: Item, person: Person) -> list[Window]:
        """The windows of all threads the same person has or had with this number.

        What another owner of a recycled number wrote opens nothing for this person.
        """
        phone_number_id, _ = split_thread(thread)
        others = {thread_id(phone_number_id, s.node) for s in person.spans} - {thread}
        found = {thread: item, **(self._store.threads(others) if others else {})}
        return [_window(name, each, person) for name, each in found.items()]

    def _entered_and_answered(self, windows: list[Window], now_ms: int) -> bool:
        """Meta opens the free entry point window only when the business answers in time."""
        threads = [window.thread for window in windows]
        return any(
            self._store.answered(threads, at, at + self._rule.entry_point_answer_ms)
            for at in entry_points(windows, self._rule, now_ms)
        )


def _window(thread: str, item: Item, person: Person) -> Window:
    spans = [span for span in person.spans if span.node == split_thread(thread)[1]]

    def theirs(at_ms: int | None) -> bool:
        return at_ms is not None and any(span.holds(at_ms) for span in spans)

    last_user_ms = item.get("window_from_ms")
    return Window(
        thread=thread,
        last_user_ms=last_user_ms if theirs(last_user_ms) else None,
        entry_points_ms=tuple(at for at in item.get("entry_points_ms", ()) if theirs(at)),
    )
