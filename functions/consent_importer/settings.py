from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ConsentImporterSettings(Settings):
    # imports: pk `IMPORT#<id>`
    compliance_table: str
    # parts of files, sealed under the import's own key
    exports_bucket: str
    consent_table: str
    # JSON: what this stage's rules of consent say otherwise than policies/consent.toml
    consent_rules: str
    # JSON: who the business is, for notices
    controller: str
    # the people that rows are about
    conversations_table: str
    # wrapped content keys
    keys_table: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # entries of the audit log set out from here
    outbox_table: str
