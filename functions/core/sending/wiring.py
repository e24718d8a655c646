"""Parts of sending that several functions put together in the same way."""

from functions.core.consent.rules import rules
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.runtime import aws, clock, policies
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import RecordStore
from functions.core.sending.addressing import Addressing
from functions.core.sending.model import WindowRule
from functions.core.sending.purposes import Catalogue, Purposes
from functions.core.sending.service import SendingRules, SendingService
from functions.core.sending.store import SendingStore
from functions.core.sending.wake_ups import SqsWakeUps

# A wake-up takes milliseconds; one that has not worked after a minute was lost.
_WAKE_GRACE_MS = 60_000


def sending_service(
    *,
    store: SendingStore,
    records: RecordStore,
    directory: Directory,
    pseudonyms: Pseudonyms,
    phone_number_ids: str,
    outbound_queue_url: str,
    max_pending: int,
    purposes: Purposes,
) -> SendingService:
    """`phone_number_ids`: as in the settings, comma-separated, the default first."""
    return SendingService(
        store=store,
        addressing=Addressing(
            store=store,
            records=records,
            directory=directory,
            pseudonyms=pseudonyms,
            phone_number_ids=tuple(phone_number_ids.split(",")),
        ),
        purposes=purposes,
        pseudonyms=pseudonyms,
        wake_ups=SqsWakeUps(aws.sqs(), outbound_queue_url),
        rules=SendingRules(
            max_pending=max_pending,
            wake_grace_ms=_WAKE_GRACE_MS,
            entry_point_hours=policies.value("platform_limits", "window", "entry_point_hours"),
        ),
        now_ms=clock.now_ms,
    )


def purposes(*, consent_table: str, changes: str) -> Purposes:
    """`changes`: as JSON, what the stage's rules say otherwise."""
    return Purposes(Catalogue(DynamoRecords(aws.dynamodb(), consent_table)), rules(changes))


def window_rule() -> WindowRule:
    def hours_ms(name: str) -> int:
        return int(policies.value("platform_limits", "window", name) * 3_600_000)

    return WindowRule(
        customer_service_ms=hours_ms("customer_service_hours"),
        entry_point_ms=hours_ms("entry_point_hours"),
        entry_point_answer_ms=hours_ms("entry_point_answer_hours"),
    )
