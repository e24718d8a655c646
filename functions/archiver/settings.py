from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ArchiverSettings(Settings):
    # segments, manifests and large ciphertexts, under Object Lock
    archive_bucket: str
    # large updates are copied from here as they are
    media_bucket: str
    # where each shard of the stream stands: pk `ARCHIVE#HEADS`, sk `<shard>`
    compliance_table: str
    # GOVERNANCE, or COMPLIANCE in production
    lock_mode: str
    # the longest of the classes that apply, bounded by the stage
    retention_days: int
    # JSON: by purpose, which content is kept; see core/conversations/minimising.py
    content_rules: str
    # the class that this length comes from, written into every record
    retention_class: str
    # "window": the event source has a tumbling window, so every event names its shard;
    # "one": the stream has one shard (the local emulator)
    stream_shards: str
    # entries of the audit log set out from here
    outbox_table: str
