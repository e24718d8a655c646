"""The page behind a link, as a browser gets it."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qs

from functions.core.audit.model import Event
from functions.core.audit.requests import caller
from functions.core.audit.vocabulary import Action, Outcome
from functions.core.rights.access.disclosing import Shown, Stage
from functions.core.rights.access.disclosure_page import HEADERS, page
from functions.core.runtime import log
from functions.core.runtime.http.app import Reply
from functions.core.runtime.http.requests import Parameter, Request
from functions.core.runtime.ids import random_id
from functions.disclosure import wiring

# a code, a session and the name of a file
_MOST_BYTES = 4096
_MOST_DIGITS = 7
_TOKEN = Parameter(name="token", where="path", pattern=r".*", reason="", required=True)
_STATUS: Mapping[Stage, HTTPStatus] = {
    Stage.GONE: HTTPStatus.NOT_FOUND,
    Stage.WRONG: HTTPStatus.FORBIDDEN,
    Stage.LOCKED: HTTPStatus.FORBIDDEN,
    Stage.NO_MORE: HTTPStatus.TOO_MANY_REQUESTS,
}
_ACTIONS: Mapping[str, Action] = {
    "send": Action.LINK_CODE_ASKED,
    "open": Action.LINK_CONFIRMED,
    "file": Action.ACCESS_FETCHED,
}
_REFUSED = frozenset(_STATUS)


def look(request: Request) -> Reply:
    """HEAD requests and previews of messengers come here, too: nothing is sent, nothing counted."""
    shown = wiring.disclosing().look(_token(request))
    return _answered(request, shown, Action.LINK_OPENED)


def use(request: Request) -> Reply:
    token, told = _token(request), _form(request)
    action = told.get("action", "")
    disclosing = wiring.disclosing()
    match action:
        case "send":
            shown = disclosing.ask(token)
        case "open":
            shown = disclosing.name(token, told.get("code", ""))
        case "file":
            part = told.get("part", "")
            number = int(part) if part.isdecimal() and len(part) <= _MOST_DIGITS else 0
            shown = disclosing.take(token, told.get("session", ""), told.get("name", ""), number)
        case _:
            shown = disclosing.look(token)
    return _answered(request, shown, _ACTIONS.get(action, Action.LINK_OPENED))


def _token(request: Request) -> str:
    return request.values((_TOKEN,), query=False)[_TOKEN.name]


def _form(request: Request) -> dict[str, str]:
    """The last of several fields of one name counts; what is no form has none."""
    text = request.body(_MOST_BYTES).decode("utf-8", "replace")
    try:
        return {name: values[-1] for name, values in parse_qs(text, max_num_fields=20).items()}
    except ValueError:
        return {}


def _answered(request: Request, shown: Shown, action: Action) -> Reply:
    """Entered before it is answered; of a file, which bytes of which file were given."""
    _enter(request, shown, action)
    log.info("disclosure answered", stage=shown.stage.value, action=action.value)
    if shown.stage is Stage.LOCKED and action is Action.LINK_CONFIRMED:
        log.metric("DisclosuresLocked")
    if shown.copy is not None and shown.piece is not None:
        name = shown.copy.name
        if shown.piece.size > len(shown.piece.data):
            name += f".part{shown.part}"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Reply(HTTPStatus.OK, shown.piece.data, "application/octet-stream", headers)
    status = _STATUS.get(shown.stage, HTTPStatus.OK)
    return Reply(status, page(shown), "text/html; charset=utf-8", dict(HEADERS))


def _enter(request: Request, shown: Shown, action: Action) -> None:
    asked = shown.request
    facts: dict[str, object] = {"stage": shown.stage.value, "operation": "disclosure"}
    if shown.copy is not None and shown.piece is not None:
        facts |= {
            "file": shown.copy.name,
            "first": shown.piece.start,
            "last": shown.piece.end,
            "bytes": shown.piece.size,
        }
    event = Event(
        action=action,
        by=caller(request, None),
        on=(asked.contact_id,) if asked else (),
        what=f"rights/{asked.id}" if asked else "",
        request=request.request_id,
        outcome=Outcome.REFUSED if shown.stage in _REFUSED else Outcome.DONE,
        facts=facts,
    )
    wiring.audit().write(event, key=f"disclosure {request.request_id or random_id()}")
    request.told.is_entered = True
