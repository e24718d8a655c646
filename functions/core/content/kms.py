"""`Roots` on KMS: one Decrypt for each epoch, execution environment and five minutes."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from functions.core.content.errors import EpochUnusableError
from functions.core.content.keystore import Epoch
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_GONE = ("KMSInvalidStateException", "NotFoundException", "DisabledException")


def epoch_context(number: int) -> dict[str, str]:
    """KMS writes it to CloudTrail in clear: it names an epoch and nothing else."""
    return {"amana:epoch": str(number)}


class KmsRoots:
    def __init__(self, client: "KMSClient") -> None:
        self._client = client

    def unwrap(self, epoch: Epoch) -> bytes:
        with as_unavailable("opening an epoch"):
            try:
                answer = self._client.decrypt(
                    KeyId=epoch.kms_key,
                    CiphertextBlob=epoch.wrapped_root,
                    EncryptionContext=epoch_context(epoch.number),
                )
            except ClientError as error:
                if error.response["Error"]["Code"] in _GONE:
                    raise EpochUnusableError("KMS no longer opens this epoch") from None
                raise
        return answer["Plaintext"]
