from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ConsentApiSettings(Settings):
    consent_table: str
    # JSON: what this stage's rules of consent say otherwise than policies/consent.toml
    consent_rules: str
    # JSON: who the business is, for notices
    controller: str
    # contacts, and messages that ask for consent
    conversations_table: str
    # wrapped content keys
    keys_table: str
    outbound_queue_url: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # those this deployment sends from, comma-separated, the default first
    phone_number_ids: str
    # a contact with more messages waiting than this gets a 429
    max_pending_per_conversation: int
    # proofs for receipts are read from here
    audit_bucket: str
    # imports: pk `IMPORT#<id>`
    compliance_table: str
    # parts of files that are imported, sealed under the import's own key
    exports_bucket: str
    import_machine_arn: str
    # entries of the audit log set out from here
    outbox_table: str
