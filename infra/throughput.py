"""How much of a stage runs at once, and how fast it may be asked."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """API Gateway's token bucket of one stage."""

    requests_per_second: int
    burst: int


@dataclass(frozen=True, kw_only=True)
class Concurrency:
    """Executions a function may have at once; reserved, so that none starves another."""

    webhook: int
    inbound: int
    sender: int
    messages_api: int
    media: int
    media_api: int
    # at least one for each shard of the stream: DynamoDB makes more as traffic grows
    archiver: int
    archive_api: int
    exporter: int
    consent_api: int
    consent_importer: int
    # one for each shard of the outbox's stream, of which a new table has four, and the heartbeat
    audit_sequencer: int = 5
    audit_api: int = 2
    # shards of the index of what is due that are worked on at once, and a run by hand
    retention: int = 9
    retention_api: int = 2
    holds_api: int = 2
    holder: int = 4
    rights_api: int = 5
    rights: int = 5
    access: int = 4
    disclosure: int = 5
    erasure: int = 4
    wakeup: int = 1
    # one that turns an epoch, and the hour's that looks whether there is one to turn
    epoch: int = 2
