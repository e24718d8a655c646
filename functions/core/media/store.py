"""Records of media: one for each, in the conversations table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from functions.core.content.records import Sealing
from functions.core.media.model import State
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item, Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class MediaStore(Protocol):
    """Sealed fields (`media_id`, `filename`, `sha256`) go in and come out in clear.

    Every change that tells one of them also tells the `key` it is sealed under.
    """

    def load(self, media_id: str) -> Item | None: ...

    def create(self, media_id: str, attributes: Mapping[str, Any]) -> bool:
        """False when there is a record already."""

    def claim(
        self, media_id: str, attributes: Mapping[str, Any], *, now_ms: int, until_ms: int
    ) -> Item | None:
        """Pending (new records begin so) and nobody's: ours until then. `attempts` counts claims.

        None: it is in another state, or somebody else's.
        """

    def change(
        self, media_id: str, attributes: Mapping[str, Any], *, expect: Mapping[str, Any]
    ) -> bool:
        """False when an expected attribute has another value."""

    def note(self, media_id: str, name: str, attributes: Mapping[str, Any]) -> None:
        """A record beside the medium's: who was given it, and when."""


def media_key(media_id: str) -> Key:
    return Key(f"MEDIA#{media_id}", "MEDIA")


class DynamoMedia:
    def __init__(self, client: "DynamoDBClient", table: str, sealing: Sealing) -> None:
        self._records = DynamoRecords(client, table)
        self._sealing = sealing

    def load(self, media_id: str) -> Item | None:
        key = media_key(media_id)
        found = self._records.load([key], consistent=True)
        return self._sealing.opened(found).get(key)

    def create(self, media_id: str, attributes: Mapping[str, Any]) -> bool:
        expression = self._setting(media_key(media_id), attributes)
        expression.expect("state", None)
        return self._records.update(expression, media_key(media_id))

    def claim(
        self, media_id: str, attributes: Mapping[str, Any], *, now_ms: int, until_ms: int
    ) -> Item | None:
        key = media_key(media_id)
        expression = self._setting(key, attributes)
        expression.set("state", State.PENDING.value)
        expression.condition("(attribute_not_exists(#state) OR #state = {})", State.PENDING.value)
        expression.below("lease_ms", now_ms)
        expression.set("lease_ms", until_ms)
        expression.add("attempts", 1)
        item = self._records.changed(expression, key)
        return None if item is None else self._sealing.opened({key: item})[key]

    def change(
        self, media_id: str, attributes: Mapping[str, Any], *, expect: Mapping[str, Any]
    ) -> bool:
        key = media_key(media_id)
        expression = self._setting(key, attributes)
        for name, value in expect.items():
            expression.expect(name, value)
        return self._records.update(expression, key)

    def note(self, media_id: str, name: str, attributes: Mapping[str, Any]) -> None:
        key = Key(f"MEDIA#{media_id}", name)
        self._records.update(self._setting(key, attributes), key)

    def _setting(self, key: Key, attributes: Mapping[str, Any]) -> Expression:
        expression = Expression()
        for name, value in self._sealing.sealed(key, attributes).items():
            expression.set(name, value)
        return expression
