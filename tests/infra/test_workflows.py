"""State machines: every way ends, every step is tried again, nothing is written out."""

import json

import pytest

from functions.archive_api.settings import ArchiveApiSettings
from functions.core.archive.exports import policy
from infra.workflows.consent_import import consent_import_definition
from infra.workflows.epoch import epoch_definition
from infra.workflows.export import export_definition
from infra.workflows.hold import hold_definition
from infra.workflows.retention import retention_definition
from infra.workflows.rights import rights_definition

DEFINITIONS = {
    "retention-run": retention_definition(
        "arn:function", step_seconds=910, most_seconds=72_000, at_once=8
    ),
    "epoch": epoch_definition("arn:function", step_seconds=130, wait_seconds=600),
    "consent-import": consent_import_definition(
        "arn:function", step_seconds=310, most_seconds=21_600, at_once=5
    ),
    "export": export_definition("arn:function", step_seconds=910, most_seconds=21_600, at_once=5),
    "rights-request": rights_definition(
        "arn:rights", "arn:access", "arn:erasure", tick_seconds=86_400
    ),
    "hold": hold_definition("arn:function", step_seconds=910, most_seconds=86_400, at_once=2),
}
# waits for people, for as long as a law lets them take
PATIENT = "rights-request"


def _is_wait(task):
    return task["Resource"].endswith(".waitForTaskToken")


def _calls(definition):
    """Steps that a function does, and is done when it answers."""
    tasks = [body for _, body, _ in _states(definition) if body["Type"] == "Task"]
    return [task for task in tasks if not _is_wait(task)]


def _after(state):
    """Names of the states that may follow."""
    catches = [each["Next"] for each in state.get("Catch", [])]
    choices = [each["Next"] for each in state.get("Choices", [])]
    return {*choices, *catches, *(state[key] for key in ("Next", "Default") if key in state)}


def _states(definition):
    """All of them, those inside a map too, each with the states beside it."""
    for name, state in definition["States"].items():
        yield name, state, definition
        if "ItemProcessor" in state:
            yield from _states(state["ItemProcessor"])


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_state_is_reached_and_every_next_one_exists(name):
    definition = DEFINITIONS[name]
    for state, body, beside in _states(definition):
        assert _after(body) <= set(beside["States"]), state
    seen, queue = set(), [definition["StartAt"]]
    while queue:
        at = queue.pop()
        if at not in seen:
            seen.add(at)
            queue += _after(definition["States"][at])
    assert seen == set(definition["States"])


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_state_ends_or_goes_on(name):
    for state, body, _ in _states(DEFINITIONS[name]):
        ends = body["Type"] in {"Succeed", "Fail"} or body.get("End")
        assert ends or _after(body), state


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_step_is_tried_again_and_none_waits_for_ever(name):
    tasks = _calls(DEFINITIONS[name])
    assert tasks
    for task in tasks:
        assert task["Retry"][-1]["ErrorEquals"] == ["States.ALL"]
        assert task["Retry"][-1]["MaxAttempts"] >= 3
        # Lambda itself ends at 900
        assert task["TimeoutSeconds"] <= 910
    longest = 365 * 86_400 if name == PATIENT else 86_400
    assert DEFINITIONS[name]["TimeoutSeconds"] <= longest


def test_waits_for_people_end_by_themselves_and_time_outs_are_not_tried_again():
    waits = [
        body
        for _, body, _ in _states(DEFINITIONS[PATIENT])
        if body["Type"] == "Task" and _is_wait(body)
    ]
    assert len(waits) == 3
    for each in waits:
        assert each["TimeoutSeconds"] == 86_400
        assert [retry["ErrorEquals"] for retry in each["Retry"]] == [["States.TaskFailed"]]
        assert {catch["ErrorEquals"][0]: catch["Next"] for catch in each["Catch"]} == {
            "States.Timeout": "Look",
            "States.ALL": "Rest",
        }


@pytest.mark.parametrize("name", DEFINITIONS)
def test_workflows_are_written_in_jsonpath(name):
    assert "QueryLanguage" not in json.dumps(DEFINITIONS[name])


