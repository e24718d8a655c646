"""The description of the API (OpenAPI 3.1), made from the code that serves it.

`python -m functions.messages_api.openapi` prints it.
"""

import json
import sys
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from functions.core.runtime.http.problems import MEDIA_TYPE
from functions.core.runtime.http.requests import Parameter
from functions.core.sending.messages import AnyMessage
from functions.messages_api.answers import ProblemDetails
from functions.messages_api.operations import OPERATIONS, READ, SEND, Operation
from functions.messages_api.sending import DUTY_SCOPE

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaMode

_SCOPES = {
    SEND: "send messages and mark them as read",
    DUTY_SCOPE: "send what a law demands, whatever the person has agreed to",
    READ: "read conversations, messages and account updates",
}
_PROBLEM = "ProblemDetails"
_MESSAGE = "OutboundMessage"


@cache
def description() -> dict[str, Any]:
    schemas, definitions = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        described = _described(operation, schemas)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Amana messages",
            "version": "1",
            "description": "WhatsApp conversations, sent and received under compliance rules.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": definitions, "securitySchemes": {"oauth2": _oauth2()}},
    }


def _schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """Schemas of answers by operation, and the definitions they share."""
    answers: dict[str, Any] = {operation.id: operation.answer for operation in OPERATIONS}
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        (_MESSAGE, "validation", TypeAdapter(AnyMessage)),
        (_PROBLEM, "serialization", TypeAdapter(ProblemDetails)),
        *((name, "serialization", TypeAdapter(answer)) for name, answer in answers.items()),
    ]
    found, shared = TypeAdapter.json_schemas(wanted, ref_template="#/components/schemas/{model}")
    schemas = {name: schema for (name, _), schema in found.items()}
    definitions = {**shared["$defs"], _MESSAGE: schemas.pop(_MESSAGE)}
    return schemas, definitions


def _described(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    problem = {"content": {MEDIA_TYPE: {"schema": schemas[_PROBLEM]}}}
    problems = {
        str(status): {"description": HTTPStatus(status).phrase, **problem}
        for status in operation.problems
    }
    answer = {"application/json": {"schema": schemas[operation.id]}}
    good = {"description": HTTPStatus(operation.status).phrase, "content": answer}
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "security": [{"oauth2": [operation.scope]}] if operation.scope else [],
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "responses": {str(operation.status): good, **problems},
    }
    if operation.takes_message:
        body = {"application/json": {"schema": {"$ref": f"#/components/schemas/{_MESSAGE}"}}}
        described["requestBody"] = {"required": True, "content": body}
    return described


def _parameter(parameter: Parameter) -> dict[str, Any]:
    form = {"type": "string", "pattern": f"^({parameter.pattern})$"}
    return {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.required,
        "schema": dict(parameter.schema) or form,
        **({"description": parameter.reason} if parameter.reason else {}),
    }


def _oauth2() -> dict[str, Any]:
    flow = {"tokenUrl": "/oauth2/token", "scopes": _SCOPES}
    return {
        "type": "oauth2",
        "description": "Client credentials; the deployment's outputs name the host of tokenUrl.",
        "flows": {"clientCredentials": flow},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(description(), indent=2, sort_keys=True) + "\n")
