"""For every test: no real AWS account in reach, and Hypothesis without time limits of its own."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.fakes import moto_in_turn

moto_in_turn.arrange()

settings.register_profile(
    "amana", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.load_profile("amana")

_DUMMY_AWS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
os.environ.update(_DUMMY_AWS)
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def _fresh_clients():
    """Clients cached by one test hold another test's mock."""
    yield
    from functions.core.audit import wiring
    from functions.core.runtime import aws

    aws.forget()
    wiring.writer.cache_clear()
