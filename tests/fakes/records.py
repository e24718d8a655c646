"""In-memory stores with the same behaviour as the DynamoDB ones; the contract suite proves it."""

import copy
from collections.abc import Collection
from threading import Lock

from functions.core.runtime.records import Item, Key, Write


class MemoryRecords:
    def __init__(self) -> None:
        self.items: dict[Key, Item] = {}
        self.lock = Lock()

    def load(self, keys: Collection[Key], *, consistent: bool = False) -> dict[Key, Item]:
        return {key: copy.deepcopy(self.items[key]) for key in keys if key in self.items}

    def write(self, write: Write) -> bool:
        with self.lock:
            item = self.items.get(write.key, {})
            if item.get("digest") != write.expected:
                return False
            self.items[write.key] = {**item, **write.key._asdict(), **write.attributes}
            return True
