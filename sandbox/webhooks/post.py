"""One POST to the business: what is in it, when it leaves, how it went."""

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.webhooks.bodies import join
from sandbox.wire import Json, encode

NOBODY_LISTENS = "no webhook url"


@dataclass(eq=False)
class Post:
    due: datetime
    # bodies to be joined into one when it leaves
    parts: list[Json] = field(default_factory=list)
    # instead of parts: bytes nobody may touch
    raw: bytes | None = None
    number: int = 0
    attempt: int = 0
    # how often it is sent again although it was answered with 200
    again: int = 0
    # a batch fault still gathers in it
    size: int = 0

    @property
    def bytes(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return encode(self.parts[0] if len(self.parts) == 1 else join(self.parts))


@dataclass(frozen=True)
class Result:
    """`status` is None when nobody answered; `error` then says why."""

    status: int | None = None
    error: str | None = None

    @property
    def acknowledged(self) -> bool:
        return self.status == 200  # noqa: PLR2004  # Meta takes no other status for a yes
