from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class AuditSequencerSettings(Settings):
    # tiles and checkpoints, under Object Lock
    audit_bucket: str
    # entries come from its stream; how many writers there are stands in it
    outbox_table: str
    # KMS key, ECC_NIST_P256, that signs checkpoints
    signing_key_arn: str
    # the log's name: first line of every checkpoint
    origin: str
    # GOVERNANCE, or COMPLIANCE in production
    lock_mode: str
    # of entries and full tiles
    retention_days: int
    # of partial tiles
    partial_days: int
    # the witness's function (an ARN, maybe of another account); "" where there is none
    witness_function: str
    # "window": the event source has a tumbling window, so every event names its shard;
    # "one": the stream has one shard (the local emulator)
    stream_shards: str
