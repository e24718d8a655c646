"""Looking for something in every place where the platform keeps or says anything."""

import base64
import gzip
import json
from collections.abc import Iterable, Iterator

Place = tuple[str, bytes]


def found(places: Iterable[Place], canaries: Iterable[str]) -> list[str]:
    """Where a canary stands in clear, escaped in JSON, or in base64."""
    needles = [(canary, needle) for canary in canaries for needle in _needles(canary)]
    hits = []
    for place, content in places:
        hits += [f"{canary} in {place}" for canary, needle in needles if needle in content]
    return sorted(set(hits))


def _needles(canary: str) -> set[bytes]:
    plain = canary.encode()
    escaped = json.dumps(canary)[1:-1].encode()
    return {plain, escaped, *(_inside_base64(plain, shift) for shift in range(3))}


def _inside_base64(data: bytes, shift: int) -> bytes:
    """What is left of the data's base64 whatever stands before and after it."""
    encoded = base64.b64encode(b"\0" * shift + data)
    return encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]


def everything(platform) -> Iterator[Place]:
    yield from tables(platform.client("dynamodb"))
    yield from objects(platform.client("s3"))
    yield from queues(platform.client("sqs"))
    yield from logs(platform.client("logs"))
    yield from executions(platform.client("stepfunctions"))
    yield "the functions' output", platform.workspace.log("emulator").read_bytes()


def tables(dynamodb) -> Iterator[Place]:
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            for item in page["Items"]:
                yield from ((f"table {table}", leaf) for leaf in _leaves(item))


def objects(s3) -> Iterator[Place]:
    """Every version of every object, unpacked where it is packed; not the functions' code."""
    for bucket in (each["Name"] for each in s3.list_buckets()["Buckets"]):
        if "amana-" not in bucket:
            continue
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for version in page.get("Versions", []):
                key = version["Key"]
                answer = s3.get_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
                body = answer["Body"].read()
                place = f"bucket {bucket}, object {key}"
                yield place, key.encode()
                yield place, json.dumps(answer.get("Metadata", {})).encode()
                yield place, gzip.decompress(body) if key.endswith(".gz") else body


def queues(sqs) -> Iterator[Place]:
    for url in sqs.list_queues().get("QueueUrls", []):
        yield from queue(sqs, url)


def queue(sqs, url) -> Iterator[Place]:
    answer = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["All"],
    )
    for message in answer.get("Messages", []):
        del message["ReceiptHandle"]
        yield f"queue {url}", json.dumps(message, default=str).encode()
        yield f"queue {url}", message["Body"].encode()


def logs(client) -> Iterator[Place]:
    for group in client.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        for page in client.get_paginator("filter_log_events").paginate(logGroupName=name):
            for event in page["events"]:
                yield f"log {name}", event["message"].encode()


def executions(stepfunctions) -> Iterator[Place]:
    for machine in stepfunctions.list_state_machines()["stateMachines"]:
        arn = machine["stateMachineArn"]
        for execution in stepfunctions.list_executions(stateMachineArn=arn)["executions"]:
            ran = execution["executionArn"]
            yield f"execution {ran}", json.dumps(execution, default=str).encode()
            history = stepfunctions.get_execution_history(executionArn=ran)
            for event in history["events"]:
                yield f"execution {ran}", json.dumps(event, default=str).encode()


def _leaves(value) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, str):
        yield value.encode()
    elif isinstance(value, dict):
        for name, part in value.items():
            yield str(name).encode()
            yield from _leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part)
