"""What reading needs of the stores: listings newest first, and large updates by reference."""

from collections.abc import Iterator
from enum import StrEnum
from math import inf
from typing import Protocol

from functions.core.contacts.model import Span
from functions.core.conversations.model import moment
from functions.core.runtime.records import Item


class Listed(StrEnum):
    """The table and those of its indexes that are read; `keys`: partition and sort attribute."""

    TABLE = "table"
    TIMELINE = "timeline"
    RECENT = "recent"

    @property
    def keys(self) -> tuple[str, str]:
        return _KEYS[self]


_KEYS = {
    Listed.TABLE: ("pk", "sk"),
    Listed.TIMELINE: ("thread", "at"),
    Listed.RECENT: ("recent_shard", "last_at"),
}


class Listing(Protocol):
    def newest(self, listed: Listed, partition: str, *, before: str, limit: int) -> list[Item]:
        """Up to `limit` items of the partition that sort before `before`, the last first.

        Fewer than `limit` means that there are no more. Indexes know only keys.
        """


class BlobSource(Protocol):
    def get(self, name: str, *, key_id: str) -> bytes | None:
        """None when the object has been deleted; KeyDestroyedError when its key has."""


# After every position: they start with digits.
END = ":"


def bounds(span: Span) -> tuple[str, str]:
    """`before` and `lowest` of the positions of a timeline that lie in the span."""
    before = END if span.until_ms == inf else moment(int(span.until_ms) + 1, "")
    lowest = "" if span.after_ms == -inf else moment(int(span.after_ms) + 1, "")
    return before, lowest


# Keys are small: one query a page for most lists, and no more read than a page needs.
_PAGE = 25


def descending(
    listing: Listing, listed: Listed, partition: str, *, before: str, lowest: str = ""
) -> Iterator[Item]:
    """Everything from `before` (excluded) down to `lowest` (included), read as it is needed."""
    _, sort = listed.keys
    while True:
        page = listing.newest(listed, partition, before=before, limit=_PAGE)
        for item in page:
            if item[sort] < lowest:
                return
            yield item
        if len(page) < _PAGE:
            return
        before = page[-1][sort]
