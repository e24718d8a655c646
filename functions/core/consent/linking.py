"""Aliases that turn out to be one person's: what was said against at one holds at all of them."""

from collections.abc import Mapping

from functions.core.consent.ledger import Ledger
from functions.core.runtime.records import Item, Key, RecordStore, Write, digest_of


class Linking:
    """Each node notes beside its links which of them were carried, so nothing is read to know.

    The note comes after the carrying: who dies in between finds it missing when the body comes
    again, though the link itself is no news any more.
    """

    def __init__(self, *, ledger: Ledger, records: RecordStore) -> None:
        self._ledger = ledger
        self._records = records

    def carry(self, people: Mapping[Key, Item]) -> None:
        """`people`: node records as they were just folded."""
        for key, item in people.items():
            if not item["links"]:
                continue
            links = digest_of([item["links"], item["left"]])
            if item.get("carried") != links:
                self._ledger.carry(key.pk.removeprefix("NODE#"))
                # False: the node changed once more, and whoever changed it carries again
                self._records.write(Write(key, {"carried": links}, expected=item["digest"]))
