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
    # the business portfolio that owns the WABAs; BSUIDs are scoped to it
    portfolio_id: str
