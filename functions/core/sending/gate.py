"""The gate: may this message be sent now, and under which condition must it be claimed?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from functions.core.contacts.model import Person
from functions.core.contacts.service import Directory
from functions.core.conversations.model import split_thread, thread_id
from functions.core.runtime.records import Item
from functions.core.sending.model import (
    OUTSIDE_WINDOW,
    Reason,
    Window,
    WindowRule,
    entry_points,
    open_window,
)
from functions.core.sending.store import SendingStore


@dataclass(frozen=True)
class Decision:
    """`reasons`: every reason against, none when it may be sent.

    `window_thread`, `window_after_ms`: what the claim must find still true.
    """

    reasons: Sequence[Reason] = ()
    window_thread: str | None = None
    window_after_ms: int = 0


class Gate:
    def __init__(self, *, store: SendingStore, directory: Directory, rule: WindowRule) -> None:
        self._store = store
        self._directory = directory
        self._rule = rule

    def check(self, thread: str, item: Item, *, free_form: bool, now_ms: int) -> Decision:
        """Templates and read receipts need no window; everything else does.

        `item`: the thread's record, read a moment ago. The claim holds it to what is found here.
        """
        if not free_form:
            return Decision()
        windows = self._windows(thread, item)
        window = open_window(windows, self._rule, now_ms)
        if window is not None:
            after_ms = now_ms - self._rule.customer_service_ms
            return Decision(window_thread=window.thread, window_after_ms=after_ms)
        if self._entered_and_answered(windows, now_ms):
            return Decision()
        return Decision(reasons=[OUTSIDE_WINDOW])

    def _windows(self, thread: str, item: Item) -> list[Window]:
        """The windows of all threads the same person has or had with this number.

        What another owner of a recycled number wrote opens nothing for this person.
        """
        phone_number_id, node = split_thread(thread)
        person, _ = self._directory.person_behind(node, inf)
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
