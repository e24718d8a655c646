"""Generated requests, valid and not: no 5xx, and every answer is the one that is described."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks

from functions.messages_api import wiring
from functions.messages_api.openapi import description
from tests.fakes import build
from tests.fakes.audit import audit_writer
from tests.unit.messages_api.api import ADA, T
from tests.unit.messages_api.wsgi import application

with pytest.MonkeyPatch.context() as patch:
    patch.setattr(wiring, "audit", audit_writer)
    SCHEMA = schemathesis.openapi.from_wsgi("/v1/openapi.json", application)

load_all_checks()
NOT_HERE = CHECKS.get_by_names(
    [
        "ignored_auth",  # the authorizer stands before the function; test_*_problems has claims
        "unsupported_method",  # API Gateway knows the methods; what is left is a 404
        "positive_data_acceptance",  # "ids must differ" and the like cannot be told in a schema
    ]
)


@pytest.fixture
def stored(api):
    message = build.text_message("wamid.1", sender=ADA, at=T)
    api.told(build.change(messages=[message]))
    return api


@SCHEMA.parametrize()
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_any_request_gets_an_answer_that_is_described(case, stored):
    response = case.call()

    case.validate_response(response, excluded_checks=NOT_HERE)
    assert response.status_code < 500


def test_the_description_that_was_tried_is_the_one_of_the_code():
    assert SCHEMA.raw_schema == description()
