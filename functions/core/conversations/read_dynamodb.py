"""`Listing` on DynamoDB, `BlobSource` on S3."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.conversations.read_store import Listed
from functions.core.runtime.dynamodb import translated
from functions.core.runtime.failures import as_unavailable
from functions.core.runtime.records import Item
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


class DynamoListing:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def newest(self, listed: Listed, partition: str, *, before: str, limit: int) -> list[Item]:
        request = self._request(listed, partition, before)
        found: list[Item] = []
        while True:
            with translated():
                page = self._client.query(**request, Limit=limit - len(found))
            found += [decode(item) for item in page["Items"]]
            last = page.get("LastEvaluatedKey")
            if last is None or len(found) >= limit:
                return found
            request["ExclusiveStartKey"] = last  # a page of DynamoDB ends at 1 MB

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
    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def get(self, key: str) -> bytes | None:
        with as_unavailable("reading a large update"):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] == "NoSuchKey":
                    return None
                raise
