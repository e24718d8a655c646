"""Messages to the person that wait to be sent: they are not sent any more."""

from functions.core.sending.entries import settled_entry
from functions.core.sending.model import SETTLED, Reason, SendState
from functions.core.sending.outcomes import Verdict
from functions.core.sending.store import SendingStore

ERASED = Reason(
    code="contact_erased",
    detail="The person asked for their data to be erased while this message waited.",
)


class Withdrawing:
    def __init__(self, store: SendingStore) -> None:
        self._store = store

    def withdraw(self, thread: str) -> int:
        """How many. One that is being sent right now is left: nobody can call it back."""
        item = self._store.threads([thread]).get(thread, {})
        return sum(self._withdrawn(thread, each) for each in list(item.get("pending", ())))

    def _withdrawn(self, thread: str, message_id: str) -> bool:
        item = self._store.message(message_id)
        if item is None:
            self._store.pop(thread, message_id)
            return False
        state = SendState(item["send_state"])
        if state in SETTLED:
            self._store.pop(thread, message_id)
        if state is not SendState.QUEUED:
            return False
        told = [{"code": ERASED.code, "detail": ERASED.detail}]
        verdict = Verdict(SendState.REFUSED, {"reasons": told})
        entry = settled_entry(message_id, item, state, verdict)
        record = {**verdict.record, "key": item["key"]}
        if not self._store.advance(message_id, state, record, entry):
            return False  # it is being sent now
        self._store.pop(thread, message_id)
        return True
