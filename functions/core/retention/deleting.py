"""Deleting: items, the conditions of their guards, and the batch that tells of it, all or none.

A hold that is placed changes a guard, so a transaction that read the guard before fails: either
the hold came first, and what it covers stays, or the deletion did.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from functions.core.archive.segment import MANIFEST_ENDING
from functions.core.holds.guard import Guard, Guards
from functions.core.retention.batches import Batch, Batches
from functions.core.retention.due import shard_of
from functions.core.runtime.dynamodb import translated
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# actions in one transaction (TransactWriteItems, API reference, 2026)
_MOST_ACTIONS = 100
# other transactions over the same guards and items are done in milliseconds
_CONFLICTS = 8

Expected = Mapping[Key, Mapping[str, Any]]

# records whose partition key holds a pseudonym that somebody with the key can ask for
_UNTOLD = ("ALIAS",)


class Erasing(Protocol):
    def erase(self, name: str) -> None:
        """With every version there is: nothing of it is left."""


class Deleter:
    """`tables`: our own name of each table (`conversations`, `consent` …) → its name at AWS.

    `objects`: of the media bucket, and of the archive's. `rehearse`: says what would go and
    deletes nothing.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        *,
        tables: Mapping[str, str],
        guards: Guards,
        batches: Batches,
        objects: Erasing,
        rehearse: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.guards = guards
        self.rehearse = rehearse
        self._client = client
        self._tables = tables
        self._batches = batches
        self._objects = objects
        self._sleep = sleep

    def room(self, guards: Sequence[Guard]) -> int:
        """How many items one `delete` takes."""
        return _MOST_ACTIONS - 1 - len(self.guards.conditions(guards))

    def delete(
        self,
        table: str,
        keys: Collection[Key],
        *,
        guards: Sequence[Guard],
        expecting: Expected | None = None,
        objects: Sequence[str] = (),
        changes: Mapping[Key, Expression] | None = None,
    ) -> Counter[str] | None:
        """What went, by store. None: a guard changed meanwhile, or an item: read them again.

        `expecting`: attributes that an item must still have (None: must not). `objects`: of the
        media bucket, erased once the items are gone. `changes`: of items that stay and lose their
        content. What is no longer there counts nothing; the
        caller has just read the items.
        """
        counts = Counter(store_of(table, key) for key in keys)
        counts.update({"media.object": len(objects)} if objects else {})
        changed = dict(changes or {})
        counts.update({f"{table}.content": len(changed)} if changed else {})
        if self.rehearse or not (keys or changed):
            return counts
        batch = self._batches.new(
            shard_of(guards[0].node) if guards else 0,
            counts=counts,
            ids=[_told(key) for key in sorted([*keys, *changed])],
            objects=objects,
        )
        actions = [
            *(self._change(table, key, changed[key]) for key in sorted(changed)),
            *(self._deletion(table, key, (expecting or {}).get(key, {})) for key in sorted(keys)),
            *self.guards.conditions(guards),
            self._batches.action(batch),
        ]
        if not self._done(actions):
            return None
        self.settle(batch)
        return counts

    def doom(
        self, told: str, objects: Sequence[str], *, guards: Sequence[Guard]
    ) -> Counter[str] | None:
        """Objects without a record of their own go, such as those of the archive.

        `told`: how the disposition names them. None: a guard changed meanwhile.
        """
        counts = Counter(map(_archived, objects))
        if self.rehearse:
            return counts
        batch = self._batches.new(0, counts=counts, ids=[told], objects=objects)
        if not self._done([*self.guards.conditions(guards), self._batches.action(batch)]):
            return None
        self.settle(batch)
        return counts

    def settle(self, batch: Batch) -> None:
        """Erase the objects whose records are gone; a run that died may have left them."""
        self.sweep(batch.objects)
        if batch.objects:
            self._batches.erased(batch)

    def sweep(self, objects: Sequence[str]) -> None:
        for name in objects:
            self._objects.erase(name)

    def _change(self, table: str, key: Key, expression: Expression) -> Any:
        return {"Update": expression.update(self._tables[table], key._asdict())}

    def _deletion(self, table: str, key: Key, expected: Mapping[str, Any]) -> Any:
        """An item that went meanwhile was told of by whoever deleted it: the condition fails."""
        expression = Expression()
        expression.condition("pk = {}", key.pk)
        for name, value in expected.items():
            expression.expect(name, value)
        return {"Delete": expression.check(self._tables[table], key._asdict())}

    def _done(self, actions: list[Any]) -> bool:
        for attempt in range(_CONFLICTS):
            try:
                with translated():
                    self._client.transact_write_items(TransactItems=actions)
            except ClientError as error:
                if "ConditionalCheckFailed" in _reasons(error):
                    return False
                self._sleep(min(0.05 * 2**attempt, 2))
            else:
                return True
        raise StoreUnavailableError("a deletion kept being in conflict with other transactions")


def store_of(table: str, key: Key) -> str:
    """Such as conversations.message; what lies beside a record has a name of its own."""
    word = key.sk.partition("#")[0]
    kind = key.pk.partition("#")[0] if word.isdigit() else word
    return f"{table}.{kind.lower()}"


def _archived(name: str) -> str:
    kind = (
        "manifest" if name.endswith(MANIFEST_ENDING) else name.partition("/")[0].removesuffix("s")
    )
    return f"archive.{kind}"


def packed(keys: Sequence[Key], room: int) -> Iterator[list[Key]]:
    for start in range(0, len(keys), room):
        yield list(keys[start : start + room])


def _told(key: Key) -> str:
    return key.pk.partition("#")[0] if key.pk.startswith(_UNTOLD) else "|".join(key)


def _reasons(error: ClientError) -> set[str]:
    told: Any = error.response.get("CancellationReasons") or []
    return {str(reason.get("Code")) for reason in told}
