"""Sealing what travels, where the person is not known yet: queues, claim checks, uploads.

    format (1) ‖ length of the wrapped key (2) ‖ wrapped key ‖ nonce (12) ‖ ciphertext and tag

One data key per execution environment, made and wrapped by KMS; whoever may look into a queue
reads nothing without the right to call KMS with the transit key. Large content is compressed
first: webhooks repeat themselves, and queues are paid by size.
"""

import os
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from functions.core.runtime.errors import AmanaError
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

# A data key seals this long, far from the 2^32 random nonces AES-GCM allows under one key.
LIFE_SECONDS = 3600.0

_PLAIN, _COMPRESSED = 4, 5
# SQS bills by 64 KiB: what is far smaller gains nothing by being compressed
_WORTH_COMPRESSING = 8192
_NONCE_BYTES = 12
_MOST_KEYS = 512  # one for each environment that lately sealed something
_CONTEXT = {"amana:use": "transit"}
# What KMS answers to a wrapped key that is not one of this deployment's.
_FOREIGN = ("InvalidCiphertextException", "IncorrectKeyException")


class TransitRefusedError(AmanaError):
    """Not sealed by this deployment for this purpose, or changed on the way."""


@dataclass(frozen=True)
class _DataKey:
    made_at: float
    wrapped: bytes
    cipher: AESGCM


class TransitSealer:
    def __init__(
        self, kms: "KMSClient", key_arn: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._kms = kms
        self._key_arn = key_arn
        self._clock = clock
        self._data_key: _DataKey | None = None

    def seal(self, purpose: str, content: bytes) -> bytes:
        """`purpose` keeps uses apart: what was sealed for one opens for no other."""
        key = self._current()
        nonce = os.urandom(_NONCE_BYTES)
        is_large = len(content) >= _WORTH_COMPRESSING
        form = _COMPRESSED if is_large else _PLAIN
        head = bytes((form,)) + len(key.wrapped).to_bytes(2, "big") + key.wrapped
        packed = zlib.compress(content, 1) if is_large else content
        return head + nonce + key.cipher.encrypt(nonce, packed, head + purpose.encode())

    def _current(self) -> _DataKey:
        key = self._data_key
        if key is None or not 0 <= self._clock() - key.made_at < LIFE_SECONDS:
            with as_unavailable("making a transit key"):
                made = self._kms.generate_data_key(
                    KeyId=self._key_arn, KeySpec="AES_256", EncryptionContext=_CONTEXT
                )
            key = _DataKey(self._clock(), made["CiphertextBlob"], AESGCM(made["Plaintext"]))
            self._data_key = key
        return key


class TransitOpener:
    def __init__(self, kms: "KMSClient", *, clock: Callable[[], float] = time.time) -> None:
        self._kms = kms
        self._clock = clock
        self._known: OrderedDict[bytes, _DataKey] = OrderedDict()

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """TransitRefusedError, or StoreUnavailableError when KMS cannot be asked."""
        end = 3 + int.from_bytes(sealed[1:3], "big")
        if len(sealed) < end + _NONCE_BYTES or sealed[0] not in (_PLAIN, _COMPRESSED):
            raise TransitRefusedError("not sealed for transit")
        head, nonce = sealed[:end], sealed[end : end + _NONCE_BYTES]
        cipher = self._key(head[3:]).cipher
        try:
            packed = cipher.decrypt(nonce, sealed[end + _NONCE_BYTES :], head + purpose.encode())
        except InvalidTag:
            raise TransitRefusedError("changed, or sealed for another purpose") from None
        return zlib.decompress(packed) if sealed[0] == _COMPRESSED else packed

    def _key(self, wrapped: bytes) -> _DataKey:
        key = self._known.get(wrapped)
        if key is None or not 0 <= self._clock() - key.made_at < LIFE_SECONDS:
            key = _DataKey(self._clock(), wrapped, AESGCM(self._unwrapped(wrapped)))
            self._known[wrapped] = key
            while len(self._known) > _MOST_KEYS:
                self._known.popitem(last=False)
        return key

    def _unwrapped(self, wrapped: bytes) -> bytes:
        with as_unavailable("opening a transit key"):
            try:
                answer = self._kms.decrypt(CiphertextBlob=wrapped, EncryptionContext=_CONTEXT)
            except ClientError as error:
                if error.response["Error"]["Code"] in _FOREIGN:
                    raise TransitRefusedError("sealed by somebody else") from None
                raise
        return answer["Plaintext"]
