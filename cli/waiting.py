"""Waiting with an end, and ports that are free."""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

from cli.errors import CliError

T = TypeVar("T")


def wait_until(
    attempt: Callable[[], T | None],
    *,
    what: str,
    hint: str,
    seconds: float,
    pause: float = 0.1,
) -> T:
    """The first answer of `attempt` that is not None or False."""
    deadline = time.monotonic() + seconds
    while True:
        answer = attempt()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise CliError(f"{what} did not happen within {seconds:g} seconds. {hint}")
        time.sleep(pause)


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on; all held at once, so that no two are the same."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
