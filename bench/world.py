"""AWS in one process: moto behind the real functions, with a meter between them."""

import importlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.core.models import botocore_stubber

from bench import bodies, calls, graph, units
from bench.infrastructure import STAGE, Infrastructure
from bench.meter import Meter
from functions.core.audit import wiring as auditing
from functions.core.content import wiring as content
from functions.core.runtime import aws
from infra.config import load_stage

if TYPE_CHECKING:
    from functions.core.content.keyring import KeyRing

_BUCKETS = {name: f"bench-{name}" for name in ("transit", "media", "archive")}
_QUEUES = {"inbound": "inbound", "media": "media", "outbound": "outbound.fifo"}
_SECRETS = {
    "meta": {"app_secret": bodies.SECRET, "verify_token": "bench"},
    "access-token": {"access_token": "bench-token"},
    "pseudonym": {"key": "k" * 64},
}
_KEYS = "keys"
# DynamoDB stores this much beside every item and every entry of an index
_STORAGE_OVERHEAD = 100


class World:
    """The resources and clients of the bench's own; what it does with them is not billed."""

    def __init__(self, infrastructure: Infrastructure, graph_stand_in: graph.GraphStandIn) -> None:
        self.infrastructure = infrastructure
        self.graph = graph_stand_in
        self._dynamodb = boto3.client("dynamodb")
        self._kms = boto3.client("kms")
        self.sqs = boto3.client("sqs")
        for name, schema in infrastructure.tables.items():
            self._dynamodb.create_table(TableName=name, **schema)
        self.queues = {name: self._queue(full) for name, full in _QUEUES.items()}
        for name, bucket in _BUCKETS.items():
            boto3.client("s3").create_bucket(
                Bucket=bucket, ObjectLockEnabledForBucket=name == "archive"
            )
        secrets = boto3.client("secretsmanager")
        self._secrets = {
            name: secrets.create_secret(Name=name, SecretString=json.dumps(secret))["ARN"]
            for name, secret in _SECRETS.items()
        }
        self._transit_key = self._kms.create_key()["KeyMetadata"]["Arn"]
        self.open_epoch(1)
        self.meter = Meter(infrastructure=infrastructure, read=self._item, answer=botocore_stubber)
        self._rings: dict[str, KeyRing] = {}
        self._streamed = 0

    def _queue(self, name: str) -> str:
        fifo: Any = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        return str(self.sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"])

    def open_epoch(self, number: int) -> None:
        """As the workflow does, which also closes the one before."""
        from tests.fakes.tables import open_epoch

        open_epoch(self._dynamodb, self._kms, _KEYS, number)

    def environment(self) -> dict[str, str]:
        stage = load_stage(STAGE)
        role = "arn:aws:iam::123456789012:role/bench"
        return calls.environment(
            {
                "stage": STAGE,
                "conversations_table": "conversations",
                "ephemeral_table": "ephemeral",
                "keys_table": _KEYS,
                "compliance_table": "compliance",
                "outbox_table": "outbox",
                "consent_table": "consent",
                "consent_rules": stage.tenant.consent_rules,
                "content_rules": stage.tenant.content_rules,
                "profile_names": "on",
                "controller": stage.tenant.controller_json,
                "timezone": stage.tenant.timezone,
                "first_contact_notice": "off",
                "waba_id": stage.tenant.waba_id,
                "inbound_queue_url": self.queues["inbound"],
                "outbound_queue_url": self.queues["outbound"],
                "media_queue_url": self.queues["media"],
                "transit_bucket": _BUCKETS["transit"],
                "media_bucket": _BUCKETS["media"],
                "archive_bucket": _BUCKETS["archive"],
                "transit_key_arn": self._transit_key,
                "meta_secret_arn": self._secrets["meta"],
                "access_token_secret_arn": self._secrets["access-token"],
                "pseudonym_secret_arn": self._secrets["pseudonym"],
                "portfolio_id": "100000000000001",
                "phone_number_ids": bodies.NUMBER,
                "graph_url": self.graph.url,
                "graph_version": stage.graph_version,
                "claim_check_bytes": stage.claim_check_bytes,
                "ambiguous_wait_seconds": stage.ambiguous_wait_seconds,
                "max_pending_per_conversation": stage.max_pending_per_conversation,
                "messages_per_second": stage.tenant.messages_per_second,
                "card_policy": stage.tenant.card_policy,
                "language": stage.tenant.language,
                "lock_mode": stage.archive_lock_mode,
                "retention_days": stage.archive_retention.days,
                "retention_class": stage.archive_retention.name,
                "stream_shards": "window",
                "key_user_role_arns": role,
                "administrator_role_arn": role,
                "account": "123456789012",
                "partition": "aws",
                "epoch_days": stage.epoch_days,
                "pending_days": stage.epoch_key_pending_days,
            }
        )

    def keep_apart(self, function: str) -> None:
        """Execution environments share no memory: each function has a key ring of its own."""
        if content.key_ring.cache_info().currsize:
            writer = auditing.writer(function=function, outbox_table="outbox")
            self._rings[function] = content.key_ring(keys_table=_KEYS, audit=writer)
            _forget(content)

    def forget_people(self) -> None:
        """Content keys are no longer in anybody's memory, the roots above them still are."""
        for ring in self._rings.values():
            ring._held.clear()  # noqa: SLF001 - what time does in five minutes

    def item(self, pk: str, sk: str) -> Mapping[str, Any]:
        return self._item("conversations", {"pk": {"S": pk}, "sk": {"S": sk}})

    def _item(self, table: str, key: Mapping[str, Any]) -> Mapping[str, Any]:
        found = self._dynamodb.get_item(TableName=table, Key=dict(key), ConsistentRead=True)
        return dict(found.get("Item", {}))

    def items(self, table: str) -> Iterator[Mapping[str, Any]]:
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=table):
            yield from page["Items"]

    def archived_bytes(self) -> int:
        """Segments, manifests and large ciphertexts."""
        listed = boto3.client("s3").list_objects_v2(Bucket=_BUCKETS["archive"])
        return sum(found["Size"] for found in listed.get("Contents", []))

    def changes(self) -> list[Any]:
        """Of the conversations table since the last look, as its stream tells them."""
        streams: Any = boto3.client("dynamodbstreams")
        table = self._dynamodb.describe_table(TableName="conversations")["Table"]
        arn = table["LatestStreamArn"]
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        first = int(shard["SequenceNumberRange"]["StartingSequenceNumber"])
        found: list[Any] = []
        while True:
            iterator = streams.get_shard_iterator(
                StreamArn=arn,
                ShardId=shard["ShardId"],
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=str(first + self._streamed),
            )["ShardIterator"]
            page = streams.get_records(ShardIterator=iterator)["Records"]
            if not page:
                return found
            for record in page:
                # moto gives changes made at the same time the same number
                record["dynamodb"]["SequenceNumber"] = str(first + self._streamed)
                self._streamed += 1
            found += page

    def stored_bytes(self) -> int:
        """What DynamoDB would bill for storing, indexes included."""
        total = 0
        for table in ("conversations", _KEYS):
            indexes = self.infrastructure.indexes(table)
            for item in self.items(table):
                entries = [entry for index in indexes if (entry := index.entry(item)) is not None]
                total += sum(units.item_bytes(e) + _STORAGE_OVERHEAD for e in [item, *entries])
        return total


@contextmanager
def running(infrastructure: Infrastructure) -> Iterator[World]:
    with mock_aws(), patch.dict(os.environ, calls.AWS_ENVIRONMENT), graph.running() as stand_in:
        for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
            os.environ.pop(name, None)
        world = World(infrastructure, stand_in)
        os.environ.update(world.environment())
        _start_anew()
        for service in ("dynamodb", "sqs", "s3", "secretsmanager", "kms"):
            world.meter.attach(aws.client(service).meta.events)
        try:
            yield world
        finally:
            _start_anew()


def _start_anew() -> None:
    """Functions build their parts once per process; another world needs others."""
    aws.forget()
    _forget(auditing)
    _forget(content)
    for name in calls.SETTINGS:
        _forget(importlib.import_module(f"functions.{name}.wiring"))


def _forget(wiring: Any) -> None:
    for part in vars(wiring).values():
        if hasattr(part, "cache_clear"):
            part.cache_clear()
