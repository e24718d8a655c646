"""(a) What the webhook function does itself, beside the least that any webhook must do."""

import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

from bench import bodies, calls
from bench.results import Number, Section, spread
from bench.timing import Spread, ratio, take_turns

_AIM = 2.0
_ROUNDS = 31
_WRAPPED_BYTES = 184  # what KMS makes of a data key of 256 bits


class Nothing:
    """An AWS client that takes every call and does nothing."""

    def send_message(self, **_: Any) -> None: ...

    def put_object(self, **_: Any) -> None: ...

    def get_secret_value(self, **_: Any) -> dict[str, str]:
        return {"SecretString": json.dumps({"app_secret": bodies.SECRET, "verify_token": "bench"})}

    def update_item(self, **_: Any) -> dict[str, Any]:
        return {"Attributes": {"number": {"N": "1"}}}

    def put_item(self, **_: Any) -> None: ...

    def generate_data_key(self, **_: Any) -> dict[str, bytes]:
        return {"Plaintext": b"k" * 32, "CiphertextBlob": b"w" * _WRAPPED_BYTES}


@contextmanager
def without_aws() -> Iterator[Any]:
    """The real handler with clients that do nothing."""
    from functions.core.runtime import aws
    from functions.webhook import handler, wiring

    nothing = Nothing()
    with (
        patch.object(aws, "client", lambda _service: nothing),
        patch.dict(os.environ, calls.environment()),
    ):
        _forget(wiring)
        yield handler.handler
        _forget(wiring)


def _forget(wiring: ModuleType) -> None:
    for part in vars(wiring).values():
        if hasattr(part, "cache_clear"):
            part.cache_clear()


def measure() -> Section:
    numbers: list[Number] = []
    with without_aws() as handler:
        for size in (1, 1_000):
            numbers += _compared(handler, size)
    return Section(
        key="webhook",
        title="(a) webhook: handler without AWS calls, beside HMAC + json.dumps of the body",
        numbers=numbers,
        notes=[
            "The least: HMAC-SHA256 of the raw bytes and json.dumps of the parsed document.",
            "The stricter ratio dumps the body as one text, which is less work.",
            f"Processor time, {_ROUNDS} rounds; ratios are of turns that followed each other.",
        ],
    )


def _compared(handler: Any, size: int) -> list[Number]:
    document = bodies.batch(size, people=20)
    body = bodies.encoded(document)
    event, context, key = calls.posted(body), calls.Context(), bodies.SECRET.encode()
    answer = handler(event, context)
    if answer["statusCode"] != 200:  # noqa: PLR2004 - HTTP's OK
        raise RuntimeError(f"the webhook function answered {answer['statusCode']}")
    text = body.decode()
    turns = take_turns(
        {
            "handler": lambda: handler(event, context),
            "document": lambda: (hmac.digest(key, body, "sha256"), json.dumps(document)),
            "text": lambda: (hmac.digest(key, body, "sha256"), json.dumps(text)),
        },
        rounds=_ROUNDS,
    )
    updates = "1 update" if size == 1 else f"{size:,} updates"
    name = f"{updates}, {len(body):,} bytes"
    return [
        spread(f"{name}: ratio", ratio(turns, "handler", "document"), "x", target=_AIM),
        spread(f"{name}: stricter ratio", ratio(turns, "handler", "text"), "x"),
        spread(f"{name}: handler", Spread.of(turns["handler"]), "µs", scale=1e6),
        spread(f"{name}: the least", Spread.of(turns["document"]), "µs", scale=1e6),
    ]
