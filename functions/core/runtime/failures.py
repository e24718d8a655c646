"""AWS errors, translated once: a caller learns that it can try again, not what it sent."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.runtime.errors import StoreUnavailableError


@contextmanager
def as_unavailable(doing: str) -> Iterator[None]:
    """`doing` names the operation in the error, for an operator to read."""
    try:
        yield
    except ClientError as error:
        raise StoreUnavailableError(f"{doing}: {error.response['Error']['Code']}") from error
    except BotoCoreError as error:
        # Some of botocore's own messages quote parameter values, so the cause stays out.
        raise StoreUnavailableError(f"{doing}: {type(error).__name__}") from None
