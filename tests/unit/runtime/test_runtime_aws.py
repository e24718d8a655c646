import pytest

from functions.core.runtime import aws

SERVICES = [aws.sqs, aws.s3, aws.secrets, aws.dynamodb]


@pytest.fixture(autouse=True)
def region(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    aws.forget()
    yield
    aws.forget()


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_is_created_once(service):
    assert service() is service()


@pytest.mark.parametrize("service", SERVICES)
def test_no_client_waits_longer_than_its_caller(service):
    config = service().meta.config

    assert config.connect_timeout <= 1
    assert config.read_timeout <= 5
    assert config.retries["mode"] == "standard"


def test_clients_follow_aws_endpoint_url(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")

    assert aws.sqs().meta.endpoint_url == "http://127.0.0.1:4566"


def test_forgetting_reads_the_environment_anew(monkeypatch):
    before = aws.sqs()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    aws.forget()

    assert before.meta.region_name == "eu-central-1"
    assert aws.sqs().meta.region_name == "eu-west-1"
