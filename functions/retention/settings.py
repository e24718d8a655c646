from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class RetentionSettings(Settings):
    # JSON: how long each kind of data is kept
    retention_rules: str
    # JSON: by purpose, which content is kept; see core/conversations/minimising.py
    content_rules: str
    conversations_table: str
    consent_table: str
    # runs, what they deleted, guards of legal holds
    compliance_table: str
    keys_table: str
    media_bucket: str
    archive_bucket: str
    # of documents about what went
    lock_mode: str
    # as long as the archive is locked, people's keys are kept
    archive_days: int
    phone_number_ids: str
    # which alias leads to a person
    pseudonym_secret_arn: str
    portfolio_id: str
    # a step stops in time and goes on in the next
    step_seconds: int
    # entries of the audit log set out from here
    outbox_table: str
