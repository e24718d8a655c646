import json
import random

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.core.content.transit import TransitOpener, TransitSealer
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.whatsapp.transit import PURPOSE, unpack
from functions.webhook.inbox import Inbox
from functions.webhook.settings import WebhookSettings
from tests.fakes.kms import StrictKms

SETTINGS = WebhookSettings(
    outbox_table="outbox",
    inbound_queue_url="https://queue",
    transit_bucket="transit",
    meta_secret_arn="arn",
    transit_key_arn="arn:of:the:stack",
    claim_check_bytes=1000,
)
LARGE = b"canary" + random.Random(1).randbytes(1000)  # noqa: S311 - compresses to nothing less
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


@pytest.fixture
def kms():
    return StrictKms()


@pytest.fixture
def sealer(kms):
    return TransitSealer(kms, kms.create_key()["KeyMetadata"]["Arn"])


def inbox(journal, sealer):
    return Inbox(sealer=sealer, sqs=journal, s3=lambda: journal, settings=SETTINGS)


def received(request):
    """The queue message, as Lambda hands it to the next function."""
    attributes = request["MessageAttributes"].items()
    seen = {name: {"stringValue": value["StringValue"]} for name, value in attributes}
    return {"body": request["MessageBody"], "messageAttributes": seen}


def test_a_small_body_goes_to_the_queue_alone_and_sealed(kms, sealer):
    journal = Journal()
    inbox(journal, sealer).put(b"small canary")

    [(step, request)] = journal.done
    assert step == "send"
    assert request["QueueUrl"] == "https://queue"
    assert "canary" not in json.dumps(request)
    assert unpack(received(request), opener=TransitOpener(kms), s3=None) == b"small canary"


def test_no_bucket_client_is_created_for_a_small_body(sealer):
    def must_not_be_called():
        pytest.fail("a small body needs no bucket")

    Inbox(sealer=sealer, sqs=Journal(), s3=must_not_be_called, settings=SETTINGS).put(b"small")


def test_a_large_body_is_stored_sealed_before_its_pointer_is_queued(kms, sealer):
    journal = Journal()
    inbox(journal, sealer).put(LARGE)

    assert journal.steps == ["put", "send"]
    stored, sent = (request for _, request in journal.done)
    assert b"canary" not in stored["Body"]
    assert TransitOpener(kms).open(PURPOSE, stored["Body"]) == LARGE
    assert json.loads(sent["MessageBody"])["key"] == stored["Key"]


@pytest.mark.parametrize("failure", [REFUSED, UNREACHABLE])
def test_nothing_is_queued_when_the_bucket_fails(failure, sealer):
    journal = Journal(put=failure)

    with pytest.raises(StoreUnavailableError):
        inbox(journal, sealer).put(LARGE)

    assert journal.steps == []


@pytest.mark.parametrize("failure", [REFUSED, UNREACHABLE])
def test_a_failing_queue_is_reported(failure, sealer):
    with pytest.raises(StoreUnavailableError):
        inbox(Journal(send=failure), sealer).put(b"small")


@pytest.mark.parametrize("body", [b"small", LARGE], ids=["small", "large"])
def test_without_kms_nothing_is_stored_or_queued(kms, sealer, body):
    kms.unavailable = True
    journal = Journal()

    with pytest.raises(StoreUnavailableError):
        inbox(journal, sealer).put(body)

    assert journal.steps == []


def test_two_deliveries_of_one_large_body_do_not_disturb_each_other(kms, sealer):
    """Whoever fetches the first still finds what its pointer names."""
    journal = Journal()
    for _ in range(2):
        inbox(journal, sealer).put(LARGE)

    stored = {r["Key"]: r["Body"] for step, r in journal.done if step == "put"}
    named = [json.loads(r["MessageBody"])["key"] for step, r in journal.done if step == "send"]
    assert [TransitOpener(kms).open(PURPOSE, stored[key]) for key in named] == [LARGE, LARGE]
