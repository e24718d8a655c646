"""What somebody sees who has every table, every version of every object, and every key there is."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.archive.exports.aws import S3Shelf
from functions.core.archive.exports.opening import Opener
from functions.core.archive.segment import SEGMENT_ENDING, lines
from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.errors import CiphertextRefusedError, KeyDestroyedError
from functions.core.content.frames import HEADER_BYTES
from functions.core.content.keyring import KeyRing
from functions.core.content.kms import KmsRoots
from functions.core.content.records import Sealing
from functions.core.conversations.blobs import blob_binding
from functions.core.media.model import object_binding
from functions.core.runtime.records import Key
from functions.core.runtime.values import decode
from tests.fakes.audit import own_writer

SEALED = ("conversations", "consent", "compliance")


@dataclass(frozen=True, kw_only=True)
class Eye:
    """`client`: of an AWS service by name. `tables`, `buckets`: our names of them → AWS's."""

    client: Callable[[str], Any]
    tables: Mapping[str, str]
    buckets: Mapping[str, str]

    def sees(self) -> Iterator[bytes]:
        yield from self.in_tables()
        yield from self.in_buckets()
        yield from self.in_archive()

    def where(self, *words: str) -> list[bytes]:
        """Around each place, for whoever looks for the reason."""
        wanted = [word.encode() for word in words]
        return [each[:300] for each in self.sees() if any(word in each for word in wanted)]

    def counts(self, *words: str) -> int:
        wanted = [word.encode() for word in words]
        return sum(each.count(word) for each in self.sees() for word in wanted)

    def scan(self, table: str) -> list[Any]:
        paginator = self.client("dynamodb").get_paginator("scan")
        return [item for page in paginator.paginate(TableName=table) for item in page["Items"]]

    def ring(self) -> KeyRing:
        keys = DynamoKeys(self.client("dynamodb"), self.tables["keys"], own_writer())
        return KeyRing(store=keys, roots=KmsRoots(self.client("kms")), refused=lambda: None)

    def copies(self) -> dict[str, list[Any]]:
        """A backup of every table with something about people in it."""
        return {name: self.scan(self.tables[name]) for name in (*SEALED, "keys")}

    def restore(self, copies: Mapping[str, list[Any]]) -> None:
        """What has gone since is back, and what was changed is as it was."""
        dynamodb = self.client("dynamodb")
        for name, items in copies.items():
            for item in items:
                dynamodb.put_item(TableName=self.tables[name], Item=item)

    def in_tables(self) -> Iterator[bytes]:
        ring = self.ring()
        for name, table in self.tables.items():
            items = [decode(item) for item in self.scan(table)]
            yield from (repr(item).encode() for item in items)
            if name in SEALED:
                keyed = {Key(item["pk"], item["sk"]): item for item in items}
                opened = Sealing(ring, store=name).opened(keyed)
                yield from (repr(item).encode() for item in opened.values())

    def in_buckets(self) -> Iterator[bytes]:
        s3, ring = self.client("s3"), self.ring()
        keys = [item["pk"]["S"] for item in self.scan(self.tables["keys"])]
        living = [key.removeprefix("KEY#") for key in keys if key.startswith("KEY#")]
        for name, bucket in self.buckets.items():
            pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
            for each in (each for page in pages for each in page.get("Versions", [])):
                named = {"Bucket": bucket, "Key": each["Key"], "VersionId": each["VersionId"]}
                body = s3.get_object(**named)["Body"].read()
                yield each["Key"].encode() + body
                if name == "media":
                    yield from _opened(ring, living, each["Key"], body)

    def in_archive(self) -> Iterator[bytes]:
        shelf = S3Shelf(self.client("s3"), self.buckets["archive"])
        opener = Opener(ring=self.ring(), shelf=shelf)
        for name, _ in shelf.names(after=""):
            if name.endswith(SEGMENT_ENDING):
                records = [json.loads(line) for line in lines(shelf.read(name) or b"")]
                yield from (repr(record).encode() for record in opener.open(records))


def _opened(ring: KeyRing, keys: list[str], name: str, body: bytes) -> Iterator[bytes]:
    """Which key it is under does not stand on it, so each is tried."""
    for key_id in keys:
        try:
            if name.startswith("updates/"):
                yield ring.open(key_id, blob_binding(name), body)
            else:
                header, rest = body[:HEADER_BYTES], body[HEADER_BYTES:]
                opener = ring.stream_opener(key_id, object_binding(name), header)
                yield b"".join(opener.stream(iter([rest])))
        except (CiphertextRefusedError, KeyDestroyedError):
            continue
