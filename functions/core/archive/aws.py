"""The archive's stores on S3 and DynamoDB."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from functions.core.archive.segment import Head
from functions.core.archive.store import Kept
from functions.core.runtime import clock
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.failures import as_unavailable
from functions.core.runtime.records import Item, Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import ObjectLockModeType
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_HEADS = "ARCHIVE#HEADS"
_SHORTEST = timedelta(minutes=15)
_GONE = ("NoSuchKey", "404")


class S3Vault:
    """`Vault` in a bucket with Object Lock. `mode`: GOVERNANCE or COMPLIANCE."""

    def __init__(self, client: "S3Client", bucket: str, *, mode: str) -> None:
        self._client = client
        self._bucket = bucket
        self._mode = mode

    def add(self, name: str, data: bytes, *, until: datetime) -> bool:
        """Two at once: S3 tells one of them to try again, which the stream does.

        No lock can end in the past: what comes late is locked for a moment at least.
        """
        with as_unavailable("adding to the archive"):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=name,
                    Body=data,
                    IfNoneMatch="*",
                    ChecksumAlgorithm="SHA256",
                    ObjectLockMode=cast("ObjectLockModeType", self._mode),
                    ObjectLockRetainUntilDate=max(until, clock.now() + _SHORTEST),
                )
            except ClientError as error:
                if error.response["Error"]["Code"] == "PreconditionFailed":
                    return False
                raise
        return True

    def read(self, name: str) -> Kept | None:
        found = stored(self._client, self._bucket, name, "reading the archive")
        if found is None:
            return None
        return Kept(found["Body"].read(), found.get("ObjectLockRetainUntilDate"))


class S3Source:
    """`Source`: ciphertexts in the media bucket, which nobody here can open."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def get(self, name: str) -> bytes | None:
        found = stored(self._client, self._bucket, name, "reading a large update")
        return None if found is None else found["Body"].read()


def stored(
    client: "S3Client", bucket: str, name: str, doing: str
) -> "GetObjectOutputTypeDef | None":
    """An object as S3 answers with it; None when there is none."""
    with as_unavailable(doing):
        try:
            return client.get_object(Bucket=bucket, Key=name)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise


class DynamoHeads:
    """`Heads` in the table `compliance`, all in one partition: a write for each batch at most."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._records = DynamoRecords(client, table)

    def read(self, shard: str) -> Head | None:
        key = Key(_HEADS, shard)
        item = self._records.load([key], consistent=True).get(key)
        return None if item is None else _head(item)

    def all(self) -> dict[str, Head]:
        """Of every shard there ever was: a stream has a few new ones a day."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :heads",
            "ExpressionAttributeValues": encode({":heads": _HEADS}),
            "ConsistentRead": True,
        }
        found: dict[str, Head] = {}
        while True:
            with translated():
                page = self._client.query(**request)
            items = [decode(item) for item in page["Items"]]
            found.update({item["sk"]: _head(item) for item in items})
            if "LastEvaluatedKey" not in page:
                return found
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def move(self, shard: str, old: Head | None, new: Head) -> bool:
        expression = Expression()
        expression.expect("sequence", None if old is None else str(old.sequence))
        expression.set("sequence", str(new.sequence))
        expression.set("manifest", new.manifest)
        expression.set("sha256", new.sha256)
        return self._records.update(expression, Key(_HEADS, shard))


def _head(item: Item) -> Head:
    return Head(int(item["sequence"]), item["manifest"], item["sha256"])
