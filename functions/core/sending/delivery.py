"""One message, one step: from its stored state to settled, or to a time to come back."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from functions.core.consent.vocabulary import Purpose
from functions.core.conversations.minimising import EVERYTHING, Keep, Minimising, purpose_of
from functions.core.conversations.model import split_thread
from functions.core.runtime.records import ContentionError, Item
from functions.core.sending.entries import claimed_entry, settled_entry
from functions.core.sending.errors import UnknownMessageError
from functions.core.sending.gate import Decision, Gate, Wish
from functions.core.sending.message_errors import InvalidMessageError
from functions.core.sending.messages import OutboundMessage, parse_message
from functions.core.sending.model import (
    CONTENT_DESTROYED,
    NO_LONGER_VALID,
    NO_WAMID,
    SETTLED,
    Policy,
    Reason,
    SendState,
)
from functions.core.sending.outcomes import OutcomeRules, Verdict, ambiguous, judge
from functions.core.sending.pacing import Pacing
from functions.core.sending.references import References
from functions.core.sending.store import Channel, ChannelStore, Claim, SendingStore
from functions.core.whatsapp.graph_answers import Outcome, Refused
from functions.core.whatsapp.graph_errors import ErrorClass

_ROUNDS = 6  # against statuses and other writers of the same records


@dataclass(frozen=True)
class Settled:
    state: SendState


@dataclass(frozen=True)
class Later:
    at_ms: int
    stopped: Channel | None = None  # the number waits for a person to act


@dataclass(frozen=True)
class _Ready:
    payload: Mapping[str, Any]
    decision: Decision


class Graph(Protocol):
    def send(self, phone_number_id: str, payload: Mapping[str, Any]) -> Outcome: ...


class Refusals(Protocol):
    def heed(self, error_class: ErrorClass, *, node: str, message_id: str, attempt: int) -> None:
        """What Graph's refusal says about the person, before the next message to them."""


@dataclass(frozen=True)
class DeliveryRules:
    outcomes: OutcomeRules
    in_flight_ms: int  # longer than any function lives: a claim older than this was abandoned
    minimising: Minimising = EVERYTHING  # whose content goes when a message is settled


