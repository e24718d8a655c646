"""Composition root: built once per execution environment, on the first request that needs it."""

import os
from functools import cache

from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.contacts import wiring as contacts
from functions.core.content import wiring as content
from functions.core.content.tickets import DynamoTickets, Tickets
from functions.core.content.transit import TransitSealer
from functions.core.media import policy
from functions.core.media.keeping import Keeper
from functions.core.media.objects import S3Objects
from functions.core.media.parts import NewParts
from functions.core.media.queue import SqsUploadQueue
from functions.core.media.serving import Serving
from functions.core.media.store import DynamoMedia
from functions.core.media.uploads import Uploads
from functions.core.runtime import aws, clock
from functions.media_api.settings import MediaApiSettings


@cache
def settings() -> MediaApiSettings:
    return MediaApiSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="media_api", outbox_table=settings().outbox_table)


@cache
def store() -> DynamoMedia:
    chosen = settings()
    sealing = content.sealing(keys_table=chosen.keys_table, audit=audit())
    return DynamoMedia(aws.dynamodb(), chosen.conversations_table, sealing)


@cache
def uploads() -> Uploads:
    chosen = settings()
    return Uploads(
        store=store(),
        parts=NewParts(
            objects=_objects(chosen.transit_bucket),
            sealer=TransitSealer(aws.kms(), chosen.transit_key_arn),
        ),
        queue=SqsUploadQueue(aws.sqs(), chosen.media_queue_url),
        pseudonyms=contacts.pseudonyms(
            secret_arn=chosen.pseudonym_secret_arn, portfolio_id=chosen.portfolio_id
        ),
        phone_number_ids=tuple(chosen.phone_number_ids.split(",")),
        now_ms=clock.now_ms,
    )


@cache
def serving() -> Serving:
    chosen = settings()
    ring = content.key_ring(keys_table=chosen.keys_table, audit=audit())
    return Serving(
        store=store(),
        keeper=Keeper(ring=ring, objects=_objects(chosen.media_bucket)),
        tickets=Tickets(DynamoTickets(aws.dynamodb(), chosen.ephemeral_table), now_ms=clock.now_ms),
        now_ms=clock.now_ms,
    )


def _objects(bucket: str) -> S3Objects:
    return S3Objects(aws.s3(), bucket, part_bytes=policy.number("fetch", "part"))
