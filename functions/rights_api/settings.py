from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class RightsApiSettings(Settings):
    # rights requests: pk `RIGHTS#<id>`
    compliance_table: str
    # who a request is about
    conversations_table: str
    # restrictions and objections take effect here
    consent_table: str
    # JSON: what this stage's rules of consent say otherwise than policies/consent.toml
    consent_rules: str
    # one-time codes
    ephemeral_table: str
    # what was made for requests, sealed under their keys
    exports_bucket: str
    # wrapped content keys
    keys_table: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # JSON: who the business is, and where: its public holidays
    controller: str
    # JSON: by when requests are answered
    deadlines: str
    # of the days that deadlines are counted in
    timezone: str
    # of what people are told, where a request names none
    language: str
    rights_machine_arn: str
    # entries of the audit log set out from here
    outbox_table: str
