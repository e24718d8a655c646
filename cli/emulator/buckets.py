"""What the emulator's CloudFormation ignores of buckets, set through S3.

Default encryption, and Object Lock: S3 itself knows both.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.local.aws import LOCAL_CONFIG, local_session

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


@dataclass(frozen=True, kw_only=True)
class EncryptedBucket:
    """A bucket and its key by their logical ids in one stack."""

    stack: str
    bucket: str
    key: str


@dataclass(frozen=True, kw_only=True)
class LockedBucket:
    """`lock`: as S3 takes it, which is as the template has it."""

    stack: str
    bucket: str
    lock: dict[str, Any]


def set_default_encryption(assembly: Path, *, endpoint: str) -> None:
    """Give each bucket the key its template names."""
    session = local_session()
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    s3 = session.client("s3", endpoint_url=endpoint, config=LOCAL_CONFIG)
    for each in encrypted_buckets(assembly):
        key = _physical_id(cloudformation, each.stack, each.key)
        rule: Any = {
            "ApplyServerSideEncryptionByDefault": {
                "SSEAlgorithm": "aws:kms",
                "KMSMasterKeyID": key,
            },
            "BucketKeyEnabled": True,
        }
        s3.put_bucket_encryption(
            Bucket=_physical_id(cloudformation, each.stack, each.bucket),
            ServerSideEncryptionConfiguration={"Rules": [rule]},
        )


def set_object_lock(assembly: Path, *, endpoint: str) -> None:
    """Lock each bucket as its template says."""
    session = local_session()
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    s3 = session.client("s3", endpoint_url=endpoint, config=LOCAL_CONFIG)
    for each in locked_buckets(assembly):
        configuration: Any = each.lock
        s3.put_object_lock_configuration(
            Bucket=_physical_id(cloudformation, each.stack, each.bucket),
            ObjectLockConfiguration=configuration,
        )


def encrypted_buckets(assembly: Path) -> list[EncryptedBucket]:
    return list(_encrypted(assembly))


def locked_buckets(assembly: Path) -> list[LockedBucket]:
    return [
        LockedBucket(stack=stack, bucket=name, lock=properties["ObjectLockConfiguration"])
        for stack, name, properties in _buckets(assembly)
        if "ObjectLockConfiguration" in properties
    ]


def _encrypted(assembly: Path) -> Iterator[EncryptedBucket]:
    for stack, name, properties in _buckets(assembly):
        if "BucketEncryption" not in properties:
            continue
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        default = rule["ServerSideEncryptionByDefault"]
        if default["SSEAlgorithm"] == "aws:kms":
            key, _ = default["KMSMasterKeyID"]["Fn::GetAtt"]
            yield EncryptedBucket(stack=stack, bucket=name, key=key)


def _buckets(assembly: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Stack, logical id and properties of every bucket."""
    for path in sorted(assembly.glob("*.template.json")):
        template = json.loads(path.read_text(encoding="utf-8"))
        for name, resource in template["Resources"].items():
            if resource["Type"] == "AWS::S3::Bucket":
                yield path.name.removesuffix(".template.json"), name, resource["Properties"]


def _physical_id(client: "CloudFormationClient", stack: str, logical_id: str) -> str:
    found = client.describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return found["StackResourceDetail"]["PhysicalResourceId"]
