"""Every store twice: the in-memory fake and DynamoDB (moto) run through the same suite."""

from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.core.content.records import SealedRecords
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.sending.channels import DynamoChannels, DynamoPace
from functions.core.sending.dynamodb import DynamoDue, DynamoSending
from tests.fakes import tables
from tests.fakes.audit import table_writer
from tests.fakes.keys import sealing
from tests.fakes.records import MemoryRecords
from tests.fakes.sending import MemoryChannels, MemoryPace, MemorySending


class Sending(DynamoSending, DynamoDue):
    def __init__(self, client, table, seal):
        DynamoSending.__init__(self, client, table, seal, table_writer(client))


@dataclass
class Stores:
    records: Any
    sending: Any
    channels: Any
    pace: Any


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request):
    if request.param == "memory":
        records = MemoryRecords()
        yield Stores(records, MemorySending(records), MemoryChannels(), MemoryPace())
        return
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        seal = sealing()
        yield Stores(
            SealedRecords(DynamoRecords(client, "conversations"), seal),
            Sending(client, "conversations", seal),
            DynamoChannels(client, "conversations"),
            DynamoPace(client, "ephemeral"),
        )
