"""Carrying out what needs no files and no deletion: corrections, restrictions, objections."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.core.rights.effects import Effects
from functions.core.rights.model import AT_ONCE, Request
from functions.core.rights.requests import DynamoRequests
from functions.core.rights.subject import Subject
from functions.core.rights.subjects import Subjects

# what is told of a person who is not there: the same as of one who is
_OUTCOMES = {"restriction": "restricted", "objection": "objection_upheld"}

# corrects what is stored of somebody; what it did, without personal data
Correct = Callable[[Request, Subject], Mapping[str, Any]]


class Applying:
    """May be repeated."""

    def __init__(
        self,
        *,
        store: DynamoRequests,
        subjects: Subjects,
        effects: Effects,
        correct: Correct,
    ) -> None:
        self._store = store
        self._subjects = subjects
        self._effects = effects
        self._correct = correct

    def apply(self, request: Request) -> str:
        """The outcome, which is also noted on the request."""
        subject = self._subjects.of(request.contact_id)
        if request.right in AT_ONCE:
            outcome = _OUTCOMES[request.right.value]
            if subject is not None:
                outcome = self._effects.uphold(request)
            self._store.note(request.id, outcome=outcome)
            return outcome
        result = {} if subject is None else self._correct(request, subject)
        self._store.note(request.id, outcome="corrected", result=dict(result))
        return "corrected"
