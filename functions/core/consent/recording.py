"""Consent that somebody tells of: given or refused elsewhere, or withdrawn here and now."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from functions.core.audit.model import Actor
from functions.core.consent.errors import (
    NoEvidenceError,
    NotAttestedError,
    NotTheirsError,
    NotYetError,
    UnknownContactError,
)
from functions.core.consent.ledger import Ledger, Recorded, Told
from functions.core.consent.model import Event, Notice
from functions.core.consent.notices import NOTICE_TEXT
from functions.core.consent.rules import Rules
from functions.core.consent.standing import Standing
from functions.core.consent.vocabulary import STRENGTHS, Kind, Method, Purpose, Status, Strength
from functions.core.consent.wishes import Wish, Wishes
from functions.core.contacts.model import Person, strongest
from functions.core.contacts.pseudonyms import Pseudonyms

# what a person did with us and not on WhatsApp: there nobody's word is needed, nor believed
ATTESTED = (Method.WEB_FORM, Method.CALL_CENTRE, Method.PAPER, Method.IMPORT)
# refusals may also come about in ways that prove nothing
REFUSED = (*ATTESTED, Method.STAFF, Method.API)


@dataclass(frozen=True, kw_only=True)
class Attested:
    """What somebody tells of.

    `notice_text`: as the person was shown it. `node`: the alias at which it is recorded, see
    `alias_at`. `at_ms`: when the person said so.
    `key`: what makes a repeat recognisable among everything that `by` tells of.
    """

    node: str
    purpose: Purpose
    method: Method
    at_ms: int
    by: Actor
    key: str
    request: str = ""
    is_given: bool = True
    notice: Notice | None = None
    notice_text: str = field(default="", repr=False)
    evidence: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Recording:
    def __init__(
        self,
        *,
        ledger: Ledger,
        rules: Rules,
        pseudonyms: Pseudonyms,
        wishes: Wishes,
        now_ms: Callable[[], int],
    ) -> None:
        self._ledger = ledger
        self._rules = rules
        self._pseudonyms = pseudonyms
        self._wishes = wishes
        self._now_ms = now_ms

    def record(self, told: Attested) -> Recorded:
        """Once for each key; again it is answered the same. ConsentError: it is not recorded."""
        return self._ledger.record(self.event(told), Told(by=told.by, request=told.request))

    def event(self, told: Attested) -> Event:
        """What would be recorded."""
        self._check(told)
        return Event(
            id=self._event_id("attested", told.by.id, told.key, told.purpose),
            kind=Kind.GIVEN if told.is_given else Kind.REFUSED,
            purpose=told.purpose,
            node=told.node,
            at_ms=told.at_ms,
            method=told.method,
            by=told.by.id,
            strength=STRENGTHS[told.method] if told.is_given else None,
            until_ms=told.at_ms + self._rules[told.purpose].valid_ms if told.is_given else None,
            notice=told.notice,
            evidence={
                **told.evidence,
                **({NOTICE_TEXT: told.notice_text} if told.notice_text else {}),
            },
        )

    def withdraw(
        self,
        contact_id: str,
        purposes: Iterable[Purpose],
        *,
        by: Actor,
        key: str,
        method: Method = Method.API,
        request: str = "",
        reason: str = "",
    ) -> list[Recorded]:
        """After this none of the purposes is given. The same key again withdraws nothing twice.

        A key that was used before a consent that is there now is a new wish: nobody is told
        "withdrawn" of what is not.
        """
        wanted = [
            _Withdrawal(
                contact_id=contact_id,
                purpose=purpose,
                names=("withdrawn", by.id, key, contact_id, purpose),
                told=Told(by=by, request=request),
                method=method,
                reason=reason,
            )
            for purpose in purposes
        ]
        done = [self._withdraw(each) for each in wanted]
        # each round overcomes one consent of each purpose, of which there is one a strength
        for _ in Strength:
            standings = self._ledger.view(contact_id).standings
            wanted = [each for each in wanted if standings[each.purpose].status is Status.GIVEN]
            done += [self._withdraw(each.of(standings[each.purpose])) for each in wanted]
            if not wanted:
                break
        return done

    def _withdraw(self, wanted: "_Withdrawal") -> Recorded:
        wish = self._wish(wanted)
        event = Event(
            id=self._event_id(*wanted.names),
            kind=Kind.WITHDRAWN,
            purpose=wanted.purpose,
            node=wish.node,
            at_ms=wish.at_ms,
            method=wanted.method,
            by=wanted.told.by.id,
            reason=wanted.reason,
        )
        return self._ledger.record(event, wanted.told)

    def _wish(self, wanted: "_Withdrawal") -> Wish:
        """Now; if clocks differ, not before the consent. Whom nothing reaches any more: then."""
        person = self.person(wanted.contact_id)
        last_ms = max(span.until_ms for span in person.spans)
        at_ms = int(min(max(self._now_ms(), wanted.since_ms), last_ms))
        return self._wishes.first(*wanted.names, node=alias_at(person, at_ms), at_ms=at_ms)

    def person(self, contact_id: str) -> Person:
        found = self._ledger.directory.person(contact_id)
        if found is None:
            raise UnknownContactError("no contact has this id")
        return found[0]

    def check_time(self, at_ms: int) -> None:
        if at_ms > self._now_ms():
            raise NotYetError("lies in the future")

    def _check(self, told: Attested) -> None:
        methods = ATTESTED if told.is_given else REFUSED
        if told.method not in methods:
            raise NotAttestedError(f"must be one of {', '.join(methods)}")
        self.check_time(told.at_ms)
        if told.is_given and not any(told.evidence.values()):
            raise NoEvidenceError("is required: what proves it")

    def _event_id(self, *names: str) -> str:
        return f"e_{self._pseudonyms.of('consent event', *names)}"


@dataclass(frozen=True, kw_only=True)
class _Withdrawal:
    """`names`: what makes a repeat recognisable. `since_ms`: of the consent it is to overcome."""

    contact_id: str
    purpose: Purpose
    names: tuple[str, ...]
    told: Told
    method: Method
    reason: str
    since_ms: int = 0

    def of(self, where: Standing) -> "_Withdrawal":
        """The same, of a consent that is still there."""
        return replace(self, names=(*self.names, where.event), since_ms=where.since_ms or 0)


def alias_at(person: Person, at_ms: int) -> str:
    """The alias at which something that a person did elsewhere, at that time, is recorded.

    Only one that was theirs then: at any other it would be somebody else's.
    """
    spans = [span for span in person.spans if span.holds(at_ms)]
    nodes = [span.node for span in spans if span.until_ms == inf] or [span.node for span in spans]
    if not nodes:
        raise NotTheirsError("is before the contact had any of their numbers or ids")
    return strongest(nodes)
