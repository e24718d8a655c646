"""A content key under the root of its epoch: AES-256-GCM, bound to the key's id and version."""

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from functions.core.content.binding import Binding
from functions.core.content.envelope import derived
from functions.core.content.errors import CiphertextRefusedError
from functions.core.content.keystore import StoredKey

_NONCE_BYTES = 12


def wrapped(root: bytes, key_id: str, version: int, epoch: int, secret: bytes) -> bytes:
    """Nonce and ciphertext. The nonce follows from the secret: the root wraps millions of them."""
    bound = _bound(key_id, version, epoch)
    nonce = hmac.digest(derived(root, b"amana epoch nonce"), bound + secret, "sha256")
    nonce = nonce[:_NONCE_BYTES]
    return nonce + _cipher(root).encrypt(nonce, secret, bound)


def unwrapped(root: bytes, key: StoredKey) -> bytes:
    stored = key.wrapped or b""
    bound = _bound(key.id, key.version, key.epoch)
    try:
        return _cipher(root).decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise CiphertextRefusedError("a wrapped key was changed or moved") from None


def _cipher(root: bytes) -> AESGCM:
    return AESGCM(derived(root, b"amana epoch wrapping"))


def _bound(key_id: str, version: int, epoch: int) -> bytes:
    return Binding("keys", f"KEY#{key_id}", f"wrapped.{epoch}").associated_data(key_id, version)
