"""What follows from Graph's answer: a pure decision by error class, never by HTTP status."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.core.sending.model import SendState, backoff_ms
from functions.core.sending.store import Channel
from functions.core.whatsapp.graph_answers import Accepted, Ambiguous, NotSent, Outcome, Refused
from functions.core.whatsapp.graph_errors import ErrorClass

_SLOWS_CHANNEL = {
    ErrorClass.SLOW_DOWN_NUMBER,
    ErrorClass.SLOW_DOWN_WABA,
    ErrorClass.SLOW_DOWN_ALARM,
}


@dataclass(frozen=True)
class OutcomeRules:
    ambiguous_wait_ms: int
    recheck_ms: int  # how often an ambiguous send is looked at: its status may have come
    base_backoff_ms: int
    max_backoff_ms: int
    max_attempts: int
    pair_retry_base: int  # retry number X of a pair not before this to the power of X seconds
    probe_ms: int  # a stopped channel tries one message this often


@dataclass(frozen=True)
class Verdict:
    """`attributes` for the message record; when to come back; what becomes of the channel."""

    state: SendState
    attributes: Mapping[str, Any] = field(default_factory=dict)
    later_ms: int | None = None
    channel: Channel | None = None

    @property
    def record(self) -> dict[str, Any]:
        return {"send_state": self.state.value, **self.attributes}


def judge(outcome: Outcome, *, attempt: int, now_ms: int, rules: OutcomeRules) -> Verdict:
    """`attempt` counts from 1: the try that had this outcome."""
    match outcome:
        case Accepted():
            return Verdict(
                SendState.ACCEPTED,
                {
                    "wamid": outcome.wamid,
                    "accepted_ms": now_ms,
                    "message_status": outcome.message_status,
                },
            )
        case Ambiguous():
            resolve_ms = now_ms + rules.ambiguous_wait_ms
            return ambiguous(resolve_ms, now_ms=now_ms, rules=rules)
        case NotSent():
            return _again(None, attempt=attempt, now_ms=now_ms, rules=rules, least_ms=0)
        case Refused():
            return _refused(outcome, attempt=attempt, now_ms=now_ms, rules=rules)


def ambiguous(resolve_ms: int, *, now_ms: int, rules: OutcomeRules) -> Verdict:
    """Until `resolve_ms` a status may still tell; messages behind it wait no longer."""
    later_ms = min(resolve_ms, now_ms + rules.recheck_ms)
    return Verdict(SendState.AMBIGUOUS, {"resolve_ms": resolve_ms}, later_ms=later_ms)


def _refused(refused: Refused, *, attempt: int, now_ms: int, rules: OutcomeRules) -> Verdict:
    kind = refused.error_class
    error = {
        "code": refused.code,
        "title": refused.title,
        "class": kind.value,
        "details": refused.details,
    }
    least_ms = round(refused.retry_delay_seconds * 1000)
    if kind is ErrorClass.SLOW_DOWN_PAIR:
        least_ms = int(rules.pair_retry_base**attempt) * 1000
    if kind is ErrorClass.STOP_CHANNEL:
        until_ms = now_ms + rules.probe_ms
        channel = Channel(reason=str(refused.code), until_ms=until_ms, stopped=True)
        return Verdict(SendState.QUEUED, {"error": error}, later_ms=until_ms, channel=channel)
    if kind in _SLOWS_CHANNEL:
        verdict = _again(error, attempt=attempt, now_ms=now_ms, rules=rules, least_ms=least_ms)
        if verdict.later_ms is None:
            return verdict
        channel = Channel(reason=str(refused.code), until_ms=verdict.later_ms, stopped=False)
        return Verdict(verdict.state, verdict.attributes, verdict.later_ms, channel)
    if kind in (ErrorClass.RETRY, ErrorClass.SLOW_DOWN_PAIR):
        return _again(error, attempt=attempt, now_ms=now_ms, rules=rules, least_ms=least_ms)
    attributes: dict[str, Any] = {"error": error}
    if kind is ErrorClass.LATER_MARKETING:
        # holding it would hold up every other message to this person; the caller decides
        attributes["retry_after_ms"] = now_ms + least_ms
    return Verdict(SendState.FAILED, attributes)


def _again(
    error: Mapping[str, Any] | None,
    *,
    attempt: int,
    now_ms: int,
    rules: OutcomeRules,
    least_ms: int,
) -> Verdict:
    known = {"error": dict(error)} if error else {}
    if attempt >= rules.max_attempts:
        gave_up = {"code": None, "title": "gave up after repeated tries", "class": "retry"}
        return Verdict(SendState.FAILED, known or {"error": gave_up})
    pause = backoff_ms(attempt, base_ms=rules.base_backoff_ms, cap_ms=rules.max_backoff_ms)
    later_ms = now_ms + max(pause, least_ms)
    return Verdict(SendState.QUEUED, {**known, "not_before_ms": later_ms}, later_ms=later_ms)
