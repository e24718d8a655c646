"""Parts that every function that knows people puts together in the same way."""

from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.runtime import aws, clock
from functions.core.runtime.ids import random_id
from functions.core.runtime.records import RecordStore
from functions.core.runtime.secrets import SecretCache


def pseudonyms(*, secret_arn: str, portfolio_id: str) -> Pseudonyms:
    key = SecretCache(aws.secrets()).get(secret_arn)["key"]
    return Pseudonyms(key=key.encode(), portfolio_id=portfolio_id)


def directory(records: RecordStore, names: Pseudonyms) -> Directory:
    return Directory(
        records=records,
        pseudonyms=names,
        new_id=lambda _: random_id(),
        now_ms=clock.now_ms,
    )
