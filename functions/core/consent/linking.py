"""Aliases that turn out to be one person's: what was said against at one holds at all of them."""

from collections.abc import Mapping
from typing import Protocol

from functions.core.consent.ledger import Ledger
from functions.core.runtime.records import Item, Key, RecordStore, Write, digest_of


class Follower(Protocol):
    def follow(self, node: str) -> None:
        """What else goes with a person, such as legal holds, goes to all of these aliases too."""


class Linking:
    """Each node notes beside its links which of them were carried, so nothing is read to know.

    The note comes after the carrying: who dies in between finds it missing when the body comes
    again, though the link itself is no news any more.
    """

    def __init__(self, *, ledger: Ledger, holds: Follower, records: RecordStore) -> None:
        self._ledger = ledger
        self._holds = holds
        self._records = records

    def carry(self, people: Mapping[Key, Item]) -> None:
        """`people`: node records as they were just folded."""
        for key, item in people.items():
            if not item["links"]:
                continue
            links = digest_of([item["links"], item["left"]])
            if item.get("carried") != links:
                node = key.pk.removeprefix("NODE#")
                self._ledger.carry(node)
                self._holds.follow(node)
                # False: the node changed once more, and whoever changed it carries again
                self._records.write(Write(key, {"carried": links}, expected=item["digest"]))
