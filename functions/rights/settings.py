from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class RightsSettings(Settings):
    # rights requests: pk `RIGHTS#<id>`
    compliance_table: str
    # who a request is about, when they last wrote, and what is written to them
    conversations_table: str
    consent_table: str
    # JSON: what this stage's rules of consent say otherwise than policies/consent.toml
    consent_rules: str
    # one-time codes
    ephemeral_table: str
    # wrapped content keys
    keys_table: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # where codes and answers set out from
    outbound_queue_url: str
    max_pending_per_conversation: int
    # those this deployment sends from, comma-separated, the default first
    phone_number_ids: str
    # JSON: who the business is, and where: its public holidays
    controller: str
    # JSON: by when requests are answered
    deadlines: str
    # of the days that deadlines are counted in
    timezone: str
    # name/language of an approved authentication template for codes; empty: there is none
    code_template: str
    # its own workflow, to wake it
    rights_machine_arn: str
    # how long a wait for a person lasts before the request is looked at again
    tick_seconds: int
    # between the last message to a person and the deletion of their data
    farewell_seconds: int
    # entries of the audit log set out from here
    outbox_table: str
