"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.contacts import wiring as contacts
from functions.core.content import wiring as content
from functions.core.content.records import SealedRecords
from functions.core.content.transit import TransitOpener
from functions.core.conversations.read_dynamodb import S3BlobSource
from functions.core.media import policy
from functions.core.media.facts import Facts
from functions.core.media.fetching import Fetching
from functions.core.media.graph import MediaGraph
from functions.core.media.hosts import Hosts
from functions.core.media.keeping import Keeper
from functions.core.media.objects import S3Objects
from functions.core.media.parts import StoredParts
from functions.core.media.publishing import Publishing
from functions.core.media.queue import SqsUploadQueue
from functions.core.media.scanning import Scanning
from functions.core.media.service import MediaService
from functions.core.media.settling import Settling
from functions.core.media.store import DynamoMedia
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.secrets import SecretCache
from functions.media.settings import MediaSettings


@cache
def settings() -> MediaSettings:
    return MediaSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="media", outbox_table=settings().outbox_table)


@cache
def queue() -> SqsUploadQueue:
    return SqsUploadQueue(aws.sqs(), settings().media_queue_url)


class GraphToken:
    def __init__(self, secrets: SecretCache, arn: str) -> None:
        self._secrets = secrets
        self._arn = arn

    def get(self) -> str:
        return self._secrets.get(self._arn)["access_token"]

    def forget(self) -> None:
        self._secrets.forget(self._arn)


@cache
def service() -> MediaService:
    chosen = settings()
    secrets = SecretCache(aws.secrets())
    pseudonyms = contacts.pseudonyms(
        secret_arn=chosen.pseudonym_secret_arn, portfolio_id=chosen.portfolio_id
    )
    sealing = content.sealing(keys_table=chosen.keys_table, audit=audit())
    store = DynamoMedia(aws.dynamodb(), chosen.conversations_table, sealing)
    settling = Settling(store, now_ms=clock.now_ms)
    keeper = Keeper(ring=sealing.ring, objects=_objects(chosen.media_bucket))
    graph = MediaGraph(
        url=chosen.graph_url,
        version=chosen.graph_version,
        hosts=Hosts(chosen.media_hosts),
        token=GraphToken(secrets, chosen.access_token_secret_arn),
    )
    scanning = Scanning(
        store=store,
        keeper=keeper,
        copies=_objects(chosen.scan_bucket) if chosen.malware_scan == "on" else None,
        bucket=chosen.scan_bucket,
        now_ms=clock.now_ms,
    )
    records = DynamoRecords(aws.dynamodb(), chosen.conversations_table)
    return MediaService(
        facts=Facts(
            records=SealedRecords(records, sealing),
            blobs=S3BlobSource(aws.s3(), chosen.media_bucket, sealing.ring),
            pseudonyms=pseudonyms,
        ),
        fetching=Fetching(
            settling=settling,
            graph=graph,
            keeper=keeper,
            scanning=scanning,
            pseudonyms=pseudonyms,
            now_ms=clock.now_ms,
        ),
        publishing=Publishing(
            store=store,
            settling=settling,
            graph=graph,
            keeper=keeper,
            parts=StoredParts(
                objects=_objects(chosen.transit_bucket), opener=TransitOpener(aws.kms())
            ),
            now_ms=clock.now_ms,
        ),
        scanning=scanning,
        now_ms=clock.now_ms,
    )


def _objects(bucket: str) -> S3Objects:
    return S3Objects(aws.s3(), bucket, part_bytes=policy.number("fetch", "part"))
