"""Reading ahead: what a lane of rows will ask for, fetched in a few requests before it does."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from functions.core.consent.store import DynamoConsent
from functions.core.runtime.records import Item, Key, RecordStore, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from functions.core.audit.writer import Writer
    from functions.core.content.records import Sealing


class RecordsAhead:
    """A `RecordStore` that knows what was read and written through it since `forget`.

    Consistent reads go past it.
    """

    def __init__(self, records: RecordStore) -> None:
        self._records = records
        self._known: dict[Key, Item | None] = {}

    def forget(self) -> None:
        self._known.clear()

    def load(self, keys: Collection[Key], *, consistent: bool = False) -> dict[Key, Item]:
        missing = [key for key in keys if consistent or key not in self._known]
        if missing:
            found = self._records.load(missing, consistent=consistent)
            self._known.update({key: found.get(key) for key in missing})
        return {key: item for key in keys if (item := self._known[key]) is not None}

    def write(self, write: Write) -> bool:
        if not self._records.write(write):
            self._known.pop(write.key, None)
            return False
        before = self._known.get(write.key) or {}
        self._known[write.key] = {**before, **write.key._asdict(), **write.attributes}
        return True


class StatesAhead(DynamoConsent):
    """States that were fetched ahead are given once: who asks again wants to know of changes."""

    def __init__(
        self, client: "DynamoDBClient", table: str, sealing: "Sealing", audit: "Writer"
    ) -> None:
        super().__init__(client, table, sealing, audit)
        self._ahead: dict[str, Item | None] = {}

    def fetch(self, nodes: Collection[str]) -> dict[str, Item]:
        found = super().items(nodes, consistent=True)
        self._ahead = {node: found.get(node) for node in nodes}
        return found

    def items(self, nodes: Collection[str], *, consistent: bool) -> dict[str, Item]:
        if any(node not in self._ahead for node in nodes):
            return super().items(nodes, consistent=consistent)
        found = {node: self._ahead.pop(node) for node in nodes}
        return {node: item for node, item in found.items() if item is not None}
