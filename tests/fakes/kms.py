# ruff: noqa: N803 (names as AWS spells them)
"""KMS as strict as AWS's: states, encryption contexts, waiting periods and deletion are real.

Others decrypt under a key that is pending deletion, or never delete it at all. Only what this
platform calls is here; anything else is an AttributeError.
"""

import hmac
import itertools
import os
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

DAY_S = 86_400


class StrictKms:
    """`now` is seconds since 1970; move it on and keys that wait for it are gone."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0
        self.keys: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.unavailable = False
        self._ids = itertools.count(1)

    def create_key(self, **request: Any) -> dict[str, Any]:
        self._called("CreateKey")
        arn = f"arn:aws:kms:eu-central-1:123456789012:key/{next(self._ids)}"
        self.keys[arn] = {"secret": os.urandom(32), "state": "Enabled", "request": request}
        return {"KeyMetadata": {"Arn": arn, "KeyId": arn.rpartition("/")[2]}}

    def describe_key(self, *, KeyId: str) -> dict[str, Any]:
        self._called("DescribeKey")
        key = self._key(KeyId, "DescribeKey")
        found = {"Arn": KeyId, "KeyState": key["state"]}
        return {"KeyMetadata": {**found, **_deletion(key)}}

    def put_key_policy(self, *, KeyId: str, Policy: str, **_: Any) -> None:
        self._called("PutKeyPolicy")
        self._key(KeyId, "PutKeyPolicy")["request"]["Policy"] = Policy

    def generate_data_key(
        self,
        *,
        KeyId: str,
        KeySpec: str,
        EncryptionContext: Mapping[str, str],
    ) -> dict[str, Any]:
        self._called("GenerateDataKey")
        assert KeySpec == "AES_256"
        key = self._usable(KeyId, "GenerateDataKey")
        plaintext, nonce = os.urandom(32), os.urandom(12)
        sealed = AESGCM(key["secret"]).encrypt(nonce, plaintext, _context(EncryptionContext))
        blob = KeyId.encode() + b"|" + nonce + sealed
        return {"Plaintext": plaintext, "CiphertextBlob": blob, "KeyId": KeyId}

    def decrypt(
        self,
        *,
        CiphertextBlob: bytes,
        EncryptionContext: Mapping[str, str],
        KeyId: str | None = None,
    ) -> dict[str, Any]:
        self._called("Decrypt")
        arn, _, rest = CiphertextBlob.partition(b"|")
        if KeyId is not None and KeyId.encode() != arn:
            raise _error("IncorrectKeyException", "Decrypt")
        if arn.decode("ascii", "replace") not in self.keys:
            raise _error("InvalidCiphertextException", "Decrypt")
        key = self._usable(arn.decode(), "Decrypt")
        try:
            plaintext = AESGCM(key["secret"]).decrypt(
                rest[:12], rest[12:], _context(EncryptionContext)
            )
        except InvalidTag:
            raise _error("InvalidCiphertextException", "Decrypt") from None
        return {"Plaintext": plaintext, "KeyId": arn.decode()}

    def schedule_key_deletion(
        self,
        *,
        KeyId: str,
        PendingWindowInDays: int,
    ) -> dict[str, Any]:
        self._called("ScheduleKeyDeletion")
        if not 7 <= PendingWindowInDays <= 30:
            raise _error("ValidationException", "ScheduleKeyDeletion")
        key = self._usable(KeyId, "ScheduleKeyDeletion")
        key["state"] = "PendingDeletion"
        key["deletion"] = self.now + PendingWindowInDays * DAY_S
        return {"KeyId": KeyId, **_deletion(key)}

    def _usable(self, arn: str, operation: str) -> dict[str, Any]:
        key = self._key(arn, operation)
        if key["state"] != "Enabled":
            raise _error("KMSInvalidStateException", operation)
        return key

    def _key(self, arn: str, operation: str) -> dict[str, Any]:
        key = self.keys.get(arn)
        if key is None or key.get("deletion", self.now + 1) <= self.now:
            raise _error("NotFoundException", operation)
        return key

    def _called(self, operation: str) -> None:
        self.calls.append(operation)
        if self.unavailable:
            raise _error("KMSInternalException", operation)


def _deletion(key: Mapping[str, Any]) -> dict[str, Any]:
    from datetime import UTC, datetime

    return (
        {"DeletionDate": datetime.fromtimestamp(key["deletion"], UTC)} if "deletion" in key else {}
    )


def _context(context: Mapping[str, str]) -> bytes:
    parts = [f"{len(k)}:{k}={len(v)}:{v}" for k, v in sorted(context.items())]
    return hmac.digest(b"context", ";".join(parts).encode(), "sha256")


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, operation)
