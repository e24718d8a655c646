"""POST of a consent: one that somebody tells of is recorded, one that is wanted is asked for."""

from collections.abc import Mapping
from http import HTTPStatus

from functions.consent_api import wiring
from functions.consent_api.scopes import WRITE
from functions.core.audit.requests import caller
from functions.core.cards.scrub import scrub_command
from functions.core.consent.asking import AskFor
from functions.core.consent.bodies import (
    MAX_BYTES,
    Asking,
    ChosenNotice,
    InvalidConsentError,
    Told,
    evidence_of,
    method_of,
    parse_consent,
)
from functions.core.consent.notices import NoticeText
from functions.core.consent.recording import Attested, alias_at
from functions.core.consent.rfc3339 import told as time_of
from functions.core.consent.views import recorded_view
from functions.core.consent.vocabulary import Purpose
from functions.core.consent.wishes import Wish
from functions.core.runtime import clock, log
from functions.core.runtime.http.app import JsonReply
from functions.core.runtime.http.problems import FieldError
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Request


def post(request: Request, values: Mapping[str, str]) -> JsonReply:
    command = scrub_command(request.body(MAX_BYTES))
    asked = parse_consent(command.body)
    notice = _notice(asked.purpose, asked.notice) if asked.notice else None
    if isinstance(asked, Asking):
        assert notice is not None  # noqa: S101 - narrows the type: it has a default
        return _ask(request, values, asked, notice)
    return _record(request, values, asked, notice)


def _ask(
    request: Request, values: Mapping[str, str], asked: Asking, notice: NoticeText
) -> JsonReply:
    contact_id = values["contact_id"]
    person = wiring.recording().person(contact_id)
    _wish(request, values, asked, wiring.ledger().node_of(contact_id))
    done = wiring.double_opt_in().ask(
        AskFor(
            contact_id=contact_id,
            purpose=asked.purpose,
            notice=notice,
            template=asked.template.model_dump() if asked.template else None,
            phone_number_id=asked.phone_number_id,
            by=caller(request, WRITE),
            key=values[IDEMPOTENCY_KEY.name],
            request=request.request_id,
        )
    )
    request.told.on, request.told.what = (person.contact_id,), f"message/{done.message_id}"
    request.told.is_entered = not done.is_repeat
    log.info("consent asked for", consent_request_id=done.request_id, message_id=done.message_id)
    log.metric("ConsentsAskedFor")
    told = {
        "request_id": done.request_id,
        "message_id": done.message_id,
        "expires_at": time_of(done.expires_ms),
        "status": "requested",
    }
    return JsonReply(HTTPStatus.ACCEPTED, told)


def _record(
    request: Request, values: Mapping[str, str], told: Told, notice: NoticeText | None
) -> JsonReply:
    recording = wiring.recording()
    person = recording.person(values["contact_id"])
    at_ms = clock.now_ms() if told.at_ms is None else told.at_ms
    recording.check_time(at_ms)
    wish = _wish(request, values, told, alias_at(person, at_ms), at_ms)
    done = recording.record(
        Attested(
            node=wish.node,
            purpose=told.purpose,
            method=method_of(told),
            at_ms=wish.at_ms,
            is_given=told.is_given,
            notice=notice.ref if notice else None,
            notice_text=notice.text if notice else "",
            evidence=evidence_of(told),
            by=caller(request, WRITE),
            key=values[IDEMPOTENCY_KEY.name],
            request=request.request_id,
        )
    )
    request.told.on, request.told.what = (done.contact_id,), f"consent/{done.event.id}"
    request.told.is_entered = done.is_new
    log.info("consent recorded", contact_id=done.contact_id, event_id=done.event.id)
    log.metric("ConsentsRecorded", method=told.method)
    return JsonReply(HTTPStatus.CREATED, recorded_view(done.event))


def _wish(
    request: Request,
    values: Mapping[str, str],
    asked: Asking | Told,
    node: str,
    at_ms: int | None = None,
) -> Wish:
    """One key stands for one body, and one contact."""
    return wiring.wishes().first(
        "posted",
        request.client_id,
        values[IDEMPOTENCY_KEY.name],
        node=node,
        at_ms=at_ms,
        body=f"{values['contact_id']} {asked.model_dump_json(exclude_defaults=True)}",
    )


def _notice(purpose: Purpose, chosen: ChosenNotice) -> NoticeText:
    notices = wiring.notices()
    name = chosen.id or notices.asking(purpose, "en").ref.id
    found = notices.find(name, version=chosen.version, language=chosen.language)
    if found.purpose is not purpose:
        fit = notices.asking(purpose, "en").ref.id
        raise InvalidConsentError(FieldError("notice.id", f"does not ask for this; {fit} does"))
    return found
