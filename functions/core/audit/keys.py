"""Public keys that sign checkpoints: ECDSA on P-256 with SHA-256, as KMS makes them."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from functions.core.audit.errors import MalformedError
from functions.core.audit.note import Checkpoint

# C2SP signed-note: signature type of ECDSA
_ECDSA = b"\x02"


@dataclass(frozen=True)
class VerifierKey:
    """`name`: the log's origin, or the witness's name. `der`: SubjectPublicKeyInfo."""

    name: str
    der: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.der).digest()[:4]

    @property
    def text(self) -> str:
        """`name+key id+base64`, as it is handed to an auditor once."""
        told = base64.b64encode(_ECDSA + self.der).decode()
        return f"{self.name}+{self.id.hex()}+{told}"

    def has_signed(self, checkpoint: Checkpoint) -> bool:
        """False: no signature under this name and id, or a wrong one."""
        mine = [s for s in checkpoint.signatures if (s.name, s.key_id) == (self.name, self.id)]
        return bool(mine) and all(self.verifies(checkpoint.text.encode(), s.value) for s in mine)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        try:
            self._public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _public(self) -> ec.EllipticCurvePublicKey:
        return _loaded(self.der)


def verifier_key(text: str) -> VerifierKey:
    """From `name+key id+base64`; MalformedError when it is none or its id is another key's."""
    parts = text.strip().split("+", 2)
    try:
        name, key_id, told = parts
        raw = base64.b64decode(told, validate=True)
    except (ValueError, binascii.Error):
        raise MalformedError("key", "is not `name+key id+base64`") from None
    if raw[:1] != _ECDSA:
        raise MalformedError("key", "is not of type ECDSA")
    key = VerifierKey(name, raw[1:])
    if key.id.hex() != key_id:
        raise MalformedError("key", "its id is not that of the key")
    _loaded(key.der)
    return key


def _loaded(der: bytes) -> ec.EllipticCurvePublicKey:
    try:
        public = serialization.load_der_public_key(der)
    except ValueError:
        raise MalformedError("key", "is not a public key") from None
    if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != "secp256r1":
        raise MalformedError("key", "is not on the curve P-256")
    return public
