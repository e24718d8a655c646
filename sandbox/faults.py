"""What shall go wrong next, and for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import ControlError, known_codes
from sandbox.graph.media_faults import DOWNLOAD_KINDS, FIELD_KINDS
from sandbox.graph.people import Person

# what happens to a request, and the options it takes
GRAPH_KINDS: Mapping[str, set[str]] = {
    "error": {"code", "status", "details"},
    "unavailable": {"status"},
    "timeout_before_accept": {"hold_seconds"},
    "timeout_after_accept": {"hold_seconds"},
    "delay": set(),
}
# what happens to webhooks
WEBHOOK_KINDS: Mapping[str, set[str]] = {
    "drop": set(),
    "duplicate": {"copies"},
    "redeliver": set(),
    "reorder": {"seed"},
    "batch": {"size", "wait_seconds"},
}
_KINDS = {**GRAPH_KINDS, **WEBHOOK_KINDS, **FIELD_KINDS, **DOWNLOAD_KINDS}
_COMMON = {"kind", "times", "to", "phone_number_id", "on", "delay_seconds"}
_ON_GRAPH = {"messages", "read", "media", "media_fields", "download"}
_ON_WEBHOOK = {"messages", "statuses"}
_ON = {
    **dict.fromkeys(GRAPH_KINDS, _ON_GRAPH),
    **dict.fromkeys(WEBHOOK_KINDS, _ON_WEBHOOK),
    **{kind: {"media_fields"} for kind in FIELD_KINDS},
    **{kind: {"download"} for kind in DOWNLOAD_KINDS},
    "delay": _ON_GRAPH - {"download"},  # a download is slow instead
}


@dataclass
class Fault:
    kind: str
    # how often it still happens
    times: int = 1
    # only for this person (phone number or user id), this number, this sort of request or update
    to: str | None = None
    phone_number_id: str | None = None
    on: str | None = None
    # real seconds that pass before Graph answers, whatever the answer
    delay_seconds: float = 0
    options: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, spec: Mapping[str, Any]) -> "Fault":
        kind = spec.get("kind")
        if kind not in _KINDS:
            raise ControlError(f"kind is one of {', '.join(sorted(_KINDS))}")
        unknown = set(spec) - _COMMON - _KINDS[kind]
        if unknown:
            raise ControlError(f"{kind} takes no {', '.join(sorted(unknown))}")
        allowed = _ON[kind]
        if spec.get("on") not in {None, *allowed}:
            raise ControlError(f"on is one of {', '.join(sorted(allowed))}")
        if kind == "error" and spec.get("code") not in known_codes():
            raise ControlError("code is one of Graph's error codes, see errors.toml")
        common = {key: spec[key] for key in _COMMON - {"kind"} if key in spec}
        if kind in GRAPH_KINDS:
            common.setdefault("on", "messages")
        return cls(kind, **common, options={k: spec[k] for k in _KINDS[kind] if k in spec})

    def concerns(self, person: Person | None, phone_number_id: str, on: str) -> bool:
        if self.on not in {None, on} or self.phone_number_id not in {None, phone_number_id}:
            return False
        return self.to is None or (person is not None and person.is_called(self.to))

    def as_json(self) -> dict[str, Any]:
        spec = {"kind": self.kind, "times": self.times, "delay_seconds": self.delay_seconds}
        names = {"to": self.to, "phone_number_id": self.phone_number_id, "on": self.on}
        return spec | {k: v for k, v in names.items() if v is not None} | self.options


class Faults:
    """A queue: the first fault that concerns somebody is used, and used up by its `times`."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._queue.append(fault)

    def take(
        self, kinds: set[str], person: Person | None, phone_number_id: str, on: str
    ) -> Fault | None:
        for fault in self._queue:
            if fault.kind in kinds and fault.concerns(person, phone_number_id, on):
                fault.times -= 1
                self._queue = [other for other in self._queue if other.times > 0]
                return fault
        return None

    def any(self, kinds: set[str], person: Person | None, phone_number_id: str, on: str) -> bool:
        return any(
            fault.kind in kinds and fault.concerns(person, phone_number_id, on)
            for fault in self._queue
        )

    def give_back(self, fault: Fault) -> None:
        """It did not happen after all: first in the queue again."""
        if fault.times == 0:
            self._queue.insert(0, fault)
        fault.times += 1

    def clear(self) -> None:
        self._queue.clear()

    def as_json(self) -> list[dict[str, Any]]:
        return [fault.as_json() for fault in self._queue]