def test_state_machines_are_under_our_key_traced_and_log_neither_input_nor_output(prod):
    machines = prod.of_type("AWS::StepFunctions::StateMachine")
    assert {each.properties["StateMachineName"] for each in machines} == {
        f"amana-prod-{name}" for name in DEFINITIONS
    }
    for machine in machines:
        encryption = machine.properties["EncryptionConfiguration"]
        assert "KeysOperations" in prod.name_of(encryption["KmsKeyId"]), machine
        assert machine.properties["TracingConfiguration"] == {"Enabled": True}, machine
        logging = machine.properties["LoggingConfiguration"]
        assert logging["IncludeExecutionData"] is False, machine


@pytest.mark.parametrize("name", DEFINITIONS)
def test_what_is_deployed_is_the_definition_with_its_nulls(prod, name):
    """A `ResultPath` of null keeps the input; left out, the answer would take its place."""
    (machine,) = [
        each.properties
        for each in prod.of_type("AWS::StepFunctions::StateMachine")
        if each.properties["StateMachineName"] == f"amana-prod-{name}"
    ]
    deployed = json.loads(prod.name_of(machine["DefinitionString"]))
    assert deployed.keys() == DEFINITIONS[name].keys()
    for state, body in DEFINITIONS[name]["States"].items():
        assert deployed["States"][state].keys() == body.keys(), state


def test_an_export_is_given_up_before_whoever_asked_stops_waiting(prod):
    (export,) = [
        each.properties
        for each in prod.of_type("AWS::StepFunctions::StateMachine")
        if each.properties["StateMachineName"] == "amana-prod-export"
    ]
    definition = json.loads(prod.name_of(export["DefinitionString"]))
    assert definition["TimeoutSeconds"] <= policy.number("export", "patience") * 3600


def test_the_api_starts_the_workflow_that_there_is(prod):
    function = prod.functions()["archive_api"].properties["Environment"]["Variables"]
    environment = {key: prod.name_of(value) for key, value in function.items()}
    arn = ArchiveApiSettings.parse(environment).state_machine_arn
    names = [
        each.properties["StateMachineName"]
        for each in prod.of_type("AWS::StepFunctions::StateMachine")
    ]
    assert arn.rpartition(":stateMachine:")[2] in names


def test_a_busy_function_is_waited_for_longer_than_a_failing_one_is_tried():
    for definition in DEFINITIONS.values():
        tasks = _calls(definition)
        assert tasks
        for task in tasks:
            busy, failing = task["Retry"]
            assert busy["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
            assert busy["MaxAttempts"] * busy["IntervalSeconds"] >= 3600
            assert failing["ErrorEquals"] == ["States.ALL"]


def test_epochs_are_looked_at_every_hour_and_after_every_deployment(prod):
    rules = [
        each.properties
        for each in prod.of_type("AWS::Events::Rule")
        if "EpochWorkflow" in str(each.properties["Targets"])
    ]
    (schedule,) = [each for each in rules if "ScheduleExpression" in each]
    (deployed,) = [each for each in rules if "EventPattern" in each]
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    detail = deployed["EventPattern"]["detail"]
    assert detail["status-details"] == {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]}
    (stacks,) = detail["stack-id"]
    assert prod.name_of(stacks["prefix"]).endswith(":stack/amana-prod-")


def test_whoever_seals_or_opens_content_may_open_epochs(prod):
    variables = prod.functions()["epoch"].properties["Environment"]["Variables"]
    told = prod.name_of(variables["AMANA_KEY_USER_ROLE_ARNS"])
    readers = {
        function
        for function, each in prod.functions().items()
        if "AMANA_KEYS_TABLE" in each.properties["Environment"]["Variables"]
    }
    named = {each.strip("<>").removesuffix("Role.Arn") for each in told.split(",")}
    # one turns them, the other marks keys as held; neither opens what a key has sealed
    assert named == {_construct(name) for name in readers - {"epoch", "holder"}}


def _construct(function):
    return "".join(part.capitalize() for part in function.split("_"))
