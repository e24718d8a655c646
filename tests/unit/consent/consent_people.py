"""People and what happened to their consents, for tests of records and receipts."""

from functions.core.consent.controller import Controller
from functions.core.consent.model import Event
from functions.core.consent.notices import Notices
from functions.core.consent.rules import rules
from functions.core.consent.standing import Standing
from functions.core.consent.vocabulary import STRENGTHS, Kind, Method, Purpose, Status

BANK = Controller(
    name="Banco Exemplo",
    address="Rua das Flores 1, Lisboa",
    contact="privacy@bank.example",
    kind="bank",
    privacy_url="https://bank.example/privacy",
    jurisdiction="PT",
    storage_location="EU",
    authority="CNPD",
)
NODE = "n" + "a" * 20
CONTACT = f"{NODE}~0"
# 2026-11-02T08:00:00Z
AT_MS = 1_793_606_400_000
DAY_MS = 86_400_000
ASKED = Notices(BANK).find("marketing", language="pt")


def event(kind, number=1, **changes):
    told = {
        "id": f"e_{number:026}",
        "kind": kind,
        "purpose": Purpose.MARKETING,
        "node": NODE,
        "at_ms": AT_MS,
        "method": Method.WHATSAPP_BUTTON,
        "by": "person",
        "evidence": {"reply_wamid": f"wamid.{number}", "salt": f"salt-{number}"},
        **changes,
    }
    return Event(**told)


def requested(**changes):
    return event(
        Kind.REQUESTED,
        number=1,
        **{
            "method": Method.WHATSAPP_REQUEST,
            "by": "client-1",
            "at_ms": AT_MS - 60_000,
            "until_ms": AT_MS + 7 * DAY_MS,
            "notice": ASKED.ref,
            "request": "r_1",
            **changes,
        },
    )


def given(**changes):
    method = changes.get("method", Method.WHATSAPP_BUTTON)
    return event(
        Kind.GIVEN,
        number=2,
        **{
            "strength": STRENGTHS[method],
            "until_ms": AT_MS + 730 * DAY_MS,
            "notice": ASKED.ref,
            "request": "r_1",
            **changes,
        },
    )


def withdrawn(**changes):
    return event(
        Kind.WITHDRAWN,
        number=3,
        **{"method": Method.WHATSAPP_WORD, "at_ms": AT_MS + DAY_MS, **changes},
    )


def recorded(*events, after_ms=250):
    return [(each, each.at_ms + after_ms) for each in events]


def facts(*events, **changes):
    """Arguments of `record_of` where the last of the events makes the standing."""
    last = events[-1]
    is_one = last.kind.value in set(Status)
    status = Status(last.kind.value) if is_one else Status.UNKNOWN
    return {
        "contact_id": CONTACT,
        "controller": BANK,
        "rule": rules()[last.purpose],
        "notice": ASKED,
        "events": recorded(*events),
        "standing": Standing(status=status, since_ms=last.at_ms, event=last.id),
        **changes,
    }
