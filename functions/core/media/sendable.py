"""A message names an uploaded medium by our id; Graph knows it by Meta's."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from functions.core.media.model import Kind, State, is_ours
from functions.core.media.store import MediaStore
from functions.core.runtime.records import Item
from functions.core.sending.model import Reason

_KINDS = frozenset(kind.value for kind in Kind)


class SendableMedia:
    def __init__(self, store: MediaStore, *, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms

    def resolved(
        self, payload: Mapping[str, Any], *, phone_number_id: str
    ) -> Mapping[str, Any] | Reason:
        """The payload with Meta's ids in place of ours, or why one of them cannot be sent."""
        known: dict[str, str] = {}
        for kind, media_id in _named(payload):
            item = self._store.load(media_id)
            reason = self._refusal(item, kind, media_id, phone_number_id)
            if reason is not None:
                return reason
            known[media_id] = str((item or {})["media_id"])
        return _replaced(payload, known) if known else payload

    def _refusal(
        self, item: Item | None, kind: str, media_id: str, phone_number_id: str
    ) -> Reason | None:
        if item is None or "parts" not in item:
            return Reason("medium_unknown", f"No medium {media_id} was uploaded.")
        if "media_id" not in item and "destroyed_ms" in item:
            return Reason("medium_destroyed", f"The medium {media_id} was destroyed.")
        if item["state"] != State.READY:
            detail = f"The medium {media_id} cannot be sent: it is {item['state']}."
            return Reason("medium_not_ready", detail)
        if self._now_ms() >= item["expires_ms"]:
            detail = f"Meta has forgotten the medium {media_id}: upload it again."
            return Reason("medium_expired", detail)
        return _misfit(item, kind, media_id, phone_number_id)


def _misfit(item: Item, kind: str, media_id: str, phone_number_id: str) -> Reason | None:
    if item["phone_number_id"] != phone_number_id:
        detail = f"The medium {media_id} was uploaded for another phone number."
        return Reason("medium_of_another_number", detail)
    if kind not in (item["type"], Kind.DOCUMENT):  # any file can go as a document
        detail = f"The medium {media_id} cannot be sent as {kind}: it is {item['type']}."
        return Reason("medium_of_another_kind", detail)
    return None


def _named(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """As which kind, and which, every uploaded medium is named."""
    if isinstance(value, Mapping):
        media_id = value.get("id")
        if name in _KINDS and isinstance(media_id, str) and is_ours(media_id):
            yield name, media_id
        for each, inner in value.items():
            yield from _named(inner, each)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)


def _replaced(value: Any, known: Mapping[str, str], name: str = "") -> Any:
    if isinstance(value, Mapping):
        changed = {each: _replaced(inner, known, each) for each, inner in value.items()}
        if name in _KINDS and value.get("id") in known:
            changed["id"] = known[value["id"]]
        return changed
    if isinstance(value, list):
        return [_replaced(inner, known) for inner in value]
    return value
