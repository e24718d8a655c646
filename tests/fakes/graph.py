"""A Graph of the tests' own: accepts, unless told what to answer next."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.core.whatsapp.graph_answers import Accepted, Outcome, Refused
from functions.core.whatsapp.graph_errors import guidance


class FakeGraph:
    """`accepted`: callbacks (our ids) of every message it took, in order."""

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self.payloads: list[Mapping[str, Any]] = []
        self.script: list[Outcome | Callable[[], Outcome]] = []

    def send(self, phone_number_id: str, payload: Mapping[str, Any]) -> Outcome:
        self.payloads.append(payload)
        answer = self.script.pop(0) if self.script else None
        if isinstance(answer, Refused):
            return answer
        if answer is None or isinstance(answer, Accepted):
            self.accepted.append(payload.get("biz_opaque_callback_data", ""))
            return answer or Accepted(f"wamid.{len(self.accepted)}", "accepted")
        return answer() if callable(answer) else answer


def refusal(code: int, *, status: int = 400) -> Refused:
    known = guidance(code)
    return Refused(code, "an error", status, known.error_class, known.delay_seconds)
