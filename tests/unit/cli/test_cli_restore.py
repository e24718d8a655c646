"""`amana restore replay`: step after step, page after page, and what is told of it."""

import io
import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from cli.errors import CliError
from cli.restore import Replay, since_from

SINCE = datetime(2026, 11, 24, 8, tzinfo=UTC)


class FakeLambda:
    """Answers in order; an answer that is an exception type's name is a function's failure."""

    def __init__(self, *answers):
        self.answers, self.events = list(answers), []

    def invoke(self, *, FunctionName, Payload):  # noqa: N803 (AWS's names)
        self.events.append((FunctionName, json.loads(Payload)))
        told = self.answers.pop(0)
        if isinstance(told, Exception):
            raise told
        body = {"Payload": io.BytesIO(json.dumps(told).encode())}
        return body | ({"FunctionError": "Unhandled"} if "errorType" in told else {})


def replay(*answers):
    client = FakeLambda(*answers)
    return Replay(function="f", since=SINCE).run(client), client.events


def test_every_step_is_called_until_it_has_no_next_one_and_counts_add_up():
    counts, events = replay(
        {"again": 20, "held": 1, "next": "a"},
        {"again": 3, "held": 0, "next": ""},
        {"pointers": 2, "next": "{}"},
        {"pointers": 1, "next": ""},
        {"recorded": 4, "known": 7},
    )
    assert counts == {"again": 23, "held": 1, "pointers": 3, "recorded": 4, "known": 7}
    assert [(e["step"], e["after"]) for _, e in events] == [
        ("replay", ""),
        ("replay", "a"),
        ("pointers", ""),
        ("pointers", "{}"),
        ("withdrawals", ""),
    ]
    assert {e["since_ms"] for _, e in events} == {1_795_507_200_000}


def test_a_step_that_fails_is_named_with_what_to_do():
    with pytest.raises(CliError, match=r"replay failed \(NotErasedError\).*run the command again"):
        replay({"errorType": "NotErasedError", "errorMessage": "contact 1"})


def test_a_function_that_cannot_be_called_says_what_to_check():
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Invoke")
    with pytest.raises(CliError, match="--profile"):
        replay(denied)


@pytest.mark.parametrize("text", ["yesterday", "2026-11-24T08:00:00", "2026-11-24"])
def test_a_time_without_a_zone_is_refused(text):
    with pytest.raises(CliError, match="with a zone"):
        since_from(text)


def test_a_time_with_a_zone_is_taken():
    assert since_from("2026-11-24T09:00:00+01:00") == SINCE
