"""What the gate would say of a message now, with nothing sent and nothing stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from functions.core.consent.vocabulary import Purpose
from functions.core.sending.addressing import Addressing
from functions.core.sending.gate import Gate, Wish
from functions.core.sending.messages import OutboundMessage
from functions.core.sending.model import Reason
from functions.core.sending.purposes import Purposes
from functions.core.sending.store import SendingStore

# counts for no frequency cap: no message of ours has this id
_NO_MESSAGE = "m_checked"


@dataclass(frozen=True)
class Checked:
    """`contact_id` None: nobody here is known by that address."""

    contact_id: str | None
    purpose: Purpose | None
    reasons: Sequence[Reason]
    overridden: Sequence[str]
    at_ms: int


class Checking:
    def __init__(
        self,
        *,
        store: SendingStore,
        addressing: Addressing,
        purposes: Purposes,
        gate: Gate,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._addressing = addressing
        self._purposes = purposes
        self._gate = gate
        self._now_ms = now_ms

    def check(self, message: OutboundMessage) -> Checked:
        """Raises what accepting the message would: it must be one that could be sent."""
        now_ms = self._now_ms()
        purpose = self._purposes.of(message)
        place = self._addressing.known(message, now_ms)
        wish = Wish(message_id=_NO_MESSAGE, thread=place.thread, message=message, purpose=purpose)
        item = self._store.threads([place.thread]).get(place.thread, {})
        decision = self._gate.check(wish, item, now_ms=now_ms, fresh=True)
        contact_id = place.contact_id or None
        return Checked(contact_id, purpose, decision.reasons, decision.overridden, now_ms)
