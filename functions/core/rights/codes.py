"""One-time codes: who names one holds the number that it was sent to.

The table knows a keyed hash of a code, and how many guesses were made: a guess is counted before it
is looked at, so that nobody guesses faster than is counted. A new code gives no new guesses.
"""

import hmac
import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.rights.policy import HOUR_MS, MINUTE_MS, number
from functions.core.runtime.dynamodb import translated, updated
from functions.core.runtime.expression import Expression
from functions.core.runtime.values import decode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"  # or run out, used up, never sent: nobody is told which
    LOCKED = "locked"


class CodeStore(Protocol):
    def put(self, name: str, digest: str, *, until_ms: int, expires_s: int) -> None:
        """In place of an earlier one; its guesses stay."""

    def guess(self, name: str, *, most: int, expires_s: int) -> dict[str, Any] | None:
        """Count a guess; what is stored then, None when there were `most` before."""

    def use_up(self, name: str, digest: str) -> bool:
        """False: somebody else did."""


class Codes:
    def __init__(
        self,
        store: CodeStore,
        *,
        pseudonyms: Pseudonyms,
        now_ms: Callable[[], int],
        below: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        """`below`: a random number from 0 up to, not including, its argument."""
        self._store = store
        self._pseudonyms = pseudonyms
        self._now_ms = now_ms
        self._below = below

    def issue(self, subject: str) -> str:
        """`subject`: what the code is for, such as the id of a request. Digits, never logged."""
        digits = number("code", "digits")
        code = f"{self._below(10**digits):0{digits}d}"
        self._store.put(
            self._name(subject),
            self._digest(subject, code),
            until_ms=self._now_ms() + number("code", "minutes") * MINUTE_MS,
            expires_s=self._expires_s(),
        )
        return code

    def check(self, subject: str, code: str) -> Verdict:
        most = number("code", "attempts")
        stored = self._store.guess(self._name(subject), most=most, expires_s=self._expires_s())
        if stored is None:
            return Verdict.LOCKED
        digest = str(stored.get("digest", ""))
        is_same = hmac.compare_digest(digest, self._digest(subject, code))
        if is_same and self._now_ms() < stored.get("until_ms", 0):
            if self._store.use_up(self._name(subject), digest):
                return Verdict.RIGHT
            return Verdict.WRONG
        return Verdict.LOCKED if stored["guesses"] >= most else Verdict.WRONG

    def _expires_s(self) -> int:
        return (self._now_ms() + number("code", "kept_hours") * HOUR_MS) // 1000

    def _name(self, subject: str) -> str:
        return self._pseudonyms.of("one-time code", subject)

    def _digest(self, subject: str, code: str) -> str:
        return self._pseudonyms.of("one-time code", subject, code)


class DynamoCodes:
    """`CodeStore` in the table `ephemeral`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def put(self, name: str, digest: str, *, until_ms: int, expires_s: int) -> None:
        expression = Expression()
        expression.set("digest", digest)
        expression.set("until_ms", until_ms)
        expression.set("expires_at", expires_s)
        expression.set_if_absent("guesses", 0)
        updated(self._client, expression.update(self._table, _key(name)))

    def guess(self, name: str, *, most: int, expires_s: int) -> dict[str, Any] | None:
        expression = Expression()
        expression.set_if_absent("expires_at", expires_s)
        expression.below("guesses", most)
        expression.add("guesses", 1)
        request = expression.update(self._table, _key(name))
        try:
            with translated():
                answer = self._client.update_item(**request, ReturnValues="ALL_NEW")
        except ClientError:
            return None
        return decode(answer["Attributes"])

    def use_up(self, name: str, digest: str) -> bool:
        expression = Expression()
        expression.expect("digest", digest)
        expression.remove("digest")
        return updated(self._client, expression.update(self._table, _key(name)))


def _key(name: str) -> dict[str, str]:
    return {"pk": f"CODE#{name}"}
