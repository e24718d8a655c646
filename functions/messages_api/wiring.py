"""Composition root: built once per execution environment, on the first request that needs it."""

import os
from functools import cache

from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.wiring import sealing
from functions.core.conversations.read_dynamodb import DynamoListing, S3BlobSource
from functions.core.conversations.read_recent import Recent
from functions.core.conversations.reading import Reading
from functions.core.runtime import aws, clock, policies
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.ids import random_id
from functions.core.runtime.secrets import SecretCache
from functions.core.sending.addressing import Addressing
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.model import WindowRule
from functions.core.sending.service import SendingRules, SendingService
from functions.core.sending.wake_ups import SqsWakeUps
from functions.messages_api.settings import MessagesApiSettings

# A wake-up takes milliseconds; one that has not worked after a minute was lost.
_WAKE_GRACE_MS = 60_000


@cache
def settings() -> MessagesApiSettings:
    return MessagesApiSettings.parse(os.environ)


@cache
def seal() -> Sealing:
    return sealing(keys_table=settings().keys_table)


@cache
def records() -> SealedRecords:
    return SealedRecords(DynamoRecords(aws.dynamodb(), settings().conversations_table), seal())


@cache
def pseudonyms() -> Pseudonyms:
    key = SecretCache(aws.secrets()).get(settings().pseudonym_secret_arn)["key"]
    return Pseudonyms(key=key.encode(), portfolio_id=settings().portfolio_id)


@cache
def directory() -> Directory:
    return Directory(records=records(), pseudonyms=pseudonyms(), new_id=lambda _: random_id())


@cache
def store() -> DynamoSending:
    return DynamoSending(aws.dynamodb(), settings().conversations_table, seal())


@cache
def sending() -> SendingService:
    chosen = settings()
    return SendingService(
        store=store(),
        addressing=Addressing(
            store=store(),
            records=records(),
            directory=directory(),
            pseudonyms=pseudonyms(),
            phone_number_ids=tuple(chosen.phone_number_ids.split(",")),
        ),
        pseudonyms=pseudonyms(),
        wake_ups=SqsWakeUps(aws.sqs(), chosen.outbound_queue_url),
        rules=SendingRules(
            max_pending=chosen.max_pending_per_conversation,
            wake_grace_ms=_WAKE_GRACE_MS,
            entry_point_hours=_window("entry_point_hours"),
        ),
        now_ms=clock.now_ms,
    )


@cache
def reading() -> Reading:
    chosen = settings()
    listing = DynamoListing(aws.dynamodb(), chosen.conversations_table, seal())
    return Reading(
        records=records(),
        listing=listing,
        directory=directory(),
        blobs=S3BlobSource(aws.s3(), chosen.media_bucket, seal().ring),
        pseudonyms=pseudonyms(),
        recent=Recent(
            records=records(),
            listing=listing,
            directory=directory(),
            rule=_window_rule(),
            answered=store().answered,
            now_ms=clock.now_ms,
        ),
    )


def _window_rule() -> WindowRule:
    return WindowRule(
        customer_service_ms=_window("customer_service_hours") * 3_600_000,
        entry_point_ms=_window("entry_point_hours") * 3_600_000,
        entry_point_answer_ms=_window("entry_point_answer_hours") * 3_600_000,
    )


def _window(name: str) -> int:
    return int(policies.value("platform_limits", "window", name))
