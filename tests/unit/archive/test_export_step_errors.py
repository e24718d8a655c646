"""What goes wrong in a step is told to the workflow without a word of what people wrote."""

import traceback
from types import SimpleNamespace

import pytest

from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.steps import StepFailedError
from functions.exporter import handler

CANARY = "canary Quetzalcoatl"
CONTEXT = SimpleNamespace(aws_request_id="r")
EVENT = {"step": "collect", "export_id": "e_1", "part": 0}


def failing(monkeypatch, error):
    def step(_event):
        raise error

    monkeypatch.setitem(handler.STEPS, "collect", step)


def test_an_unforeseen_error_is_told_by_its_type(monkeypatch, capsys):
    failing(monkeypatch, ValueError(CANARY))
    with pytest.raises(StepFailedError) as told:
        handler.handler(EVENT, CONTEXT)
    shown = "".join(traceback.format_exception(told.value)) + capsys.readouterr().out
    assert "ValueError" in shown
    assert CANARY not in shown


def test_an_error_of_ours_keeps_its_name(monkeypatch):
    failing(monkeypatch, StoreUnavailableError("reading the archive: SlowDown"))
    with pytest.raises(StoreUnavailableError):
        handler.handler(EVENT, CONTEXT)
