from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class InboundSettings(Settings):
    conversations_table: str
    # wrapped content keys
    keys_table: str
    transit_bucket: str
    # updates too large for a DynamoDB item are kept here
    media_bucket: str
    # {"key": base64}: keyed pseudonyms for phone numbers, ids and wamids
    pseudonym_secret_arn: str
    # media to fetch are announced there
    media_queue_url: str
    # where replies of ours set out from: they ask not to send card numbers
    outbound_queue_url: str
    max_pending_per_conversation: int
    # those this deployment sends from, comma-separated, the default first
    phone_number_ids: str
    # "mask_and_deflect" or "mask"
    card_policy: str
    # of automatic replies, as in policies/cards.toml
    language: str
    # the business portfolio that owns the WABAs; BSUIDs are scoped to it
    portfolio_id: str
    consent_table: str
    # aliases of people who were erased
    ephemeral_table: str
    # JSON: what this stage's rules of consent say otherwise than policies/consent.toml
    consent_rules: str
    # JSON: who the business is, for notices
    controller: str
    # "on": who writes for the first time is sent the privacy notice; or "off"
    first_contact_notice: str
    # the workflow of requests of people about their data
    rights_machine_arn: str
    # JSON: by when they are answered, in days of this time zone
    deadlines: str
    timezone: str
    # Meta's account that is ours; what is told of others' templates does not count
    waba_id: str
    # legal holds and their guards, which follow when aliases turn out to be one person's;
    # requests of people about their data
    compliance_table: str
    # JSON: by purpose, which content is kept; see core/conversations/minimising.py
    content_rules: str
    # "on": what people call themselves is kept; or "off"
    profile_names: str
    # entries of the audit log set out from here
    outbox_table: str
