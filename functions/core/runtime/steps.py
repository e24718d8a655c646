"""A step of a workflow fails by the name of its error: its words would stand in the history."""

from collections.abc import Iterator
from contextlib import contextmanager

from functions.core.runtime import log
from functions.core.runtime.errors import AmanaError


class StepFailedError(AmanaError):
    """Something nobody foresaw; its own words may quote what people wrote, so it has none."""


@contextmanager
def failing(told: str) -> Iterator[None]:
    """`told`: the line of the log. Our own errors hold no content, and go as they are."""
    try:
        yield
    except AmanaError as error:
        log.error(told, error)
        raise
    except Exception as error:  # noqa: BLE001 - told by its type alone
        log.error(told, error)
        raise StepFailedError(type(error).__name__) from None
