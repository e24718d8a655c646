"""Default encryption of buckets, which the emulator's CloudFormation ignores, set through S3."""

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


def encrypted_buckets(assembly: Path) -> list[EncryptedBucket]:
    return [each for path in sorted(assembly.glob("*.template.json")) for each in _in(path)]


def _in(path: Path) -> Iterator[EncryptedBucket]:
    stack = path.name.removesuffix(".template.json")
    template = json.loads(path.read_text(encoding="utf-8"))
    for name, resource in template["Resources"].items():
        encryption = resource.get("Properties", {}).get("BucketEncryption")
        if resource["Type"] != "AWS::S3::Bucket" or encryption is None:
            continue
        rule = encryption["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]
        if rule["SSEAlgorithm"] == "aws:kms":
            key, _ = rule["KMSMasterKeyID"]["Fn::GetAtt"]
            yield EncryptedBucket(stack=stack, bucket=name, key=key)


def _physical_id(client: "CloudFormationClient", stack: str, logical_id: str) -> str:
    found = client.describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return found["StackResourceDetail"]["PhysicalResourceId"]
