from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class SenderSettings(Settings):
    conversations_table: str
    # wrapped content keys
    keys_table: str
    ephemeral_table: str
    # {"access_token": …}: the system user token for Graph
    access_token_secret_arn: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # https://graph.facebook.com, or the sandbox
    graph_url: str
    graph_version: str
    # of each phone number, see policies/platform_limits.toml
    messages_per_second: int
    # how long an ambiguous send waits for a status before its policy decides
    ambiguous_wait_seconds: int
    consent_table: str
    # JSON: what this stage's rules of consent say otherwise than policies/consent.toml
    consent_rules: str
    # JSON: by purpose, which content is kept; see core/conversations/minimising.py
    content_rules: str
    # of quiet hours
    timezone: str
    # entries of the audit log set out from here
    outbox_table: str
