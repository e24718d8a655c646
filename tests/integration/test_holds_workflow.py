"""The workflow of legal holds as it runs, on moto: placed, lifted, failed in the middle, twice."""

import json
import re
import time

import boto3
import pytest
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

from functions.holder import handler as holder
from functions.holder import wiring as holder_wiring
from functions.holder.settings import HolderSettings
from functions.holds_api import wiring as api_wiring
from functions.holds_api.scopes import LIFT, WRITE
from functions.holds_api.settings import HoldsApiSettings
from infra.workflows.hold import hold_definition
from tests.fakes import archive, tables
from tests.integration.sealed_platform import pseudonym_secret, start_anew
from tests.integration.test_holds import archived, ask, contact, is_held, locked, place, show
from tests.unit.messages_api.api import Context

_WAITED_SECONDS = 30


class Lambda:
    """What the state machine calls; a step named in `fails` fails so often."""

    def __init__(self):
        self.fails, self.steps = {}, []

    def invoke(self, **call):
        payload = json.loads(call["Payload"])
        self.steps.append(payload["step"])
        try:
            return _answered(self._answer(payload))
        except Exception as error:  # noqa: BLE001 - as Lambda tells any of them
            failed = {"errorType": type(error).__name__, "errorMessage": "left out"}
            return _answered(failed) | {"FunctionError": "Unhandled"}

    def _answer(self, payload):
        if self.fails.get(payload["step"], 0) > 0:
            self.fails[payload["step"]] -= 1
            raise RuntimeError("down")
        return holder.handler(payload, Context())


class _Body:
    def __init__(self, told):
        self._data = json.dumps(told).encode()

    def read(self):
        return self._data


def _answered(told):
    return {"StatusCode": 200, "Payload": _Body(told)}


def _definition():
    """As it is deployed, but nobody waits for a second try."""
    told = hold_definition("holder", step_seconds=10, most_seconds=60, at_once=2)
    text = re.sub(r"\$\{Token\[AWS\.Partition\.\d+\]\}", "aws", json.dumps(told))
    text = re.sub(r'"(IntervalSeconds|MaxDelaySeconds)": \d+', r'"\1": 1', text)
    return re.sub(r'"MaxAttempts": \d+', '"MaxAttempts": 1', text)


@pytest.fixture
def platform(monkeypatch):
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        tables.create(boto3.client("dynamodb"))
        tables.open_epoch(boto3.client("dynamodb"), boto3.client("kms"))
        archive.create_buckets()
        machine = boto3.client("stepfunctions").create_state_machine(
            name="hold", definition=_definition(), roleArn="arn:aws:iam::123456789012:role/x"
        )["stateMachineArn"]
        shared = {
            "compliance_table": "compliance",
            "conversations_table": "conversations",
            "keys_table": "keys",
            "state_machine_arn": machine,
            "outbox_table": "outbox",
        }
        told = HoldsApiSettings(
            **shared, pseudonym_secret_arn=pseudonym_secret(), portfolio_id="portfolio-1"
        ).environment()
        told |= HolderSettings(**shared, archive_bucket="archive").environment()
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        start_anew(api_wiring, holder_wiring)
        called = Lambda()
        monkeypatch.setattr(lambda_eval_utils, "boto_client_for", lambda **_: called)
        yield called, machine
        ended(machine)
    start_anew(api_wiring, holder_wiring)


def ended(machine):
    """How the executions ended, the first first."""
    end = time.monotonic() + _WAITED_SECONDS
    while time.monotonic() < end:
        found = boto3.client("stepfunctions").list_executions(stateMachineArn=machine)
        told = [each["status"] for each in sorted(found["executions"], key=lambda e: e["name"])]
        if "RUNNING" not in told:
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_a_hold_is_placed_and_lifted(platform):
    _, machine = platform
    contact_id, node = contact()
    archived(node, 10)
    hold_id = place(contact_id=contact_id)[1]["id"]

    assert ended(machine) == ["SUCCEEDED"]
    assert show(hold_id)[1]["status"] == "active"
    assert len(locked()) == 2

    ask("POST", f"/v1/holds/{hold_id}/lift-request", scope=WRITE)
    ask("POST", f"/v1/holds/{hold_id}/lift", scope=LIFT, client="partner")
    assert ended(machine) == ["SUCCEEDED", "SUCCEEDED"]
    assert show(hold_id)[1]["status"] == "lifted"
    assert locked() == set()


# not `hold`: moto lets a map succeed whose items fail, which Step Functions does not
@pytest.mark.parametrize("step", ["plan", "finish"])
def test_a_failure_in_the_middle_leaves_everything_held_and_is_made_up_for(platform, step):
    called, machine = platform
    contact_id, node = contact()
    archived(node, 10)
    # more often than it is tried
    called.fails[step] = 2

    hold_id = place(contact_id=contact_id)[1]["id"]
    assert ended(machine) == ["FAILED"]
    assert called.steps[-1] == "fail"
    shown = show(hold_id)[1]
    assert (shown["status"], shown["error"]) == ("placing", "internal_error")
    assert is_held(node)

    place(contact_id=contact_id)
    assert ended(machine) == ["FAILED", "SUCCEEDED"]
    assert show(hold_id)[1]["status"] == "active"
    assert len(locked()) == 2


def test_two_runs_at_once_end_as_one(platform):
    _, machine = platform
    contact_id, node = contact()
    for number in (10, 20, 30):
        archived(node, number)
    hold_id = place(contact_id=contact_id)[1]["id"]
    holder.handler({"step": "sweep"}, Context())

    assert ended(machine) == ["SUCCEEDED", "SUCCEEDED"]
    shown = show(hold_id)[1]
    assert (shown["status"], shown["archive_objects"]) == ("active", 6)
    assert len(locked()) == 6
