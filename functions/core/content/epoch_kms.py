"""`EpochKeys` on KMS, `Proofs` on the archive bucket."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.content.kms import epoch_context
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

# What an administrator of the account may do with an epoch's key. Not among it: to use it, and to
# call its deletion off.
_MANAGE = (
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
)
_TURN = (*_MANAGE, "kms:GenerateDataKey", "kms:Decrypt", "kms:TagResource")


@dataclass(frozen=True)
class Access:
    """Who may do what with an epoch's key, as ARNs."""

    account_root: str
    administrator: str
    users: Sequence[str]

    def policy(self) -> str:
        return json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    _statement("manage", [self.account_root], _MANAGE),
                    _statement("turn", [self.administrator], _TURN),
                    _statement("open", sorted(self.users), ["kms:Decrypt"]),
                ],
            }
        )


class KmsEpochKeys:
    def __init__(
        self, client: "KMSClient", access: Access, *, stage: str, pending_days: int
    ) -> None:
        self._client = client
        self._access = access
        self._stage = stage
        self._pending_days = pending_days

    def make(self, number: int) -> tuple[str, bytes]:
        with as_unavailable("making an epoch's key"):
            made = self._client.create_key(
                Description=f"Amana: content keys of epoch {number} ({self._stage})",
                Policy=self._access.policy(),
                Tags=[
                    {"TagKey": "amana:stage", "TagValue": self._stage},
                    {"TagKey": "amana:epoch", "TagValue": str(number)},
                ],
            )
            arn = made["KeyMetadata"]["Arn"]
            root = self._client.generate_data_key(
                KeyId=arn, KeySpec="AES_256", EncryptionContext=epoch_context(number)
            )
        return arn, root["CiphertextBlob"]

    def share(self, kms_key: str) -> None:
        with as_unavailable("sharing an epoch's key"):
            self._client.put_key_policy(KeyId=kms_key, Policy=self._access.policy())

    def delete(self, kms_key: str) -> int:
        with as_unavailable("deleting an epoch's key"):
            try:
                told: Any = self._client.schedule_key_deletion(
                    KeyId=kms_key, PendingWindowInDays=self._pending_days
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "KMSInvalidStateException":
                    raise
                told = self._client.describe_key(KeyId=kms_key)["KeyMetadata"]  # scheduled before
        return int(told["DeletionDate"].timestamp() * 1000)


class LockedProofs:
    """JSON documents that nobody can change or remove before their time."""

    def __init__(
        self,
        client: "S3Client",
        bucket: str,
        *,
        lock_mode: Any,
        retention_days: int,
        now: Callable[[], datetime],
        folder: str = "proofs",
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._folder = folder
        self._lock_mode = lock_mode
        self._retention = timedelta(days=retention_days)
        self._now = now

    def put(self, kind: str, content: object) -> str:
        body = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
        name = f"{self._folder}/{kind}-{hashlib.sha256(body).hexdigest()}.json"
        with as_unavailable("storing a proof"):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=name,
                    Body=body,
                    ContentType="application/json",
                    IfNoneMatch="*",
                    ObjectLockMode=self._lock_mode,
                    ObjectLockRetainUntilDate=self._now().astimezone(UTC) + self._retention,
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "PreconditionFailed":
                    raise  # else it is there: the name follows from the content
        return name


def _statement(sid: str, principals: Sequence[str], actions: Sequence[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": list(principals)},
        "Action": list(actions),
        "Resource": "*",
    }
