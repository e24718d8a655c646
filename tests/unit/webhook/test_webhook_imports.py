"""The webhook starts fast: what it imports is measured by the bench and held here."""

import subprocess
import sys

import pytest

PROBE = """
import sys
import functions.webhook.handler
print(*sorted(sys.modules))
"""


@pytest.fixture(scope="module")
def imported():
    # `-I` and an empty environment: no variables, no site customisation
    done = subprocess.run(  # noqa: S603 (our own interpreter, a constant program)
        [sys.executable, "-c", PROBE], env={}, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_the_handler_imports_with_an_empty_environment(imported):
    assert "functions" in imported


@pytest.mark.parametrize(
    "heavy",
    [
        "pydantic",
        "aws_lambda_powertools",
        "boto3.dynamodb",  # the webhook reads and writes no table
        # of the cipher library, one cipher is enough
        "cryptography.x509",
        "cryptography.hazmat.primitives.asymmetric",
        "cryptography.hazmat.primitives.serialization",
        "cryptography.hazmat.backends.openssl",
    ],
)
def test_the_webhook_does_not_import(imported, heavy):
    assert heavy not in imported


def test_the_webhook_knows_of_no_content_keys(imported):
    """Bodies travel under the transit key; whose they are is not known yet."""
    assert "functions.core.content.transit" in imported
    assert "functions.core.content.keyring" not in imported
