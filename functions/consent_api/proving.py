"""GET the receipt of a purpose: the record, and the audit log's proof of what made it so."""

from collections.abc import Mapping, Sequence

from functions.consent_api import wiring
from functions.consent_api.withdrawing import PURPOSE, purpose_of
from functions.core.consent.errors import UnknownNoticeError
from functions.core.consent.model import Event
from functions.core.consent.notices import NoticeText, kept_text
from functions.core.consent.record import opening, receipt, record_of
from functions.core.consent.views import is_destroyed
from functions.core.consent.vocabulary import Purpose
from functions.core.runtime import clock
from functions.core.runtime.http.app import JsonReply
from functions.core.runtime.http.problems import NOT_FOUND, Problem, ProblemError
from functions.core.runtime.http.requests import Request

_JSON_LD = "application/ld+json"


def receipt_of(request: Request, values: Mapping[str, str]) -> JsonReply:
    purpose = purpose_of(values[PURPOSE.name])
    view = wiring.ledger().view(values["contact_id"])
    contact_id = view.person.contact_id
    request.told.on = (contact_id,)
    events = wiring.ledger().history(values["contact_id"])
    mine = [each for each in events if each[0].purpose is purpose]
    if not mine:
        raise ProblemError(NOT_FOUND)
    where = view.standings[purpose]
    event, recorded_ms = next((each for each in mine if each[0].id == where.event), mine[-1])
    request.told.what = f"consent/{event.id}"
    if is_destroyed(event):
        detail = "The key of the evidence was destroyed: nothing can prove this any more."
        raise ProblemError(Problem(410, "gone", detail))
    proof = wiring.proving().proof(event, recorded_ms)
    request.told.facts["proved"] = proof is not None
    record = record_of(
        contact_id=contact_id,
        controller=wiring.controller(),
        rule=wiring.consent_rules()[purpose],
        notice=_notice(purpose, [event, *(each for each, _ in reversed(mine))]),
        events=events,
        standing=where,
        known_as={span.node for span in view.person.spans},
    )
    body = receipt(
        record, proof=proof, committed=opening(event, recorded_ms), now_ms=clock.now_ms()
    )
    return JsonReply(200, body, _JSON_LD)


def _notice(purpose: Purpose, events: Sequence[Event]) -> NoticeText:
    """That of the first event that has one, if its text is still known."""
    shown = next((event.notice for event in events if event.notice), None)
    notices = wiring.notices()
    if shown is not None and (kept := kept_text(shown, events)) is not None:
        return NoticeText(
            ref=shown, purpose=purpose, text=kept, url=wiring.controller().privacy_url
        )
    try:
        if shown is not None:
            return notices.find(shown.id, version=shown.version, language=shown.language)
    except UnknownNoticeError:
        pass
    return notices.asking(purpose, "en")
