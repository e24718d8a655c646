"""From updates to posts, with whatever the faults make of them; and everything once more."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sandbox.faults import Fault, Faults
from sandbox.graph.people import Person
from sandbox.webhooks.bodies import groups, split
from sandbox.webhooks.outbox import Outbox
from sandbox.webhooks.post import Post
from sandbox.wire import Json, encode

# by the sandbox's clock: how long a batch waits for more when the fault does not say
_BATCH_WAIT_SECONDS = 5


class Publisher:
    def __init__(self, outbox: Outbox, faults: Faults) -> None:
        self._outbox = outbox
        self._faults = faults
        self._batch: Post | None = None
        # what Meta would have sent without faults, in order
        self._sent: list[Json | bytes] = []

    def publish(
        self, bodies: Sequence[tuple[Json, datetime]], person: Person | None, number: str, on: str
    ) -> None:
        """Post bodies that belong together (a message's statuses, one inbound batch).

        Args:
            bodies: each with its time.
            person: the one they are about.
            number: the phone number id.
            on: what they hold, `messages` or `statuses`.
        """
        self._sent += [body for body, _ in bodies]
        shuffle = self._faults.take({"reorder"}, person, number, on)
        for body, due in _reordered(bodies, shuffle) if shuffle else bodies:
            self._post(body, due, person, number, on)

    def publish_raw(self, raw: bytes, due: datetime) -> None:
        self._sent.append(raw)
        self._outbox.put(Post(due, raw=raw))

    def republish(
        self, now: datetime, *, times: int = 1, group: int | None = None, seed: int | None = None
    ) -> int:
        """Everything sent so far again: `times` rounds, shuffled, in bodies of `group` updates."""
        order = random.Random(seed)  # noqa: S311  # a repeatable order, no secret
        posts = 0
        for _ in range(times):
            round_ = _apart(self._sent) if group else list(self._sent)
            if seed is not None:
                order.shuffle(round_)
            for body in _together(round_, group) if group else round_:
                raw = body if isinstance(body, bytes) else None
                self._outbox.put(Post(now, [] if isinstance(body, bytes) else [body], raw=raw))
                posts += 1
        return posts

    def forget(self) -> None:
        self._sent.clear()
        self._batch = None

    def _post(self, body: Json, due: datetime, person: Person | None, number: str, on: str) -> None:
        def fault(kind: str) -> Fault | None:
            return self._faults.take({kind}, person, number, on)

        if fault("drop"):
            return
        if self._batch and self._outbox.gather(self._batch, body):
            return
        if batch := fault("batch"):
            wait = timedelta(seconds=batch.options.get("wait_seconds", _BATCH_WAIT_SECONDS))
            self._batch = Post(due + wait, [body], size=int(batch.options.get("size", 2)))
            self._outbox.put(self._batch)
            return
        duplicate = fault("duplicate")
        copies = int(duplicate.options.get("copies", 1)) if duplicate else 0
        again = 1 if fault("redeliver") else 0
        for _ in range(1 + copies):
            self._outbox.put(Post(due, [body], again=again))


def _reordered(
    bodies: Sequence[tuple[Json, datetime]], fault: Fault
) -> list[tuple[Json, datetime]]:
    """The same times, other bodies: backwards, or shuffled when a seed is given."""
    order = [body for body, _ in bodies]
    if "seed" in fault.options:
        random.Random(fault.options["seed"]).shuffle(order)  # noqa: S311  # repeatable
    else:
        order.reverse()
    return [(body, due) for body, (_, due) in zip(order, bodies, strict=True)]


def _apart(sent: list[Json | bytes]) -> list[Json | bytes]:
    """One body for each update; what cannot be taken apart stays as it is."""
    return [
        part
        for body in sent
        for part in ((body,) if isinstance(body, bytes) else split(body) or (encode(body),))
    ]


def _together(parts: list[Json | bytes], size: int) -> list[Json | bytes]:
    loose = [part for part in parts if not isinstance(part, bytes)]
    return [*groups(loose, size), *(part for part in parts if isinstance(part, bytes))]
