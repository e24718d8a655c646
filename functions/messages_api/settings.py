from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class MessagesApiSettings(Settings):
    conversations_table: str
    # wrapped content keys
    keys_table: str
    outbound_queue_url: str
    # updates too large for a DynamoDB item are read from here
    media_bucket: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # those this deployment sends from, comma-separated, the default first
    phone_number_ids: str
    # a contact with more messages waiting than this gets a 429
    max_pending_per_conversation: int
    consent_table: str
    # JSON: what this stage's rules of consent say otherwise than policies/consent.toml
    consent_rules: str
    # of quiet hours
    timezone: str
    # entries of the audit log set out from here
    outbox_table: str
