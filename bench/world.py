"""AWS in one process: moto behind the real functions, with a meter between them."""

import importlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.core.models import botocore_stubber

from bench import bodies, calls, graph, units
from bench.infrastructure import STAGE, Infrastructure
from bench.meter import Meter
from functions.core.runtime import aws
from infra.config import load_stage

_BUCKETS = ("bench-transit", "bench-media")
_SECRETS = {
    "meta": {"app_secret": bodies.SECRET, "verify_token": "bench"},
    "access-token": {"access_token": "bench-token"},
    "pseudonym": {"key": "k" * 64},
}
# DynamoDB stores this much beside every item and every entry of an index
_STORAGE_OVERHEAD = 100


class World:
    """The resources and clients of the bench's own; what it does with them is not billed."""

    def __init__(self, infrastructure: Infrastructure, graph_stand_in: graph.GraphStandIn) -> None:
        self.infrastructure = infrastructure
        self.graph = graph_stand_in
        self._dynamodb = boto3.client("dynamodb")
        self.sqs = boto3.client("sqs")
        for name, schema in infrastructure.tables.items():
            self._dynamodb.create_table(TableName=name, **schema)
        self.queues = {
            "inbound": self.sqs.create_queue(QueueName="inbound")["QueueUrl"],
            "outbound": self.sqs.create_queue(
                QueueName="outbound.fifo", Attributes={"FifoQueue": "true"}
            )["QueueUrl"],
        }
        for bucket in _BUCKETS:
            boto3.client("s3").create_bucket(Bucket=bucket)
        secrets = boto3.client("secretsmanager")
        self._secrets = {
            name: secrets.create_secret(Name=name, SecretString=json.dumps(content))["ARN"]
            for name, content in _SECRETS.items()
        }
        self.meter = Meter(infrastructure=infrastructure, read=self._item, answer=botocore_stubber)

    def environment(self) -> dict[str, str]:
        stage = load_stage(STAGE)
        return calls.environment(
            {
                "conversations_table": "conversations",
                "ephemeral_table": "ephemeral",
                "inbound_queue_url": self.queues["inbound"],
                "outbound_queue_url": self.queues["outbound"],
                "transit_bucket": _BUCKETS[0],
                "media_bucket": _BUCKETS[1],
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
            }
        )

    def item(self, pk: str, sk: str) -> Mapping[str, Any]:
        return self._item("conversations", {"pk": {"S": pk}, "sk": {"S": sk}})

    def _item(self, table: str, key: Mapping[str, Any]) -> Mapping[str, Any]:
        found = self._dynamodb.get_item(TableName=table, Key=dict(key), ConsistentRead=True)
        return dict(found.get("Item", {}))

    def stored_bytes(self) -> int:
        """What DynamoDB would bill for storing, indexes included."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName="conversations")
        indexes = self.infrastructure.indexes("conversations")
        total = 0
        for item in (item for page in pages for item in page["Items"]):
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
        _forget()
        for service in ("dynamodb", "sqs", "s3", "secretsmanager"):
            world.meter.attach(aws.client(service).meta.events)
        try:
            yield world
        finally:
            _forget()


def _forget() -> None:
    """Functions build their parts once per process; another world needs others."""
    aws.forget()
    for name in calls.SETTINGS:
        wiring = importlib.import_module(f"functions.{name}.wiring")
        for part in vars(wiring).values():
            if hasattr(part, "cache_clear"):
                part.cache_clear()
