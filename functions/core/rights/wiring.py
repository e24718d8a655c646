"""Parts of rights requests that several functions put together in the same way."""

from functools import cache
from zoneinfo import ZoneInfo

from functions.core.audit.writer import Writer
from functions.core.consent.controller import Controller
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.content.records import Sealing
from functions.core.content.wiring import key_ring
from functions.core.rights.calendars import working_days
from functions.core.rights.changing import Changes
from functions.core.rights.codes import Codes, DynamoCodes
from functions.core.rights.deadlines import Clock, due, terms_from
from functions.core.rights.machine import StepFunctions
from functions.core.rights.model import Request
from functions.core.rights.requests import STORE, DynamoRequests
from functions.core.runtime import aws, clock


@cache
def calendar(*, controller: str, timezone: str) -> Clock:
    """`controller`: as in the settings."""
    works = working_days(Controller.parse(controller).jurisdiction)
    return Clock(zone=ZoneInfo(timezone), works=works)


def due_on(request: Request, *, deadlines: str, calendar: Clock) -> str:
    """The last day, as in 2026-12-29."""
    terms = terms_from(deadlines)[request.right]
    told = due(request, terms, calendar, now_ms=clock.now_ms())
    return calendar.day(told.due_ms - 1).isoformat()


def requests(*, compliance_table: str, keys_table: str, audit: Writer) -> DynamoRequests:
    sealing = Sealing(key_ring(keys_table=keys_table, audit=audit), store=STORE)
    return DynamoRequests(aws.dynamodb(), compliance_table, sealing, audit)


def changes(*, store: DynamoRequests, machine_arn: str) -> Changes:
    machine = StepFunctions(aws.client("stepfunctions"), machine_arn)
    return Changes(store=store, machine=machine, now_ms=clock.now_ms)


def codes(*, ephemeral_table: str, pseudonyms: Pseudonyms) -> Codes:
    store = DynamoCodes(aws.dynamodb(), ephemeral_table)
    return Codes(store, pseudonyms=pseudonyms, now_ms=clock.now_ms)
