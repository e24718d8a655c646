"""When free-form messages are allowed, and when they cost nothing.

Meta's pages disagree whether a free entry point window alone lets free-form messages through;
here it does, which is the wider reading.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sandbox.limits import Limits


@dataclass(frozen=True)
class Window:
    # the person's last message, and their last one that came from an ad or a Page button
    inbound_at: datetime | None = None
    entry_point_at: datetime | None = None
    free_until: datetime | None = None

    def after_inbound(self, at: datetime, *, entry_point: bool) -> "Window":
        latest = max(at, self.inbound_at) if self.inbound_at else at
        return replace(
            self, inbound_at=latest, entry_point_at=at if entry_point else self.entry_point_at
        )

    def after_answer(self, at: datetime, limits: Limits) -> "Window":
        """The business's first answer to an entry point starts the 72 hours."""
        waiting = self.entry_point_at
        if waiting is None or at > waiting + limits.hours("entry_point_answer_hours"):
            return self
        return Window(self.inbound_at, None, at + limits.hours("free_entry_point_hours"))

    def serves(self, at: datetime, limits: Limits) -> bool:
        last = self.inbound_at
        return last is not None and at <= last + limits.hours("customer_service_hours")

    def is_free_entry(self, at: datetime) -> bool:
        return self.free_until is not None and at <= self.free_until

    def allows_free_form(self, at: datetime, limits: Limits) -> bool:
        return self.serves(at, limits) or self.is_free_entry(at)
