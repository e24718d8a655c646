"""What a request does at the gate: at once when it is filed, and again when it is decided.

A restriction stops everything (GDPR Article 18). Who objects is restricted until it is known whose
grounds weigh more (Article 18(1)(d)); against direct marketing nothing weighs (Article 21(3)), so
that is withdrawn for good at once.
"""

from functions.core.audit.model import Actor
from functions.core.audit.model import Event as Entry
from functions.core.audit.vocabulary import Action
from functions.core.audit.writer import Writer
from functions.core.consent.ledger import Ledger
from functions.core.consent.recording import Recording
from functions.core.consent.vocabulary import Method, Purpose
from functions.core.rights import policy
from functions.core.rights.model import AT_ONCE, Request, Right, Source
from functions.core.rights.requests import DynamoRequests

_METHODS = {
    Source.API: Method.API,
    Source.STAFF: Method.STAFF,
    Source.PERSON: Method.WHATSAPP_WORD,
}


class Effects:
    """Of people who are there; each call may be repeated."""

    def __init__(
        self, *, ledger: Ledger, recording: Recording, store: DynamoRequests, audit: Writer
    ) -> None:
        self._ledger = ledger
        self._recording = recording
        self._store = store
        self._audit = audit

    def would_restrict(self, request: Request) -> bool:
        """Whether the restriction would be this request's, or is of others like it, to lift."""
        if not _restricts(request):
            return False
        if not self._ledger.view(request.contact_id).restricted:
            return True
        return any(other.restricted for other in self._others(request))

    def begin(self, request: Request) -> None:
        self._withdraw(request, _absolute(request))
        if request.restricted and not self._ledger.view(request.contact_id).restricted:
            self._restrict(request, on=True)

    def uphold(self, request: Request) -> str:
        """It was approved; the outcome."""
        if request.right is Right.OBJECTION:
            self._withdraw(request, _objected(request))
            self.lift(request)
            return "objection_upheld"
        for other in self._others(request):  # what they lift now is this one's
            self._store.keep_restricted(other.id)
        if not self._ledger.view(request.contact_id).restricted:
            self._restrict(request, on=True)
        return "restricted"

    def lift(self, request: Request) -> None:
        """Unless another open request of theirs restricts them as well."""
        if request.restricted and not any(other.restricted for other in self._others(request)):
            self._restrict(request, on=False)

    def _others(self, request: Request) -> list[Request]:
        ids = {
            name
            for right in AT_ONCE
            for name in self._store.open_under(right, request.opens)
            if name != request.id
        }
        return [each for each in self._store.several(ids).values() if not each.is_over]

    def _withdraw(self, request: Request, purposes: tuple[Purpose, ...]) -> None:
        if purposes:
            self._recording.withdraw(
                request.contact_id,
                purposes,
                by=_actor(request),
                key=request.id,
                method=_METHODS[request.source],
                reason="objection",
            )

    def _restrict(self, request: Request, *, on: bool) -> None:
        """Entered before: from then on it may be so."""
        entered = Entry(
            action=Action.RECORD_RESTRICTED,
            by=_actor(request),
            on=(request.contact_id,),
            what=f"rights/{request.id}",
            facts={"on": on},
        )
        self._audit.write(entered, key=f"rights {request.id} restricted {on}")
        self._ledger.restrict(request.contact_id, on=on)


def _restricts(request: Request) -> bool:
    if request.right is Right.OBJECTION:
        return bool(set(_objected(request)) - set(_absolute(request)))
    return request.right in AT_ONCE


def _objected(request: Request) -> tuple[Purpose, ...]:
    if request.right is not Right.OBJECTION:
        return ()
    return tuple(Purpose(each) for each in request.purposes) or policy.purposes("purposes")


def _absolute(request: Request) -> tuple[Purpose, ...]:
    return tuple(each for each in _objected(request) if each in policy.purposes("absolute"))


def _actor(request: Request) -> Actor:
    kind = "meta" if request.source is Source.PERSON else "client"
    return Actor(kind=kind, id=request.filed_by)
