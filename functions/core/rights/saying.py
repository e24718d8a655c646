"""Writing to people about their requests: each thing once, and only where WhatsApp lets it through.

What becomes of a request a person is told whatever they agreed to: GDPR Article 12(3) and (4).
"""

import json
from collections.abc import Mapping
from typing import Any

from functions.core.audit.model import Actor
from functions.core.consent.controller import Controller
from functions.core.consent.vocabulary import Purpose
from functions.core.conversations.model import split_thread
from functions.core.rights.model import Request
from functions.core.rights.policy import number
from functions.core.rights.replies import Reply, reply
from functions.core.runtime import log
from functions.core.sending.checking import Checking
from functions.core.sending.errors import IdempotencyConflictError, SendingError
from functions.core.sending.messages import parse_message
from functions.core.sending.service import Asked, SendingService

AMANA = Actor(kind="system", id="amana")
_DUTY = "gdpr-12"
# a code that was sent by a run that died is followed by another
_TRIES = 3


class Saying:
    def __init__(
        self,
        *,
        sending: SendingService,
        checking: Checking | None,
        controller: Controller,
        template: str,
    ) -> None:
        """`checking` None: whoever is answered wrote a moment ago.

        `template`: name/language of an approved one for codes; empty: there is none.
        """
        self._sending = sending
        self._checking = checking
        self._controller = controller
        self._template = template

    def code(self, request: Request, code: str, *, phone_number_id: str | None) -> bool:
        """False: neither words nor a template would reach the person."""
        minutes = str(number("code", "minutes"))
        text = self._text("code", request, code=code, minutes=minutes)
        for content in (text, _templated(self._template, code)):
            if content is None:
                continue
            wanted = _addressed(request, content, phone_number_id)
            if self._reaches(wanted) and self._accepted(
                wanted,
                [f"rights code {request.id} {request.codes + 1}.{n}" for n in range(_TRIES)],
            ):
                return True
        return False

    def tell(self, request: Request, kind: Reply, **values: str) -> bool:
        """Once. False: it cannot reach the person over WhatsApp now."""
        wanted = _addressed(request, self._text(kind, request, **values), None)
        key = f"rights {kind} {request.id}"
        return self._reaches(wanted) and self._accepted(wanted, [key])

    def _text(self, kind: Reply, request: Request, **values: str) -> dict[str, Any]:
        body = reply(kind, request.language, self._controller, **values)
        return {
            "type": "text",
            "purpose": Purpose.SERVICE.value,
            "text": {"body": body, "preview_url": False},
        }

    def _reaches(self, wanted: Mapping[str, Any]) -> bool:
        if self._checking is None:
            return True
        try:
            return not self._checking.check(parse_message(json.dumps(wanted))).reasons
        except SendingError:  # they have no alias that can be written to any more
            return False

    def _accepted(self, wanted: Mapping[str, Any], keys: list[str]) -> bool:
        for key in keys:
            try:
                self._sending.accept(Asked(by=AMANA, key=key), parse_message(json.dumps(wanted)))
            except IdempotencyConflictError:
                continue
            except SendingError as error:
                log.warning("about a request not told", error=type(error).__name__)
                return False
            else:
                return True
        # told, in other words
        return len(keys) == 1


def _addressed(
    request: Request, content: Mapping[str, Any], phone_number_id: str | None
) -> dict[str, Any]:
    phone_number = phone_number_id or split_thread(request.thread)[0]
    return {
        "contact_id": request.contact_id,
        "legal_duty": _DUTY,
        **({"phone_number_id": phone_number} if phone_number else {}),
        **content,
    }


def _templated(template: str, code: str) -> dict[str, Any] | None:
    """An authentication template as Meta makes them: the code in its text and its button."""
    name, _, language = template.partition("/")
    if not name:
        return None
    parameters = [{"type": "text", "text": code}]
    return {
        "type": "template",
        "purpose": Purpose.AUTHENTICATION.value,
        "template": {
            "name": name,
            "language": {"code": language},
            "components": [
                {"type": "body", "parameters": parameters},
                {"type": "button", "sub_type": "url", "index": "0", "parameters": parameters},
            ],
        },
    }
