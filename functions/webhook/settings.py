from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class WebhookSettings(Settings):
    inbound_queue_url: str
    transit_bucket: str
    # {"app_secret": …, "previous_app_secret": … or absent, "verify_token": …}
    meta_secret_arn: str
    # KMS key under which bodies travel
    transit_key_arn: str
    # SQS carries 1 MiB; above this many bytes the body goes to S3 and a pointer travels
    claim_check_bytes: int
    # entries of the audit log set out from here
    outbox_table: str
