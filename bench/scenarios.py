"""What happens in the life of a message, run through the real functions."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import bodies
from bench.ledger import Ledger
from bench.runner import Runner
from bench.world import World

MessageTo = Callable[[bodies.Json], bodies.Json]  # a person -> the body of POST /v1/messages

# and how many seconds after the message each comes
STATUSES = {"sent": 1, "delivered": 2, "read": 60}
_EARLIER = 60  # seconds before now, when a known person wrote first
_TEXT = (
    "Your order left our warehouse this morning and should arrive before noon tomorrow. Reply to "
    "this message if you would rather have it at another time, please."
)


@dataclass(frozen=True)
class Outcome:
    """Per message. `archived_bytes`: of objects under lock."""

    ledger: Ledger
    stored_bytes: float
    archived_bytes: float
    milliseconds: dict[str, dict[str, float]]


class Scenarios:
    """Each begins with people and functions that are warm, unless it is about being new."""

    def __init__(self, world: World, runner: Runner, *, messages: int) -> None:
        self._world = world
        self._runner = runner
        self._messages = messages
        self._numbers = iter(range(1, 1_000_000))
        self._people = iter(range(1, 1_000_000))
        runner.begin(requests_a_message=1)
        self._outbound([self._known_person()], text_message, 1)
        runner.starts_cost_what_was_billed_so_far()

    def inbound(self, *, new: bool, batch: int) -> Outcome:
        """Messages of people who wrote before, or of people who never did."""
        people = [
            bodies.person(next(self._people)) if new else self._known_person()
            for _ in range(self._messages)
        ]
        return self._measured(
            lambda: self._inbound(people, batch, int(time.time())), requests_a_message=1
        )

    def outbound(self, message: MessageTo, *, batch: int = 1) -> Outcome:
        """To people who wrote within the window; three statuses, each in a webhook of its own."""
        people = [self._known_person() for _ in range(self._messages)]
        return self._measured(
            lambda: self._outbound(people, message, batch), requests_a_message=1 + len(STATUSES)
        )

    def _measured(self, run: Callable[[], None], *, requests_a_message: int) -> Outcome:
        world = self._world
        world.changes()  # those before are not part of it
        stored, archived = world.stored_bytes(), world.archived_bytes()
        self._runner.begin(requests_a_message=requests_a_message)
        run()
        self._runner.archive()
        return Outcome(
            ledger=self._runner.settled().weighted(1 / self._messages),
            stored_bytes=(world.stored_bytes() - stored) / self._messages,
            archived_bytes=(world.archived_bytes() - archived) / self._messages,
            milliseconds=self._runner.milliseconds(),
        )

    def turned_epoch(self) -> Ledger:
        """For each content key, when its epoch is over: wrapped anew under the next one."""
        self._world.open_epoch(2)
        keys = [item for item in self._world.items("keys") if "wrapped_key" in item]
        self._runner.begin(requests_a_message=1)
        while not self._runner.invoke("epoch", {"step": "rewrap", "old": 1})["done"]:
            pass
        return self._runner.settled().weighted(1 / len(keys))

    def _inbound(self, people: list[bodies.Json], batch: int, at: int) -> None:
        for begin in range(0, len(people), batch):
            for who in people[begin : begin + batch]:
                self._runner.deliver(bodies.inbound(next(self._numbers), who, at))
            self._runner.consume("inbound", "inbound", batch=batch)

    def _outbound(self, people: list[bodies.Json], message: MessageTo, batch: int) -> None:
        for begin in range(0, len(people), batch):
            group = people[begin : begin + batch]
            ids = [self._sent(who, message) for who in group]
            at = int(time.time())
            for state, later in STATUSES.items():
                for who, message_id in zip(group, ids, strict=True):
                    wamid = self._world.graph.wamid_of(message_id)
                    told = bodies.status(state, wamid, who, message_id, at + later)
                    self._runner.deliver(told)
                self._runner.consume("inbound", "inbound", batch=batch)
            if any(len(self._message(one)["facts"]["M"]) != len(STATUSES) for one in ids):
                raise RuntimeError("a message has not all of its statuses")

    def _sent(self, who: bodies.Json, message: MessageTo) -> str:
        accepted = len(self._world.graph.sent)
        message_id = self._runner.post(f"key-{next(self._numbers)}", message(who))
        self._runner.consume("outbound", "sender", batch=1)
        if len(self._world.graph.sent) != accepted + 1:
            raise RuntimeError("a message was not sent exactly once")
        return message_id

    def _known_person(self) -> bodies.Json:
        who = bodies.person(next(self._people))
        self._inbound([who], 1, int(time.time()) - _EARLIER)
        return who

    def _message(self, message_id: str) -> Any:
        return self._world.item(f"MESSAGE#{message_id}", "MESSAGE")


def text_message(who: bodies.Json) -> bodies.Json:
    """Free-form: the customer service window is looked up and claimed."""
    return {"to": f"+{who['wa_id']}", "type": "text", "text": {"body": _TEXT}}


def template_message(who: bodies.Json) -> bodies.Json:
    parameters = [{"type": "text", "text": "12 o'clock tomorrow"}]
    template = {
        "name": "order_update",
        "language": {"code": "en"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    to = f"+{who['wa_id']}"
    return {"to": to, "type": "template", "purpose": "utility", "template": template}
