"""An epoch turns in the deployed workflow: keys move, the old KMS key goes, and it is proved."""

import io
import json

import pytest
from rich.console import Console

from cli.archive import verify_archive
from cli.demo.messages import invented_phone
from cli.progress import Progress

DAY_MS = 86_400_000


@pytest.fixture
def tables(platform):
    return platform.client("dynamodb"), platform.facts.outputs["amana-local-data"]["KeysTable"]


def items(dynamodb, table):
    pages = dynamodb.get_paginator("scan").paginate(TableName=table)
    return {item["pk"]["S"]: item for page in pages for item in page["Items"]}


def run(platform):
    """The workflow from start to end, as the schedule starts it."""
    stepfunctions = platform.client("stepfunctions")
    arn = platform.facts.outputs["amana-local-content"]["EpochWorkflowArn"]
    execution = stepfunctions.start_execution(stateMachineArn=arn)["executionArn"]

    def told():
        return stepfunctions.describe_execution(executionArn=execution)

    platform.eventually(lambda: told()["status"] != "RUNNING", seconds=120)
    assert told()["status"] == "SUCCEEDED", told()


def test_an_epoch_turns_while_people_are_read_and_written_to(platform, tables):
    dynamodb, table = tables
    phone = invented_phone()
    platform.meta.write({"from": phone, "text": "before"})
    platform.eventually(lambda: platform.conversation_with(phone))
    before = items(dynamodb, table)
    old = int(before["EPOCH"]["number"]["N"])
    age = {":opened": {"N": str(int(before[f"EPOCH#{old}"]["opened_ms"]["N"]) - 400 * DAY_MS)}}
    dynamodb.update_item(
        TableName=table,
        Key={"pk": {"S": f"EPOCH#{old}"}},
        UpdateExpression="SET opened_ms = :opened",
        ExpressionAttributeValues=age,
    )

    run(platform)
    platform.meta.write({"from": phone, "text": "after"})
    conversation = platform.conversation_with(phone)
    platform.eventually(lambda: len(platform.messages(conversation)) == 2)

    # every key has moved, and what was written before is still read
    after = items(dynamodb, table)
    assert int(after["EPOCH"]["number"]["N"]) == old + 1
    living = {pk: item for pk, item in after.items() if "wrapped_key" in item}
    assert living
    assert [pk for pk, item in living.items() if int(item["epoch"]["N"]) != old + 1] == []
    shown = [each["content"]["text"]["body"] for each in platform.messages(conversation)]
    assert sorted(shown) == ["after", "before"]

    # the old KMS key is on its way out
    kms_key = after[f"EPOCH#{old}"]["kms_key"]["S"]
    described = platform.client("kms").describe_key(KeyId=kms_key)["KeyMetadata"]
    assert described["KeyState"] == "PendingDeletion"

    # and a document that nobody can remove says all that
    s3, bucket = platform.client("s3"), platform.facts.outputs["amana-local-data"]["ArchiveBucket"]
    name = after[f"EPOCH#{old}"]["proof"]["S"]
    found = s3.get_object(Bucket=bucket, Key=name)
    assert found["ObjectLockRetainUntilDate"]
    proof = json.loads(found["Body"].read())
    assert proof["kms_key"] == kms_key
    assert proof["moved"] >= 1
    assert proof["dependents"] == 0
    assert proof["deletion_ms"] == int(described["DeletionDate"].timestamp() * 1000)
    lists = [s3.get_object(Bucket=bucket, Key=n)["Body"].read() for n in proof["moved_lists"]]
    moved = {key for each in lists for key, _ in json.loads(each)["keys"]}
    living = [pk for pk, item in before.items() if pk.startswith("KEY#") and "wrapped_key" in item]
    assert {pk.removeprefix("KEY#") for pk in living} <= moved

    # which belongs to a whole archive
    progress = Progress(Console(file=io.StringIO()))
    platform.eventually(lambda: verify_archive(None, platform.stage, progress))


def test_a_run_with_nothing_to_do_changes_nothing(platform, tables):
    before = items(*tables)
    run(platform)
    assert items(*tables) == before
