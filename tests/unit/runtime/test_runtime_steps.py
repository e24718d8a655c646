"""What a step fails with stands in the history of its execution: a name, never what was said."""

import pytest

from functions.core.runtime.errors import AmanaError
from functions.core.runtime.steps import StepFailedError, failing
from functions.erasure import handler as erasure


class OfOursError(AmanaError):
    pass


def test_an_error_nobody_foresaw_is_told_by_its_type_alone(capsys):
    with pytest.raises(StepFailedError, match=r"^KeyError$") as told, failing("step failed"):
        raise KeyError("canary words")
    assert told.value.__cause__ is None
    assert "canary" not in capsys.readouterr().out


def test_our_own_errors_go_as_they_are():
    with pytest.raises(OfOursError, match="of ours"), failing("step failed"):
        raise OfOursError("of ours")


def test_an_erasure_says_nothing_of_what_it_was_about(monkeypatch, capsys):
    def fails(_event):
        raise ValueError("canary words")

    monkeypatch.setitem(erasure.STEPS, "plan", fails)

    class Context:
        aws_request_id = "r"

    with pytest.raises(StepFailedError, match=r"^ValueError$"):
        erasure.handler({"step": "plan", "request_id": "q_1"}, Context())
    assert "canary" not in capsys.readouterr().out
