"""Ids that look like Meta's."""

import base64
import hashlib
import random
import string

_LONGEST_CALLING_CODE = 3
# Enough countries for believable ids; any other number gets ISO 3166's user-assigned "ZZ".
_COUNTRIES = {
    "1": "US", "20": "EG", "27": "ZA", "30": "GR", "31": "NL", "33": "FR", "34": "ES", "39": "IT",
    "41": "CH", "43": "AT", "44": "GB", "49": "DE", "52": "MX", "55": "BR", "61": "AU", "62": "ID",
    "90": "TR", "91": "IN", "234": "NG", "254": "KE", "351": "PT", "353": "IE", "966": "SA",
    "971": "AE", "972": "IL",
}  # fmt: skip


class Ids:
    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311  # ids of a test double guard nothing

    def wamid(self, person: str, *, inbound: bool) -> str:
        """A message id: base64 of the person's number and a random key, as WhatsApp builds it."""
        number = person.encode()
        key = self._letters("0123456789ABCDEF", 20 if inbound else 18).encode()
        packed = (
            bytes([0x1C, 0x18, len(number)]) + number
            + bytes([0x15, 0x02, 0x00, 0x12 if inbound else 0x11, 0x18, len(key)]) + key + b"\x00"
        )  # fmt: skip
        return "wamid." + base64.b64encode(packed).decode()

    def media(self) -> str:
        return self._random.choice("123456789") + self._letters(string.digits, 15)

    def trace(self) -> str:
        return "A" + self._letters(string.ascii_letters + string.digits + "_-", 22)

    def challenge(self) -> str:
        return self._letters(string.digits, 10)

    def conversation(self) -> str:
        return self._letters("0123456789abcdef", 32)

    def _letters(self, alphabet: str, count: int) -> str:
        return "".join(self._random.choices(alphabet, k=count))


def business_scoped_user_id(phone: str, waba_id: str) -> str:
    """The same person keeps the same id towards one business, also after a reset."""
    digest = hashlib.sha256(f"{waba_id}:{phone}".encode()).digest()
    return f"{_country(phone)}.{int.from_bytes(digest[:8]):020d}"


def _country(phone: str) -> str:
    for length in range(_LONGEST_CALLING_CODE, 0, -1):
        if phone[:length] in _COUNTRIES:
            return _COUNTRIES[phone[:length]]
    return "ZZ"
