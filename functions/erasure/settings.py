from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ErasureSettings(Settings):
    conversations_table: str
    consent_table: str
    compliance_table: str
    ephemeral_table: str
    keys_table: str
    media_bucket: str
    # certificates go there
    exports_bucket: str
    # the ledger of erasures is kept there, under the archive's lock
    archive_bucket: str
    lock_mode: str
    # how long an entry of the ledger must stay: as long as a backup could be restored
    ledger_days: int
    # entries of the audit log are read there when a table was restored
    audit_bucket: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # those this deployment sends from, comma-separated
    phone_number_ids: str
    # Meta's account that is ours
    waba_id: str
    # JSON: how long each kind of data is kept, and which laws stand behind that
    retention_rules: str
    # from when nobody finds the person by name any more, until their keys go
    settle_seconds: int
    # after so long no backup opens what was under a destroyed key
    within_days: int
    # entries of the audit log set out from here
    outbox_table: str
