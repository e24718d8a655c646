from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class RetentionApiSettings(Settings):
    # JSON: how long each kind of data is kept
    retention_rules: str
    # runs: pk `RUN#<id>`, sk `RUN`
    compliance_table: str
    state_machine_arn: str
    # entries of the audit log set out from here
    outbox_table: str
