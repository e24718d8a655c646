"""Moto answers one request at a time, as its stores are plain dictionaries.

DynamoDB serves side by side what the functions write side by side. In moto one request may change
a table while another copies it for its roll-back: an error that AWS does not know, or a lost write.
"""

from threading import Lock
from typing import Any

from moto.core.botocore_stubber import BotocoreStubber

_turn = Lock()


def arrange() -> None:
    answer = BotocoreStubber.process_request

    def in_turn(self: BotocoreStubber, request: Any) -> Any:
        with _turn:
            return answer(self, request)

    BotocoreStubber.process_request = in_turn  # type: ignore[method-assign]  # moto has no setting
