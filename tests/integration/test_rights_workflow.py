"""The workflow of rights requests as it runs: waits, time-outs, decisions, failures, on moto."""

import pytest

from tests.fakes import rights_desk

ADA = "15550142424"


@pytest.fixture
def desk(monkeypatch):
    with rights_desk.opened(monkeypatch) as opened:
        yield opened


@pytest.fixture
def quick(monkeypatch):
    """Looks every second."""
    with rights_desk.opened(monkeypatch, tick_seconds=1) as opened:
        yield opened


def deeds(shown):
    return [step["deed"] for step in shown["steps"]]


def test_access_is_given_after_code_and_approval(desk):
    # given somebody who wrote an hour ago
    ada = desk.writes(ADA, "hello", ago_days=0.04)
    # when their request is filed, they name the code, and somebody else approves
    request = desk.filed("access", ada)
    assert request["state"] == "identity_unverified"
    assert desk.proved(request["id"])["state"] == "pending"
    desk.approved(request["id"])
    # then everything is collected and the request is over
    shown = desk.in_state(request["id"], "complete")
    assert deeds(shown) == ["filed", "code_sent", "verified", "approved", "started", "completed"]
    assert [(name, told["step"], told.get("part")) for name, told in desk.asked] == [
        ("access", "plan", None),
        ("access", "collect", "one"),
        ("access", "collect", "two"),
        ("access", "assemble", None),
    ]
    desk.ended()
