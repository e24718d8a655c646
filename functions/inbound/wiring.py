"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.records import SealedRecords
from functions.core.content.transit import TransitOpener
from functions.core.content.wiring import sealing
from functions.core.conversations.blobs import S3Blobs
from functions.core.conversations.service import ConversationsService
from functions.core.runtime import aws, policies
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.ids import random_id
from functions.core.runtime.secrets import SecretCache
from functions.inbound.settings import InboundSettings


@cache
def settings() -> InboundSettings:
    return InboundSettings.parse(os.environ)


@cache
def opener() -> TransitOpener:
    return TransitOpener(aws.kms())


@cache
def service() -> ConversationsService:
    chosen = settings()
    seal = sealing(keys_table=chosen.keys_table)
    records = SealedRecords(DynamoRecords(aws.dynamodb(), chosen.conversations_table), seal)
    key = SecretCache(aws.secrets()).get(chosen.pseudonym_secret_arn)["key"]
    pseudonyms = Pseudonyms(key=key.encode(), portfolio_id=chosen.portfolio_id)
    return ConversationsService(
        records=records,
        directory=Directory(records=records, pseudonyms=pseudonyms, new_id=lambda _: random_id()),
        pseudonyms=pseudonyms,
        blobs=S3Blobs(aws.s3(), chosen.media_bucket, seal.ring),
        entry_point_hours=policies.value("platform_limits", "window", "entry_point_hours"),
    )
