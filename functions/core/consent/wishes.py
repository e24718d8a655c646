"""What a caller wished under a key of theirs: again it is the same wish, at its first time."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.core.consent.errors import KeyConflictError
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.records import Key, RecordStore, Write


@dataclass(frozen=True)
class Wish:
    """The alias it concerns, and when it was first made (epoch ms)."""

    node: str
    at_ms: int


class Wishes:
    """`records`: the ledger's table. What is kept of a body is a keyed hash."""

    def __init__(
        self, *, records: RecordStore, pseudonyms: Pseudonyms, now_ms: Callable[[], int]
    ) -> None:
        self._records = records
        self._pseudonyms = pseudonyms
        self._now_ms = now_ms

    def first(self, *names: str, node: str, at_ms: int | None = None, body: str = "") -> Wish:
        """The wish of these names: this one, or the one that was there before.

        KeyConflictError: that one had another body.
        """
        name = self._pseudonyms.of("consent wish", *names)
        key = Key(f"WISH#{name}", "WISH")
        digest = self._pseudonyms.of("consent body", body)
        wish = Wish(node, self._now_ms() if at_ms is None else at_ms)
        due = due_attributes(DataKind.CONSENT, name, wish.at_ms, by=node)
        # first: whoever erases what is known at an alias finds its wishes by it
        pointer = Key(f"CONSENT#{node}", f"WISH#{name}")
        self._records.write(Write(pointer, {"digest": name}, expected=None))
        if self._records.write(Write(key, {"digest": digest, **vars(wish), **due}, expected=None)):
            return wish
        stored = self._records.load([key], consistent=True)[key]
        if stored["digest"] != digest:
            raise KeyConflictError("this Idempotency-Key was used with another body")
        return Wish(stored["node"], stored["at_ms"])
