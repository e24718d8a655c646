from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class EpochSettings(Settings):
    stage: str
    keys_table: str
    # proofs go there, under the same lock as the archive
    archive_bucket: str
    lock_mode: str
    retention_days: int
    # who may open an epoch: roles of functions that read or write content, comma-separated
    key_user_role_arns: str
    # this function's own role
    administrator_role_arn: str
    account: str
    partition: str
    # how long new keys are wrapped under one KMS key; then all are wrapped anew
    epoch_days: int
    # how long KMS keeps a key before it deletes it (7 to 30)
    pending_days: int
    # entries of the audit log set out from here
    outbox_table: str
