"""May this person be sent something for this purpose now, and what must the claim hold on to?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.consent.items import state_from, state_key
from functions.core.consent.ledger import is_restricted
from functions.core.consent.rules import Rule, Rules
from functions.core.consent.standing import Standing, standing
from functions.core.consent.store import DynamoConsent
from functions.core.consent.timing import Clock, capped, quiet_until
from functions.core.consent.vocabulary import Purpose, Status
from functions.core.contacts.model import Node, Person
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item
from functions.core.sending.model import Reason


@dataclass(frozen=True)
class Finding:
    """`reasons`: every one against. `condition`: what the claim's transaction must include."""

    reasons: tuple[Reason, ...]
    condition: Any


class ConsentGate:
    def __init__(self, *, store: DynamoConsent, table: str, rules: Rules, clock: Clock) -> None:
        self._store = store
        self._table = table
        self._rules = rules
        self._clock = clock

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
        """`node`: the alias that is written to; its state is what the claim holds on to.

        `fresh` False: read in the cheaper way. What is old by then fails the claim, and only what
        was said against is written to every alias, so nothing slips through.
        """
        rule = self._rules[purpose]
        wanted = {span.node for span in person.spans} | {node}
        items = self._store.items(wanted, consistent=fresh)
        states = {each: state_from(item) for each, item in items.items()}
        where = standing(purpose, states, person, nodes, now_ms=now_ms)
        reasons = list(_of_consent(rule, where))
        if is_restricted(states, person):
            reasons.append(RESTRICTED)
        if (until := quiet_until(rule, self._clock, now_ms)) is not None:
            reasons.append(_quiet(purpose, until))
        sent = _sent(items.values(), purpose)
        if (free_ms := capped(rule, sent, message_id, now_ms)) is not None:
            reasons.append(_too_many(rule, self._clock.told(free_ms)))
        condition = self._condition(message_id, rule, node, items.get(node), now_ms)
        return Finding(tuple(reasons), condition)

    def _condition(
        self, message_id: str, rule: Rule, node: str, item: Item | None, now_ms: int
    ) -> Any:
        """The state is what was read; where messages are counted, this one is counted with it."""
        known = item or {}
        expression = Expression()
        expression.expect("digest", known.get("digest"))
        key = state_key(node)._asdict()
        if rule.cap_messages is None:
            return {"ConditionCheck": expression.check(self._table, key)}
        sent = known.get("sent")
        expression.expect("sent", sent)
        kept = {p: each for p, each in (sent or {}).items() if p != rule.purpose}
        recent = {
            name: at_ms
            for name, at_ms in (sent or {}).get(rule.purpose, {}).items()
            if at_ms > now_ms - rule.cap_ms
        }
        expression.set("sent", {**kept, rule.purpose.value: {**recent, message_id: now_ms}})
        return {"Update": expression.update(self._table, key)}


_AGAINST = {
    Status.WITHDRAWN: Reason(
        "consent_withdrawn", "The person withdrew from this purpose and has not agreed since."
    ),
    Status.REFUSED: Reason(
        "consent_refused", "The person refused this purpose and has not agreed since."
    ),
    Status.INVALIDATED: Reason(
        "consent_invalidated", "The number has changed since: the person must agree again."
    ),
}
RESTRICTED = Reason("restricted", "Nothing may be sent to this person: processing is restricted.")


def _of_consent(rule: Rule, where: Standing) -> list[Reason]:
    name = rule.purpose.value
    if where.status in _AGAINST:
        return [_AGAINST[where.status]]
    if not rule.needs_consent:
        return []
    if where.status is Status.GIVEN and where.strength is not None:
        if where.strength >= rule.strength:
            return []
        has, needs = where.strength.name.lower(), rule.strength.name.lower()
        return [Reason("consent_too_weak", f"Consent for {name} is {has}; {needs} is needed.")]
    if where.status is Status.EXPIRED:
        return [Reason("consent_expired", f"Consent for {name} has run out: ask for it anew.")]
    return [Reason("consent_missing", f"There is no consent for {name}.")]


def _quiet(purpose: Purpose, until: str) -> Reason:
    return Reason("quiet_hours", f"No {purpose.value} messages are sent before {until}.")


def _too_many(rule: Rule, free: str) -> Reason:
    days = rule.cap_ms // 86_400_000
    return Reason(
        "frequency_cap",
        f"At most {rule.cap_messages} {rule.purpose.value} messages go to one person in {days} "
        f"days; the next may go at {free}.",
    )


def _sent(items: Any, purpose: Purpose) -> dict[str, int]:
    """Recent messages to any alias of the person: id to time."""
    return {
        name: at_ms
        for item in items
        for name, at_ms in item.get("sent", {}).get(purpose.value, {}).items()
    }
