from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class AccessSettings(Settings):
    # requests: pk `RIGHTS#<id>`; exports; legal holds; where each shard of the archive stands
    compliance_table: str
    conversations_table: str
    consent_table: str
    keys_table: str
    archive_bucket: str
    audit_bucket: str
    media_bucket: str
    # parts and documents, sealed under the request's own key
    exports_bucket: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # comma-separated
    phone_number_ids: str
    waba_id: str
    # JSON: who the business is, what its purposes rest on, how long things are kept
    controller: str
    consent_rules: str
    retention_rules: str
    # entries of the audit log set out from here
    outbox_table: str
