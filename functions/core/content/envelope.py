"""One sealed field: AES-256-GCM with key commitment and a nonce that follows from the content.

    format (1) ‖ key version (2) ‖ commitment (32) ‖ nonce (12) ‖ ciphertext and tag

The nonce is a keyed hash of the content and its place, never a counter or a random number: the
same content in the same place gives the same bytes. A repeated fold therefore writes nothing, and
no generator that fails can make AES-GCM reuse a nonce for two contents (the construction of
RFC 5297, with a nonce of 96 bits under a key that seals one person's content only).

AES-GCM alone lets one ciphertext open under two keys. The commitment, a hash of the key, stops it.
"""

import hmac
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from functions.core.content.binding import Binding
from functions.core.content.errors import CiphertextRefusedError

KEY_BYTES = 32
COMMITMENT_BYTES = 32

_PLAIN, _COMPRESSED = 1, 2
_NONCE_BYTES = 12
_TAG_BYTES = 16
_VERSION = slice(1, 3)
_COMMITMENT = slice(3, 3 + COMMITMENT_BYTES)
_NONCE = slice(_COMMITMENT.stop, _COMMITMENT.stop + _NONCE_BYTES)

# Webhook JSON repeats itself and halves; shorter texts do not shrink.
_WORTH_COMPRESSING = 120


def derived(secret: bytes, purpose: bytes) -> bytes:
    """32 bytes for one purpose: HKDF-Expand (RFC 5869) of a secret that is uniformly random."""
    return hmac.digest(secret, purpose + b"\x01", "sha256")


class ContentKey:
    """One version of one key, ready for use. `secret`: 32 random bytes."""

    __slots__ = ("_cipher", "_nonce_key", "commitment", "id", "secret", "version")

    def __init__(self, key_id: str, version: int, secret: bytes) -> None:
        self.id = key_id
        self.version = version
        self.secret = secret
        self.commitment = derived(secret, b"amana content commitment")
        self._nonce_key = derived(secret, b"amana content nonce")
        self._cipher = AESGCM(derived(secret, b"amana content encryption"))

    def seal(self, binding: Binding, plaintext: bytes) -> bytes:
        form, packed = _pack(plaintext)
        head = bytes((form,)) + self.version.to_bytes(2, "big") + self.commitment
        bound = head + binding.associated_data(self.id, self.version)
        length = len(bound).to_bytes(4, "big")
        nonce = hmac.digest(self._nonce_key, length + bound + packed, "sha256")[:_NONCE_BYTES]
        return head + nonce + self._cipher.encrypt(nonce, packed, bound)

    def open(self, binding: Binding, envelope: bytes) -> bytes:
        version_of(envelope)
        if not hmac.compare_digest(envelope[_COMMITMENT], self.commitment):
            raise CiphertextRefusedError("sealed under another key")
        bound = envelope[: _COMMITMENT.stop] + binding.associated_data(self.id, self.version)
        try:
            packed = self._cipher.decrypt(envelope[_NONCE], envelope[_NONCE.stop :], bound)
        except InvalidTag:
            raise CiphertextRefusedError("changed, or not in its place") from None
        return zlib.decompress(packed) if envelope[0] == _COMPRESSED else packed


def version_of(envelope: bytes) -> int:
    """The version of the key under which it was sealed."""
    if len(envelope) < _NONCE.stop + _TAG_BYTES or envelope[0] not in (_PLAIN, _COMPRESSED):
        raise CiphertextRefusedError("not a sealed field")
    return int.from_bytes(envelope[_VERSION], "big")


def _pack(plaintext: bytes) -> tuple[int, bytes]:
    if len(plaintext) >= _WORTH_COMPRESSING:
        smaller = zlib.compress(plaintext)
        if len(smaller) < len(plaintext):
            return _COMPRESSED, smaller
    return _PLAIN, plaintext
