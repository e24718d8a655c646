"""Parts that every function with content keys puts together in the same way."""

from functools import cache

from functions.core.audit.writer import Writer
from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.keyring import KeyRing
from functions.core.content.kms import KmsRoots
from functions.core.content.records import Sealing
from functions.core.runtime import aws


@cache
def key_ring(*, keys_table: str, audit: Writer) -> KeyRing:
    store = DynamoKeys(aws.dynamodb(), keys_table, audit)
    return KeyRing(store=store, roots=KmsRoots(aws.kms()))


@cache
def sealing(*, keys_table: str, audit: Writer) -> Sealing:
    return Sealing(key_ring(keys_table=keys_table, audit=audit))
