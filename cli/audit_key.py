"""`amana audit key`: the log's public key, which an auditor gets on another way than the log."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CliError
from cli.local.aws import LOCAL_CONFIG
from functions.core.audit.keys import VerifierKey

if TYPE_CHECKING:
    from cli.stage import Stage


def log_key(stage: "Stage") -> VerifierKey:
    """As KMS tells it; under the log's origin, which is part of it."""
    outputs = stage.outputs("audit")
    config = LOCAL_CONFIG if stage.endpoint else None
    client = stage.session.client("kms", endpoint_url=stage.endpoint, config=config)
    try:
        der = client.get_public_key(KeyId=outputs["AuditSigningKeyArn"])["PublicKey"]
    except (BotoCoreError, ClientError) as error:
        raise CliError(f"AWS refused: {error}. Reading the key takes kms:GetPublicKey.") from error
    return VerifierKey(outputs["AuditOrigin"], der)
