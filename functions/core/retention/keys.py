"""Destroying content keys: nothing that is sealed under them opens again, wherever it lies."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.audit.writer import Writer
from functions.core.content.dynamodb import destruction, key_item, owner_of, stored_key
from functions.core.content.keystore import StoredKey
from functions.core.holds.guard import Guard, Guards
from functions.core.runtime.dynamodb import batch_get, translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ROUNDS = 6  # against epochs that wrap keys anew


@dataclass(frozen=True)
class Destroyed:
    """`destroyed`: gone, by this call or before. `held`: a legal hold keeps them.

    `changed`: a guard is no longer what was read, or the key kept changing: look again.
    """

    destroyed: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


class KeyDestroyer:
    """`table`: of the keys. `rehearse`: says what would be destroyed."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        guards: Guards,
        audit: Writer,
        by: Actor,
        now_ms: Callable[[], int],
        rehearse: bool = False,
    ) -> None:
        self._client = client
        self._table = table
        self._guards = guards
        self._audit = audit
        self._by = by
        self._now_ms = now_ms
        self._rehearse = rehearse

    def destroy(
        self, key_ids: Collection[str], *, guards: Sequence[Guard], reason: str
    ) -> Destroyed:
        """`reason`: a word for the audit log, such as `retention`. What never was is no key."""
        told: dict[str, list[str]] = {"destroyed": [], "held": [], "changed": []}
        known = self._load(key_ids)
        for key_id in sorted(known):
            told[self._one(key_id, guards, reason)].append(key_id)
        return Destroyed(**{name: tuple(ids) for name, ids in told.items()})

    def _one(self, key_id: str, guards: Sequence[Guard], reason: str) -> str:
        for _ in range(_ROUNDS):
            key = self._load([key_id])[key_id]
            if key.wrapped is None:
                return "destroyed"
            if key.holds:
                return "held"
            if self._rehearse or self._done(key, guards, reason):
                return "destroyed"
        return "changed"

    def _load(self, key_ids: Collection[str]) -> dict[str, StoredKey]:
        wanted = [key_item(key_id) for key_id in sorted(set(key_ids))]
        items = batch_get(self._client, self._table, wanted, consistent=True)
        return {key.id: key for key in map(stored_key, items)}

    def _done(self, key: StoredKey, guards: Sequence[Guard], reason: str) -> bool:
        update = destruction(key, self._table, now_ms=self._now_ms())
        actions: list[Any] = [{"Update": update}, *self._guards.conditions(guards)]

        def transact(put: Any) -> bool:
            try:
                with translated():
                    self._client.transact_write_items(TransactItems=[*actions, put])
            except ClientError:
                return False
            return True

        return self._audit.within(self._entry(key, reason), transact)

    def _entry(self, key: StoredKey, reason: str) -> Event:
        owner = owner_of(key.id)
        return Event(
            action=Action.KEY_DESTROYED,
            by=self._by,
            on=(owner,) if owner else (),
            what=f"key/{key.id}",
            facts={"version": key.version, "epoch": key.epoch, "reason": reason},
        )
