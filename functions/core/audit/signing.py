"""`Signer` on KMS: checkpoints signed by a key that nobody can take away."""

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

from functions.core.audit.keys import VerifierKey
from functions.core.audit.note import Checkpoint, Signature, signed
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class KmsSigner:
    """`origin`: the log's name, under which it signs. `key`: ARN of an ECC_NIST_P256 key."""

    def __init__(self, client: "KMSClient", key: str, *, origin: str) -> None:
        self._client = client
        self._key = key
        self._origin = origin
        self._seen: Checkpoint | None = None

    @cached_property
    def verifier(self) -> VerifierKey:
        with as_unavailable("reading the log's public key"):
            der = self._client.get_public_key(KeyId=self._key)["PublicKey"]
        return VerifierKey(self._origin, der)

    def sign(self, size: int, root: bytes) -> Checkpoint:
        bare = signed(self._origin, size, root)
        value = self.signature(bare.text)
        return signed(self._origin, size, root, value)

    def signature(self, text: str) -> Signature:
        with as_unavailable("signing a checkpoint"):
            value = self._client.sign(
                KeyId=self._key,
                Message=text.encode(),
                MessageType="RAW",
                SigningAlgorithm="ECDSA_SHA_256",
            )["Signature"]
        key_id = hashlib.sha256(self.verifier.der).digest()[:4]
        return Signature(self.verifier.name, key_id, value)

    def has_signed(self, checkpoint: Checkpoint) -> bool:
        """Of this log, by this key. The one seen last is not checked again."""
        if checkpoint != self._seen:
            if checkpoint.origin != self._origin or not self.verifier.has_signed(checkpoint):
                return False
            self._seen = checkpoint
        return True
