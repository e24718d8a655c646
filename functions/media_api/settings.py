from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class MediaApiSettings(Settings):
    conversations_table: str
    keys_table: str
    # one-time tickets and which ranges they have given
    ephemeral_table: str
    media_bucket: str
    # parts of uploads, sealed under a data key of the transit key
    transit_bucket: str
    transit_key_arn: str
    media_queue_url: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # those this deployment sends from, comma-separated, the default first
    phone_number_ids: str
    # entries of the audit log set out from here
    outbox_table: str
