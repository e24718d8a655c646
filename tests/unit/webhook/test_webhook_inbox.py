import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.core.runtime.errors import StoreUnavailableError
from functions.webhook.inbox import Inbox
from functions.webhook.settings import WebhookSettings

SETTINGS = WebhookSettings(
    inbound_queue_url="https://queue",
    transit_bucket="transit",
    meta_secret_arn="arn",
    claim_check_bytes=100,
)
LARGE = b"x" * 101
REFUSED = ClientError({"Error": {"Code": "ServiceUnavailable", "Message": ""}}, "any")
UNREACHABLE = EndpointConnectionError(endpoint_url="https://queue")


class Journal:
    """Queue and bucket in one, writing down what happened in which order."""

    def __init__(self, **failures):
        self.failures = failures
        self.done = []

    def send_message(self, **request):
        self._do("send", request)

    def put_object(self, **request):
        self._do("put", request)

    def _do(self, step, request):
        if step in self.failures:
            raise self.failures[step]
        self.done.append((step, request))

    @property
    def steps(self):
        return [step for step, _ in self.done]


def inbox(journal):
    return Inbox(sqs=journal, s3=lambda: journal, settings=SETTINGS)


def test_a_small_body_goes_to_the_queue_alone():
    journal = Journal()
    inbox(journal).put(b"small")

    [(step, request)] = journal.done
    assert step == "send"
    assert request["QueueUrl"] == "https://queue"
    assert request["MessageBody"] == "small"


def test_no_bucket_client_is_created_for_a_small_body():
    def must_not_be_called():
        pytest.fail("a small body needs no bucket")

    Inbox(sqs=Journal(), s3=must_not_be_called, settings=SETTINGS).put(b"small")


def test_a_large_body_is_stored_before_its_pointer_is_queued():
    journal = Journal()
    inbox(journal).put(LARGE)

    assert journal.steps == ["put", "send"]
    assert journal.done[0][1]["Body"] == LARGE


@pytest.mark.parametrize("failure", [REFUSED, UNREACHABLE])
def test_nothing_is_queued_when_the_bucket_fails(failure):
    journal = Journal(put=failure)

    with pytest.raises(StoreUnavailableError):
        inbox(journal).put(LARGE)

    assert journal.steps == []


@pytest.mark.parametrize("failure", [REFUSED, UNREACHABLE])
def test_a_failing_queue_is_reported(failure):
    with pytest.raises(StoreUnavailableError):
        inbox(Journal(send=failure)).put(b"small")


def test_a_redelivered_large_body_overwrites_its_object():
    journal = Journal()
    inbox(journal).put(LARGE)
    inbox(journal).put(LARGE)

    keys = {request["Key"] for step, request in journal.done if step == "put"}
    assert len(keys) == 1
