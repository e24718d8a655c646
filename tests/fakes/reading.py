"""What reading needs, in memory, over the items of `MemoryRecords`."""

from functions.core.conversations.read_store import Listed
from functions.core.runtime.records import Item
from tests.fakes.build import MemoryBlobs
from tests.fakes.records import MemoryRecords


class MemoryListing:
    def __init__(self, records: MemoryRecords) -> None:
        self._records = records
        self.reads = 0

    def newest(self, listed: Listed, partition: str, *, before: str, limit: int) -> list[Item]:
        self.reads += 1
        name, sort = listed.keys
        items = [
            item
            for item in self._records.items.values()
            if item.get(name) == partition and sort in item and item[sort] < before
        ]
        items.sort(key=lambda item: str(item[sort]), reverse=True)
        shown = items[:limit]
        if listed is Listed.TABLE:
            return [dict(item) for item in shown]
        return [{key: item[key] for key in ("pk", "sk", name, sort)} for item in shown]


class MemoryBlobSource:
    def __init__(self, blobs: MemoryBlobs) -> None:
        self._blobs = blobs

    def get(self, name: str, *, key_id: str) -> bytes | None:
        return self._blobs.objects.get(name)