class Delivery:
    def __init__(  # noqa: PLR0913 (one part each, all named)
        self,
        *,
        store: SendingStore,
        channels: ChannelStore,
        gate: Gate,
        pacing: Pacing,
        graph: Graph,
        references: References,
        refusals: Refusals,
        rules: DeliveryRules,
        now_ms: Callable[[], int],
    ) -> None:
        self.store = store
        self._channels = channels
        self._gate = gate
        self._pacing = pacing
        self._graph = graph
        self._references = references
        self._refusals = refusals
        self._rules = rules
        self._now_ms = now_ms

    def step(self, thread: str, message_id: str, thread_item: Item) -> Settled | Later:
        for number in range(_ROUNDS):
            item = self.store.message(message_id)
            if item is None:
                return Settled(SendState.FAILED)  # erased while it waited
            done = self._step(thread, thread_item, message_id, item, fresh=number > 0)
            if done is not None:
                return done
            thread_item = self.store.threads([thread])[thread]
        raise ContentionError("the message kept changing")

    def _step(
        self, thread: str, thread_item: Item, message_id: str, item: Item, *, fresh: bool
    ) -> Settled | Later | None:
        """None: somebody else changed something, look again, and at what is `fresh`."""
        state = SendState(item["send_state"])
        if state in SETTLED:
            return Settled(state)
        if state is SendState.QUEUED:
            return self._try(thread, thread_item, message_id, item, fresh=fresh)
        return self._resolve(message_id, item, state)

    def _resolve(self, message_id: str, item: Item, state: SendState) -> Settled | Later | None:
        """Sent or not? A status that carries our id answers; silence is left to the policy."""
        wamid = confirmed_wamid(item)
        if wamid is not None:
            verdict = Verdict(SendState.ACCEPTED, {"wamid": wamid})
            return self._move(message_id, item, state, verdict)
        now_ms = self._now_ms()
        if state is SendState.SENDING:
            abandoned_ms = item["claimed_ms"] + self._rules.in_flight_ms
            if now_ms < abandoned_ms:
                return Later(abandoned_ms)
            resolve_ms = item["claimed_ms"] + self._rules.outcomes.ambiguous_wait_ms
            verdict = ambiguous(resolve_ms, now_ms=now_ms, rules=self._rules.outcomes)
            return self._move(message_id, item, state, verdict)
        if now_ms < item["resolve_ms"]:
            return Later(min(item["resolve_ms"], now_ms + self._rules.outcomes.recheck_ms))
        if item["policy"] == Policy.AT_LEAST_ONCE:
            again = Verdict(SendState.QUEUED)
            entry = settled_entry(message_id, item, state, again)
            self.store.advance(message_id, state, again.record, entry)
            return None
        return self._move(message_id, item, state, Verdict(SendState.UNCONFIRMED))

    def _try(
        self, thread: str, thread_item: Item, message_id: str, item: Item, *, fresh: bool
    ) -> Settled | Later | None:
        channel = self._channels.read(item["phone_number_id"])
        blocked = self._blocked(item, channel)
        if blocked is not None:
            return blocked
        ready = self._prepare(thread, thread_item, message_id, item, fresh=fresh)
        if not isinstance(ready, _Ready):
            return self._refuse(message_id, item, ready)
        slot = self._pacing.wait(
            item["phone_number_id"],
            pair_tat_ms=thread_item.get("pair_tat_ms"),
            counts=item["type"] != "read",
        )
        if slot.later_ms is not None:
            return Later(slot.later_ms)
        claim = Claim(
            message_id=message_id,
            thread=thread,
            attempt=item["attempt"],
            now_ms=self._now_ms(),
            pair_tat_ms=thread_item.get("pair_tat_ms"),
            next_pair_tat_ms=slot.next_pair_tat_ms,
            entry=claimed_entry(message_id, item, ready.decision),
            window_thread=ready.decision.window_thread,
            window_after_ms=ready.decision.window_after_ms,
            also=ready.decision.also,
        )
        if not self.store.claim(claim):
            return None
        return self._send(ready.payload, thread, message_id, item, channel)

    def _prepare(
        self, thread: str, thread_item: Item, message_id: str, item: Item, *, fresh: bool
    ) -> _Ready | Sequence[Reason]:
        """What is to be sent and under which condition, or why it may not be."""
        if "intent" not in item:
            return [CONTENT_DESTROYED]
        try:
            message = parse_message(item["intent"])
        except InvalidMessageError:
            return [NO_LONGER_VALID]
        wish = Wish(
            message_id=message_id, thread=thread, message=message, purpose=_purpose(item, message)
        )
        decision = self._gate.check(wish, thread_item, now_ms=self._now_ms(), fresh=fresh)
        if decision.reasons:
            return decision.reasons
        try:
            payload = message.graph_payload(
                to=item["address"].get("to"),
                recipient=item["address"].get("recipient"),
                wamid_of=self._references.wamid,
                callback=message_id,
            )
        except UnknownMessageError:
            return [NO_WAMID]
        named = self._references.media(payload, phone_number_id=item["phone_number_id"])
        return [named] if isinstance(named, Reason) else _Ready(named, decision)

    def _refuse(
        self, message_id: str, item: Item, reasons: Sequence[Reason]
    ) -> Settled | Later | None:
        told = [{"code": reason.code, "detail": reason.detail} for reason in reasons]
        verdict = Verdict(SendState.REFUSED, {"reasons": told})
        return self._move(message_id, item, SendState.QUEUED, verdict)

    def _send(
        self,
        payload: Mapping[str, Any],
        thread: str,
        message_id: str,
        item: Item,
        channel: Channel | None,
    ) -> Settled | Later | None:
        outcome = self._graph.send(item["phone_number_id"], payload)
        if isinstance(outcome, Refused):
            self._refusals.heed(
                outcome.error_class,
                node=split_thread(thread)[1],
                message_id=message_id,
                attempt=item["attempt"] + 1,
            )
        verdict = judge(
            outcome,
            attempt=item["attempt"] + 1,
            now_ms=self._now_ms(),
            rules=self._rules.outcomes,
        )
        if verdict.channel is not None:
            self._channels.hold(item["phone_number_id"], verdict.channel)
        elif verdict.state is SendState.ACCEPTED and channel is not None:
            self._channels.clear(item["phone_number_id"])
        claimed = {**item, "attempt": item["attempt"] + 1}
        return self._move(message_id, claimed, SendState.SENDING, verdict)

    def _move(
        self, message_id: str, item: Item, expected: SendState, verdict: Verdict
    ) -> Settled | Later | None:
        record = {**verdict.record, "key": item["key"]}  # what Graph said is sealed under it
        if verdict.state in SETTLED:
            record |= self._kept_for(message_id, item)
        entry = settled_entry(message_id, item, expected, verdict)
        if not self.store.advance(message_id, expected, record, entry):
            return None
        if verdict.later_ms is None:
            return Settled(verdict.state)
        return Later(verdict.later_ms, _if_stopped(verdict.channel))

    def _kept_for(self, message_id: str, item: Item) -> dict[str, Any]:
        """Nothing is tried again: what of the content stays, and for how long."""
        purpose, rules = purpose_of(item), self._rules.minimising
        if not rules.keeps(purpose):
            return {"withheld": Keep.METADATA.value}
        _, node = split_thread(item["thread"])
        return rules.due_attributes(purpose, message_id, item["created_ms"], by=node)

    def _blocked(self, item: Item, channel: Channel | None) -> Later | None:
        now_ms, number = self._now_ms(), item["phone_number_id"]
        if item.get("not_before_ms", 0) > now_ms:
            return Later(item["not_before_ms"])
        if channel is None:
            return None
        if now_ms < channel.until_ms:
            return Later(channel.until_ms, _if_stopped(channel))
        if not channel.stopped:
            return None
        next_ms = now_ms + self._rules.outcomes.probe_ms
        if self._channels.probe(number, channel, next_ms):
            return None  # this message is the one that tries
        return Later(next_ms, channel)


def _purpose(item: Item, message: OutboundMessage) -> Purpose | None:
    """Messages that were accepted before purposes were asked for are what their type makes them."""
    if message.type == "read":
        return None
    before = Purpose.SERVICE if message.free_form else Purpose.MARKETING
    return Purpose(item.get("purpose", before))


def _if_stopped(channel: Channel | None) -> Channel | None:
    return channel if channel is not None and channel.stopped else None


def confirmed_wamid(item: Item) -> str | None:
    """The wamid in a status that came back with our id: proof that Graph accepted."""
    for fact in item.get("facts", {}).values():
        if fact["kind"] == "status" and "raw" in fact:
            status = json.loads(fact["raw"])["update"]
            return str(status.get("id", ""))
    return None
