"""Filing a request: once for each key, beside no other open one of the same right and person."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from functions.core.audit.model import Actor
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.rights.changing import Changes, entry
from functions.core.rights.effects import Effects
from functions.core.rights.errors import KeyConflictError
from functions.core.rights.model import AT_ONCE, Deed, Request, Right, Source, State, Step
from functions.core.rights.subject import Subject
from functions.core.rights.subjects import Subjects
from functions.core.runtime.records import ContentionError

_ROUNDS = 6  # against others who file for the same person


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What somebody wants. `key`: of `by`'s own, that makes a repeat recognisable.

    `thread`, `node`: where the person wrote it. `call`: the request to the API.
    """

    right: Right
    source: Source
    contact_id: str
    by: Actor
    key: str
    at_ms: int
    language: str
    purposes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    thread: str = ""
    node: str = ""
    call: str = ""


@dataclass(frozen=True, kw_only=True)
class Filed:
    """`is_new` False: this very request had been filed before."""

    request: Request
    is_new: bool


class FilingDesk:
    """`effects` None: where no right that takes effect at once can be filed."""

    def __init__(
        self,
        *,
        changes: Changes,
        subjects: Subjects,
        effects: Effects | None,
        pseudonyms: Pseudonyms,
    ) -> None:
        self._changes = changes
        self._store = changes.store
        self._subjects = subjects
        self._effects = effects
        self._pseudonyms = pseudonyms

    def file(self, filing: Filing) -> Filed:
        """Stored, effective, and under way. A repeat goes on where the first broke off."""
        request_id = f"q_{self._pseudonyms.of('rights request', filing.by.id, filing.key)}"
        digest = self._pseudonyms.of("rights body", _canonical(filing))
        for _ in range(_ROUNDS):
            stored = self._store.load(request_id)
            if stored is not None:
                if stored.body_digest != digest:
                    raise KeyConflictError("this Idempotency-Key was used with another body")
                self._set_going(stored)
                return Filed(request=stored, is_new=False)
            request = self._made(request_id, digest, filing)
            step = Step(
                at_ms=request.filed_ms, deed=Deed.FILED, by=filing.by.id, state=request.state
            )
            entered = entry(request, Deed.FILED, filing.by, filing.call)
            if self._store.create(request, step, entered):
                self._set_going(request)
                return Filed(request=request, is_new=True)
        raise ContentionError("requests for this person kept being filed")

    def _made(self, request_id: str, digest: str, filing: Filing) -> Request:
        subject = self._subjects.of(filing.contact_id)
        opens = subject.keys if subject else (filing.contact_id,)
        others = self._store.open_under(filing.right, opens)
        request = Request(
            id=request_id,
            right=filing.right,
            source=filing.source,
            contact_id=filing.contact_id,
            filed_by=filing.by.id,
            filed_ms=filing.at_ms,
            language=filing.language,
            thread=filing.thread,
            node=filing.node,
            purposes=filing.purposes,
            details=filing.details,
            body_digest=digest,
        )
        if others:
            return replace(
                request,
                state=State.DUPLICATE,
                duplicate_of=others[0],
                finished_ms=request.filed_ms,
            )
        request = replace(request, opens=opens)
        return replace(request, restricted=self._restricts(request, subject))

    def _restricts(self, request: Request, subject: Subject | None) -> bool:
        return (
            subject is not None
            and self._effects is not None
            and self._effects.would_restrict(request)
        )

    def _set_going(self, request: Request) -> None:
        if request.is_over:
            return
        effects = self._effects if request.right in AT_ONCE else None
        if effects is not None and self._subjects.of(request.contact_id) is not None:
            effects.begin(request)
        self._changes.machine.start(request.id, request.attempt)


def _canonical(filing: Filing) -> str:
    if filing.source is Source.PERSON:  # who they are may be known better when it comes again
        return filing.right.value
    told = {
        "right": filing.right,
        "source": filing.source,
        "contact_id": filing.contact_id,
        "language": filing.language,
        "purposes": filing.purposes,
        "details": dict(filing.details),
    }
    return json.dumps(told, sort_keys=True)
