"""The writer of a function: one in each execution environment."""

from functools import cache

from functions.core.audit.outbox import DynamoOutbox
from functions.core.audit.writer import Writer
from functions.core.runtime import aws, clock


@cache
def writer(*, function: str, outbox_table: str) -> Writer:
    outbox = DynamoOutbox(aws.dynamodb(), outbox_table, now_ms=clock.now_ms)
    return Writer(outbox, function=function, now_ms=clock.now_ms)
