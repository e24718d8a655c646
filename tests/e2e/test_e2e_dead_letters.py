"""What fails for good waits in the dead-letter queue until somebody puts it back."""

import json
import secrets

import pytest
from e2e_platform import webhook_text

from cli.client import compact
from cli.demo.messages import invented_phone
from cli.main import main
from functions.core.whatsapp.transit import pack


@pytest.fixture
def set_queue(platform):
    """Changes a queue's attributes until the test is over."""
    before = []

    def set_attributes(name, **attributes):
        url = platform.stage.queue_pair(name).queue_url
        known = platform.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(attributes))
        before.append((url, known["Attributes"]))
        platform.sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)

    yield set_attributes
    for url, attributes in reversed(before):
        platform.sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


@pytest.fixture
def impatient(set_queue):
    """Queues that show a failed message again at once, not after minutes as on AWS."""
    for name in ("inbound", "outbound"):
        set_queue(name, VisibilityTimeout="0")


@pytest.fixture
def one_try(platform, set_queue):
    """A single failure is enough for the outbound queue."""
    pair = platform.stage.queue_pair("outbound")
    answer = platform.sqs.get_queue_attributes(
        QueueUrl=pair.queue_url, AttributeNames=["RedrivePolicy"]
    )
    policy = json.loads(answer["Attributes"]["RedrivePolicy"]) | {"maxReceiveCount": 1}
    set_queue("outbound", RedrivePolicy=json.dumps(policy))


def redrive(platform, queue):
    with pytest.raises(SystemExit) as ended:
        main(["--state", str(platform.workspace.state), "redrive", queue])
    assert ended.value.code == 0


def test_a_poison_message_ends_in_the_dlq_and_is_folded_once_it_is_repaired_and_redriven(
    platform, impatient
):
    # given a claim check that points at nothing
    phone = invented_phone()
    body = compact(webhook_text(phone, "late"))
    bucket = platform.facts.outputs["amana-local-data"]["TransitBucket"]
    packed = pack(body, sealer=platform.sealer(), bucket=bucket, claim_check_bytes=0)
    name, content = packed.stored
    pair = platform.stage.queue_pair("inbound")
    platform.sqs.send_message(
        QueueUrl=pair.queue_url, MessageBody=packed.message, MessageAttributes=packed.attributes
    )
    # when it was tried often enough
    platform.eventually(lambda: platform.waiting(pair.dlq_url) == 1)
    assert platform.waiting(pair.queue_url) == 0
    # and its cause is repaired
    platform.client("s3").put_object(Bucket=bucket, Key=name, Body=content)

    redrive(platform, "inbound")

    platform.eventually(lambda: platform.conversation_with(phone))
    assert platform.waiting(pair.dlq_url) == 0


def test_poison_harms_neither_its_neighbours_nor_the_next_message(platform, impatient):
    phone = invented_phone()
    pair = platform.stage.queue_pair("inbound")
    platform.sqs.send_message(QueueUrl=pair.queue_url, MessageBody="no packed webhook")

    assert platform.post(compact(webhook_text(phone, "neighbour"))).status == 200

    platform.eventually(lambda: platform.conversation_with(phone))
    platform.eventually(lambda: platform.waiting(pair.dlq_url) == 1)
    platform.sqs.purge_queue(QueueUrl=pair.dlq_url)


def test_a_dead_wake_up_goes_back_into_its_own_group(platform, impatient, one_try):
    pair = platform.stage.queue_pair("outbound")
    platform.sqs.send_message(
        QueueUrl=pair.queue_url,
        MessageBody="no wake-up",
        MessageGroupId="group",
        MessageDeduplicationId=secrets.token_hex(8),
    )
    platform.eventually(lambda: platform.waiting(pair.dlq_url) == 1)

    redrive(platform, "outbound")

    # it failed again, as it must: it was tried, and comes back with the group it had
    platform.eventually(lambda: platform.waiting(pair.dlq_url) == 1)
    (message,) = platform.sqs.receive_message(
        QueueUrl=pair.dlq_url, MessageSystemAttributeNames=["All"]
    )["Messages"]
    assert message["Body"] == "no wake-up"
    assert message["Attributes"]["MessageGroupId"] == "group"
    platform.sqs.delete_message(QueueUrl=pair.dlq_url, ReceiptHandle=message["ReceiptHandle"])
