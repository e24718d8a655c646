"""`Listing` on DynamoDB, `BlobSource` on S3."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.conversations.blobs import blob_binding
from functions.core.conversations.read_store import Listed
from functions.core.runtime.dynamodb import translated
from functions.core.runtime.failures import as_unavailable
from functions.core.runtime.records import Item, Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from functions.core.content.keyring import KeyRing
    from functions.core.content.records import Sealing


class DynamoListing:
    def __init__(self, client: "DynamoDBClient", table: str, sealing: "Sealing") -> None:
        self._client = client
        self._table = table
        self._sealing = sealing

    def newest(self, listed: Listed, partition: str, *, before: str, limit: int) -> list[Item]:
        request = self._request(listed, partition, before)
        found: list[Item] = []
        while True:
            with translated():
                page = self._client.query(**request, Limit=limit - len(found))
            found += self._opened(listed, [decode(item) for item in page["Items"]])
            last = page.get("LastEvaluatedKey")
            if last is None or len(found) >= limit:
                return found
            request["ExclusiveStartKey"] = last  # a page of DynamoDB ends at 1 MB

    def _opened(self, listed: Listed, items: list[Item]) -> list[Item]:
        if listed is not Listed.TABLE:  # indexes hold keys only
            return items
        return list(self._sealing.opened({Key(i["pk"], i["sk"]): i for i in items}).values())

    def _request(self, listed: Listed, partition: str, before: str) -> dict[str, Any]:
        names = dict(zip(("#partition", "#sort"), listed.keys, strict=True))
        index = {} if listed is Listed.TABLE else {"IndexName": listed.value}
        return {
            "TableName": self._table,
            **index,
            "KeyConditionExpression": "#partition = :partition AND #sort < :before",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": encode({":partition": partition, ":before": before}),
            "ScanIndexForward": False,
        }


class S3BlobSource:
    def __init__(self, client: "S3Client", bucket: str, ring: "KeyRing") -> None:
        self._client = client
        self._bucket = bucket
        self._ring = ring

    def get(self, name: str, *, key_id: str) -> bytes | None:
        with as_unavailable("reading a large update"):
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=name)["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] == "NoSuchKey":
                    return None
                raise
        return self._ring.open(key_id, blob_binding(name), found)
