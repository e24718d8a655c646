from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class DisclosureSettings(Settings):
    # requests: pk `RIGHTS#<id>`
    compliance_table: str
    # links, codes and how often they were guessed
    ephemeral_table: str
    # what was made for requests, sealed under their keys
    exports_bucket: str
    keys_table: str
    conversations_table: str
    consent_table: str
    # JSON: what this stage's rules of consent say otherwise than policies/consent.toml
    consent_rules: str
    # JSON: who the business is, for the message with a code
    controller: str
    # name/language of a template for codes; empty: there is none
    code_template: str
    timezone: str
    phone_number_ids: str
    max_pending_per_conversation: int
    outbound_queue_url: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # entries of the audit log set out from here
    outbox_table: str
