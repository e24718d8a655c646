from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ArchiveApiSettings(Settings):
    # exports: pk `EXPORT#<id>`, sk `EXPORT`
    compliance_table: str
    # which threads are a contact's
    conversations_table: str
    exports_bucket: str
    # the reason is sealed like content, files are opened on their way out
    keys_table: str
    state_machine_arn: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # one-time tickets: pk `TICKET#<pseudonym>`
    ephemeral_table: str
    # entries of the audit log set out from here
    outbox_table: str
