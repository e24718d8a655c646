from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class HoldsApiSettings(Settings):
    # holds: pk `HOLD#<id>`, sk `HOLD`; guards: pk `GUARD#<alias>`, sk `GUARD`
    compliance_table: str
    # whose aliases are whose
    conversations_table: str
    # matter and authority are sealed like content; keys of people are marked as held
    keys_table: str
    pseudonym_secret_arn: str
    portfolio_id: str
    state_machine_arn: str
    # entries of the audit log set out from here
    outbox_table: str
