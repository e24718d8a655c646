"""Carrying out a request for erasure: its steps, its certificate, what is told of it.

A request about somebody who does not exist ends like one about somebody of whom nothing was kept.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.audit.writer import Writer
from functions.core.rights.erasure.certificate import (
    Proved,
    certificate,
    encoded,
    sha256,
    what,
)
from functions.core.rights.erasure.errors import UnknownErasureError
from functions.core.rights.erasure.ledger import name_of
from functions.core.rights.erasure.model import Erased, Outcome, part_from
from functions.core.rights.erasure.page import page
from functions.core.rights.erasure.plans import DynamoPlans
from functions.core.rights.erasure.service import Erasing
from functions.core.rights.subject import Subject

_BY = Actor(kind="system", id="erasure")
_FILES = (("certificate.json", "application/json"), ("certificate.html", "text/html"))


class Requests(Protocol):
    def load(self, request_id: str) -> Any: ...

    def note(self, request_id: str, **fields: Any) -> bool: ...


class Files(Protocol):
    def write(self, name: str, data: bytes) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Carrying:
    """`erasing`: for one request. `within_days`: see `StageConfig.unrecoverable_within_days`."""

    requests: Requests
    subjects: Callable[[str], Subject | None]
    erasing: Callable[[str], Erasing]
    plans: DynamoPlans
    files: Files
    audit: Writer
    within_days: int
    now_ms: Callable[[], int]

    def plan(self, request_id: str) -> dict[str, Any]:
        erasing = self.erasing(request_id)
        subject = self.subjects(self._contact(request_id))
        plan = erasing.begin(request_id, subject) if subject else None
        return {"parts": [part.told for part in erasing.parts(plan.entry)] if plan else []}

    def erase(self, request_id: str, part: str) -> None:
        plan = self.plans.load(request_id)
        if plan is not None:
            self.erasing(request_id).erase(plan.entry, part_from(part))

    def finish(self, request_id: str) -> dict[str, Any]:
        """`wait_seconds` above 0: to be called again after them."""
        contact_id = self._contact(request_id)
        told = self._told(request_id, contact_id, "certificate")
        if isinstance(told, int):
            return {"outcome": "", "wait_seconds": -(-told // 1000)}
        outcome, files = told["outcome"], list(self._filed(request_id, told))
        if outcome == Outcome.RESTRICTED_UNDER_HOLD:
            self.plans.postpone(request_id, contact_id, self.now_ms())
        self._entered(request_id, contact_id, told)
        self.requests.note(request_id, outcome=outcome, result=told, files=files)
        self.erasing(request_id).clear()
        return {"outcome": outcome, "wait_seconds": 0}

    def again(self, request_id: str, contact_id: str) -> str:
        """Of a request that a hold stood against: its outcome now, or `waits`."""
        told = self._told(request_id, contact_id, "certificate_again")
        if isinstance(told, int):
            return "waits"
        list(self._filed(request_id, told))
        self._entered(request_id, contact_id, told)
        self.plans.done(request_id)
        self.erasing(request_id).clear()
        return str(told["outcome"])

    def sweep(self) -> dict[str, int]:
        """All that holds stood against: by what became of them."""
        counts: dict[str, int] = {}
        for request_id, contact_id in self.plans.postponed():
            came = self.again(request_id, contact_id)
            counts[came] = counts.get(came, 0) + 1
        return counts

    def _told(self, request_id: str, contact_id: str, name: str) -> dict[str, Any] | int:
        """The certificate, made once; or how long (ms) to wait before it can be."""
        stored = self.plans.certificate(request_id, name)
        if stored is not None:
            return stored
        came = self._came(request_id, contact_id)
        if isinstance(came, int):
            return came
        if name == "certificate_again" and came.outcome is Outcome.RESTRICTED_UNDER_HOLD:
            return 1  # held still, or by another
        return self._certified(request_id, came, name)

    def _came(self, request_id: str, contact_id: str) -> Erased | int:
        erasing = self.erasing(request_id)
        plan = self.plans.load(request_id)
        if plan is not None:
            return erasing.finish(plan)
        subject = self.subjects(contact_id)
        if subject is None:
            return Erased(outcome=Outcome.ERASED, erased_ms=self.now_ms(), counts={})
        begun = erasing.begin(request_id, subject)
        return erasing.kept(request_id, subject) if begun is None else erasing.finish(begun)

    def _contact(self, request_id: str) -> str:
        request = self.requests.load(request_id)
        if request is None:
            raise UnknownErasureError("no request has this id")
        return str(request.contact_id)

    def _certified(self, request_id: str, came: Erased, name: str) -> dict[str, Any]:
        plan = self.plans.load(request_id)
        entry = plan.entry if plan else None
        proved = Proved(object=name_of(entry), sha256=entry.sha256) if entry else None
        told = certificate(
            request_id,
            came,
            ledger=proved,
            issued_ms=self.now_ms(),
            within_days=self.within_days,
        )
        return self.plans.certified(request_id, name, told)

    def _filed(self, request_id: str, told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        bodies = (encoded(told), page(told, sha256=sha256(told)).encode())
        for (name, media_type), body in zip(_FILES, bodies, strict=True):
            place = f"rights/{request_id}/{name}"
            self.files.write(place, body)
            yield {
                "name": name,
                "object": place,
                "size": len(body),
                "sha256": _hash(body),
                "media_type": media_type,
            }

    def _entered(self, request_id: str, contact_id: str, told: Mapping[str, Any]) -> None:
        digest = sha256(told)
        self.audit.write(
            Event(
                action=Action.RECORD_ERASED,
                by=_BY,
                on=(contact_id,),
                what=what(request_id),
                facts={
                    "outcome": told["outcome"],
                    "certificate": digest,
                    "ledger": told.get("ledger", {}).get("sha256", ""),
                    "deleted": sum(told["deleted"].values()),
                    "keys": told["keys"]["destroyed"],
                },
            ),
            key=f"erased {request_id} {digest}",
        )


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
