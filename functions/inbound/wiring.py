"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.core.cards.deflection import Deflection
from functions.core.cards.guard import CardGuard
from functions.core.cards.policy import Policy, deflection_text
from functions.core.cards.splits import SplitNumbers
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.transit import TransitOpener
from functions.core.content.wiring import sealing
from functions.core.conversations.blobs import S3Blobs
from functions.core.conversations.read_dynamodb import DynamoListing
from functions.core.conversations.service import ConversationsService
from functions.core.media.announce import SqsMediaQueue
from functions.core.runtime import aws, clock, policies
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.ids import random_id
from functions.core.runtime.secrets import SecretCache
from functions.core.sending.addressing import Addressing
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.service import SendingRules, SendingService
from functions.core.sending.wake_ups import SqsWakeUps
from functions.inbound.intake import Intake
from functions.inbound.settings import InboundSettings

_ENTRY_POINT_HOURS: int = policies.value("platform_limits", "window", "entry_point_hours")
# A wake-up takes milliseconds; one that has not worked after a minute was lost.
_WAKE_GRACE_MS = 60_000


@cache
def settings() -> InboundSettings:
    return InboundSettings.parse(os.environ)


@cache
def opener() -> TransitOpener:
    return TransitOpener(aws.kms())


@cache
def intake() -> Intake:
    conversations = ConversationsService(
        records=records(),
        directory=directory(),
        pseudonyms=pseudonyms(),
        blobs=S3Blobs(aws.s3(), settings().media_bucket, seal().ring),
        entry_point_hours=_ENTRY_POINT_HOURS,
    )
    return Intake(
        conversations=conversations,
        media=SqsMediaQueue(aws.sqs(), settings().media_queue_url),
        cards=CardGuard(splits=_splits(), answers=_answers()),
    )


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


def _splits() -> SplitNumbers:
    return SplitNumbers(
        records=records(),
        listing=DynamoListing(aws.dynamodb(), settings().conversations_table, seal()),
        pseudonyms=pseudonyms(),
        within_ms=policies.load("cards")["split"]["seconds"] * 1000,
    )


def _answers() -> Deflection | None:
    chosen = settings()
    if chosen.card_policy == Policy.MASK:
        return None
    store = DynamoSending(aws.dynamodb(), chosen.conversations_table, seal())
    sending = SendingService(
        store=store,
        addressing=Addressing(
            store=store,
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
            entry_point_hours=_ENTRY_POINT_HOURS,
        ),
        now_ms=clock.now_ms,
    )
    return Deflection(
        sending=sending,
        directory=directory(),
        text=deflection_text(chosen.language),
        now_ms=clock.now_ms,
    )
