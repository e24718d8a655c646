"""What lies in moto's tables, buckets and queues as whoever may look there sees it.

And what may happen to it: KMS does not answer, a key is destroyed, an item stands elsewhere.
"""

import base64
import json
from contextlib import contextmanager

import boto3
from botocore.exceptions import ClientError

from functions.core.content import wiring as content
from functions.core.content.dynamodb import DynamoKeys
from functions.core.runtime import aws
from tests.fakes import tables
from tests.fakes.audit import table_writer


def create_stores():
    """Tables with an open epoch, buckets, the transit key (its ARN) and the pseudonym secret."""
    dynamodb, kms = boto3.client("dynamodb"), boto3.client("kms")
    tables.create(dynamodb)
    tables.open_epoch(dynamodb, kms)
    where = {"LocationConstraint": "eu-central-1"}
    for bucket in ("transit", "media"):
        boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    return kms.create_key()["KeyMetadata"]["Arn"]


def create_queue(name):
    fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    return boto3.client("sqs").create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]


def pseudonym_secret(key="k"):
    secrets = boto3.client("secretsmanager")
    text = json.dumps({"key": key})
    return secrets.create_secret(Name="pseudonym", SecretString=text)["ARN"]


def start_anew(*wirings):
    """New execution environments: nothing of an earlier one is in memory."""
    for wiring in (*wirings, content):
        for made in vars(wiring).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()


@contextmanager
def without_kms(monkeypatch, code="KMSInternalException"):
    def refuse(**_):
        raise ClientError({"Error": {"Code": code, "Message": "canary of AWS"}}, "any")

    with monkeypatch.context() as broken:
        for operation in ("decrypt", "generate_data_key"):
            broken.setattr(aws.kms(), operation, refuse)
        yield


def items(table="conversations", prefix=""):
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    found = [item for page in pages for item in page["Items"]]
    return [item for item in found if item["pk"]["S"].startswith(prefix)]


def put(item, table="conversations"):
    boto3.client("dynamodb").put_item(TableName=table, Item=item)


def destroy(key_id):
    """As whoever erases does."""
    keys = DynamoKeys(boto3.client("dynamodb"), "keys", table_writer(boto3.client("dynamodb")))
    assert keys.destroy(keys.load([key_id])[key_id], now_ms=1_790_000_000_000)


def at_rest():
    """Everything that is kept, names and keys included, as bytes to be searched."""
    return b"\n".join([*_in_tables(), *_in_buckets(), *_in_queues()])


def _in_tables():
    for table in boto3.client("dynamodb").list_tables()["TableNames"]:
        for item in items(table):
            yield from _leaves(item)


def _leaves(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name.encode()
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value if isinstance(value, bytes) else str(value).encode()


def _in_buckets():
    s3 = boto3.client("s3")
    for bucket in (each["Name"] for each in s3.list_buckets()["Buckets"]):
        for listed in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            yield listed["Key"].encode()
            yield s3.get_object(Bucket=bucket, Key=listed["Key"])["Body"].read()


def _in_queues():
    """Messages show up again at once."""
    sqs = boto3.client("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        found = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        for message in found.get("Messages", []):
            yield json.dumps(message).encode()
            yield _decoded(message["Body"])


def _decoded(text):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
