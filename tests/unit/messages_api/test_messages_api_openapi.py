"""The description of the API follows from the code, and the code keeps to it."""

import json
import os
import subprocess
import sys

import pytest

from functions.core.sending.message_parts import limit
from functions.messages_api.openapi import description
from functions.messages_api.operations import OPERATIONS, READ, SEND
from functions.messages_api.reading import LIMIT
from functions.messages_api.sending import DUTY_SCOPE


def references(value):
    if isinstance(value, dict):
        yield from (v for k, v in value.items() if k == "$ref")
        yield from (v for m in [value.get("mapping")] if isinstance(m, dict) for v in m.values())
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from references(one)


def run(*arguments):
    # an empty environment: nothing of the deployment is there when a module is imported
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(  # noqa: S603 - our own module under our own interpreter
        [sys.executable, "-W", "error", *arguments],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    ).stdout


def test_it_is_served_without_a_token(api):
    answer = api.get("/v1/openapi.json", claims=None)

    assert answer.status == 200
    assert answer.body == description()


def test_it_is_printed_the_same_every_time():
    printed = run("-m", "functions.messages_api.openapi")

    assert printed == json.dumps(description(), indent=2, sort_keys=True) + "\n"


def test_the_handler_is_importable_before_anything_is_deployed():
    run("-c", "import functions.messages_api.handler")


def test_every_reference_leads_somewhere():
    told = description()

    for reference in set(references(told)):
        assert reference.removeprefix("#/components/schemas/") in told["components"]["schemas"]


def test_names_of_schemas_are_for_people():
    assert [name for name in description()["components"]["schemas"] if "__" in name] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_operation_names_its_scope_and_its_problems(operation):
    told = description()["paths"][operation.path][operation.method.lower()]

    scopes = [{"oauth2": [operation.scope]}] if operation.scope else []
    assert told["security"] == scopes
    for status, response in told["responses"].items():
        (media_type,) = response["content"]
        problem = int(status) >= 400
        assert media_type == ("application/problem+json" if problem else "application/json")


def test_the_scopes_are_those_of_the_user_pool():
    flow = description()["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]

    assert set(flow["scopes"]) == {
        "amana/messages:send",
        "amana/messages:read",
        "amana/messages:legal-duty",
    }
    assert {SEND, READ, DUTY_SCOPE} == set(flow["scopes"])


def test_metas_limits_are_told():
    schemas = description()["components"]["schemas"]

    assert schemas["Text"]["properties"]["body"]["maxLength"] == limit("text_body")
    assert schemas["ButtonAction"]["properties"]["buttons"]["maxItems"] == limit("reply_buttons")
    assert schemas["TextMessage"]["additionalProperties"] is False
    assert {r for one in schemas["TextMessage"]["oneOf"] for r in one["required"]} == {
        "to",
        "recipient",
        "contact_id",
    }


def test_limits_of_pages_and_what_is_accepted_are_the_same():
    accepted = [n for n in range(-1, 1000) if LIMIT.accepts(str(n))]

    assert [accepted[0], accepted[-1]] == [LIMIT.schema["minimum"], LIMIT.schema["maximum"]]
    assert len(accepted) == LIMIT.schema["maximum"]
