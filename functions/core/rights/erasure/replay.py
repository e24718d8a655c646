"""After a restore: whoever was erased since the copy was made is erased again, before it goes live.

What an older copy brings back is found by the ledger, which says whose aliases and which keys.
Names are looked for by what they point to: what an alias is may not be readable any more.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from functions.core.contacts.service import node_key
from functions.core.conversations.read_page import batches
from functions.core.retention.deleting import Deleter
from functions.core.rights.erasure.ledger import Entry
from functions.core.rights.erasure.looking import is_whole
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.records import Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TOGETHER = 50
# of people in one step: each takes a second or two, and a step has minutes
_AT_ONCE = 20


@dataclass(frozen=True)
class Pointing:
    """`cursor`: where to go on; "" at the end."""

    deleted: int
    cursor: str


class Pointers:
    """Of the conversations table. A restore is the one moment at which a table is read through."""

    def __init__(self, client: "DynamoDBClient", table: str, deleter: Deleter) -> None:
        self._client = client
        self._table = table
        self._deleter = deleter

    def swept(self, entries: Iterable[Entry], *, cursor: str) -> Pointing:
        """One page of the table: pointers to aliases that were erased and are nobody else's."""
        gone = {span.node for entry in entries for span in entry.spans if is_whole(span)}
        start: dict[str, Any] = {}
        if cursor:
            start = {"ExclusiveStartKey": encode(json.loads(cursor))}
        with translated():
            page = self._client.scan(
                TableName=self._table,
                FilterExpression="sk = :alias",
                ExpressionAttributeValues=encode({":alias": "ALIAS"}),
                ProjectionExpression="pk, sk, node",
                ConsistentRead=True,
                **start,
            )
        found = [decode(item) for item in page["Items"]]
        dangling = self._to_nobody([item for item in found if item["node"] in gone])
        deleted = sum(self._deleted(some) for some in batches(iter(dangling), _TOGETHER))
        last = page.get("LastEvaluatedKey")
        return Pointing(deleted, json.dumps(decode(last)) if last else "")

    def _to_nobody(self, items: list[Any]) -> list[Any]:
        """Of whom something stays, the alias stays as well, and so does what points to it."""
        nodes = DynamoRecords(self._client, self._table).load(
            {node_key(item["node"]) for item in items}, consistent=True
        )
        return [item for item in items if node_key(item["node"]) not in nodes]

    def _deleted(self, items: list[Any]) -> int:
        guards = self._deleter.guards.read({item["node"] for item in items})
        free = [item for item in items if not guards[item["node"]].held_by()]
        keys = [Key(item["pk"], item["sk"]) for item in free]
        guarded = [guards[node] for node in sorted({item["node"] for item in free})]
        done = self._deleter.delete("conversations", keys, guards=guarded)
        return 0 if done is None else len(keys)


def part_of(entries: Iterable[Entry], *, after: str, most: int) -> list[Entry]:
    """The next ones, in the order in which they were erased."""
    return sorted((each for each in entries if place_of(each) > after), key=place_of)[:most]


def place_of(entry: Entry) -> str:
    return f"{entry.erased_ms:013d}#{entry.request}"


class Again(Protocol):
    def again(self, entry: Entry) -> bool: ...


class Ledger(Protocol):
    def since(self, at_ms: int) -> Iterator[Entry]: ...


@dataclass(frozen=True, kw_only=True)
class Replaying:
    """`erasing`: for one run, which names what is deleted. `sweeper`: of pointers."""

    ledger: Ledger
    erasing: Callable[[str], Again]
    sweeper: Callable[[], Pointers]

    def some(self, *, since_ms: int, after: str) -> dict[str, Any]:
        """`again`: erased anew; `held`: of whom something is under hold by now; `next`: go on."""
        entries = part_of(self.ledger.since(since_ms), after=after, most=_AT_ONCE)
        held = sum(not self.erasing(f"replay-{e.request}").again(e) for e in entries)
        following = place_of(entries[-1]) if len(entries) == _AT_ONCE else ""
        return {"again": len(entries) - held, "held": held, "next": following}

    def pointers(self, *, since_ms: int, cursor: str) -> dict[str, Any]:
        came = self.sweeper().swept(self.ledger.since(since_ms), cursor=cursor)
        return {"pointers": came.deleted, "next": came.cursor}
