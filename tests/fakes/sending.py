from collections.abc import Callable, Collection, Mapping
from typing import Any

from functions.core.audit.model import Event
from functions.core.conversations.model import moment, moment_ms
from functions.core.runtime.records import Item, Key
from functions.core.sending.dynamodb import message_key, thread_key
from functions.core.sending.model import SendState
from functions.core.sending.store import Channel, Claim, NewIntent
from tests.fakes.records import MemoryRecords


class MemorySending:
    """`SendingStore` over the same items as `MemoryRecords`."""

    def __init__(self, records: MemoryRecords) -> None:
        self._records = records
        self.entries: list[Event] = []

    def message(self, message_id: str) -> Item | None:
        return self._get(message_key(message_id))

    def threads(self, threads: Collection[str]) -> dict[str, Item]:
        found = {thread: self._get(thread_key(thread)) for thread in threads}
        return {thread: item for thread, item in found.items() if item is not None}

    def create(self, intent: NewIntent) -> bool:
        with self._records.lock:
            message, thread = message_key(intent.message_id), thread_key(intent.thread)
            before = self._records.items.get(thread, {})
            if message in self._records.items or before.get("digest") != intent.thread_digest:
                return False
            self._records.items[message] = {**message._asdict(), **intent.attributes}
            self._records.items[thread] = {
                "due_at": moment(intent.due_ms, intent.thread),
                **before,
                **thread._asdict(),
                **intent.thread_attributes,
                "pending": [*before.get("pending", []), intent.message_id],
            }
            self.entries.append(intent.entry)
            return True

    def claim(self, claim: Claim) -> bool:
        with self._records.lock:
            message = self._records.items.get(message_key(claim.message_id), {})
            thread = self._records.items.get(thread_key(claim.thread), {})
            window_ok = True
            if claim.window_thread is not None:
                window = self._records.items.get(thread_key(claim.window_thread), {})
                window_ok = (window.get("window_from_ms") or -1) > claim.window_after_ms
            if not (
                window_ok
                and message.get("send_state") == SendState.QUEUED
                and message.get("attempt") == claim.attempt
                and thread.get("pending", [])[:1] == [claim.message_id]
                and thread.get("pair_tat_ms") == claim.pair_tat_ms
            ):
                return False
            message["send_state"] = SendState.SENDING.value
            message["attempt"] = claim.attempt + 1
            message["claimed_ms"] = claim.now_ms
            thread["pair_tat_ms"] = claim.next_pair_tat_ms
            self.entries.append(claim.entry)
            return True

    def advance(
        self, message_id: str, expected: str, attributes: Mapping[str, Any], entry: Event
    ) -> bool:
        with self._records.lock:
            if entry not in self.entries:
                self.entries.append(entry)
            item = self._records.items.get(message_key(message_id), {})
            if item.get("send_state") != expected:
                return False
            item.update(attributes)
            if "withheld" in attributes:
                item.pop("intent", None)
            return True

    def pop(self, thread: str, message_id: str) -> Item | None:
        with self._records.lock:
            item = self._records.items.get(thread_key(thread), {})
            if item.get("pending", [])[:1] != [message_id]:
                return None
            item["pending"] = item["pending"][1:]
            if not item["pending"]:
                item.pop("due_at", None)
            return dict(item)

    def postpone(self, thread: str, due_ms: int) -> None:
        with self._records.lock:
            item = self._records.items.get(thread_key(thread), {})
            if item.get("pending"):
                item["due_at"] = moment(due_ms, thread)

    def answered(self, threads: Collection[str], after_ms: int, until_ms: int) -> bool:
        return any(
            item.get("thread") in threads
            and after_ms <= moment_ms(item["at"]) <= until_ms
            and (
                item.get("send_state") == SendState.ACCEPTED
                or any(f["direction"] == "outbound" for f in item["facts"].values())
            )
            for key, item in self._records.items.items()
            if key.sk == "MESSAGE"
        )

    def due(self, now_ms: int, limit: int) -> list[str]:
        threads = [
            (item["due_at"], key.pk.removeprefix("THREAD#"))
            for key, item in self._records.items.items()
            if "due_at" in item and moment_ms(item["due_at"]) <= now_ms
        ]
        return [thread for _, thread in sorted(threads)][:limit]

    def _get(self, key: Key) -> Item | None:
        return self._records.load([key]).get(key)


class MemoryChannels:
    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}

    def read(self, phone_number_id: str) -> Channel | None:
        return self.channels.get(phone_number_id)

    def hold(self, phone_number_id: str, channel: Channel) -> None:
        self.channels[phone_number_id] = channel

    def probe(self, phone_number_id: str, seen: Channel, next_ms: int) -> bool:
        now = self.channels.get(phone_number_id)
        if now is None or now.until_ms != seen.until_ms:
            return False
        self.channels[phone_number_id] = Channel(now.reason, next_ms, now.stopped)
        return True

    def clear(self, phone_number_id: str) -> None:
        self.channels.pop(phone_number_id, None)


class MemoryPace:
    def __init__(self) -> None:
        self.used: dict[str, int] = {}

    def take(self, bucket: str, *, limit: int, expires_s: int) -> bool:
        if self.used.get(bucket, 0) >= limit:
            return False
        self.used[bucket] = self.used.get(bucket, 0) + 1
        return True


class RecordedWakeUps:
    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, thread: str, cause: str) -> None:
        self.sent.append(thread)


class Clock:
    """Time that only moves when told to, or when somebody sleeps."""

    def __init__(self, now_ms: int = 1_790_000_000_000) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


Sleep = Callable[[float], None]
