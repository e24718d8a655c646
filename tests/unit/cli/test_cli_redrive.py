"""Dead letters go back into their queue; none is ever lost on the way."""

import pytest
from botocore.exceptions import ClientError
from cli_fake_sqs import FakeSqs

from cli.errors import CliError
from cli.redrive import QueuePair, redrive

PAIR = QueuePair(queue_url="queue", dlq_url="dlq")


def bodies(sqs, queue):
    return [message["Body"] for message in sqs.queues[queue]]


def test_an_empty_dead_letter_queue_is_nothing_to_do():
    assert redrive(FakeSqs(), PAIR) == 0


def test_all_messages_go_back_in_their_order():
    sqs = FakeSqs()
    for number in range(25):
        sqs.put("dlq", f"body {number}")

    assert redrive(sqs, PAIR) == 25

    assert bodies(sqs, "queue") == [f"body {number}" for number in range(25)]
    assert bodies(sqs, "dlq") == []


def test_body_attributes_and_group_are_kept():
    sqs = FakeSqs()
    attributes = {"kind": {"DataType": "String", "StringValue": "webhook"}}
    sqs.put(
        "dlq",
        "body",
        attributes=attributes,
        system={
            "MessageGroupId": "conversation",
            "MessageDeduplicationId": "first",
            "AWSTraceHeader": "Root=1",
        },
    )

    redrive(sqs, PAIR)

    (message,) = sqs.queues["queue"]
    assert message["Body"] == "body"
    assert message["MessageAttributes"] == attributes
    assert message["Attributes"]["MessageGroupId"] == "conversation"
    assert message["Attributes"]["AWSTraceHeader"] == "Root=1"


def test_the_copy_is_not_taken_for_the_message_that_failed():
    sqs = FakeSqs()
    sqs.put("dlq", "body", system={"MessageGroupId": "g", "MessageDeduplicationId": "first"})

    redrive(sqs, PAIR)

    (message,) = sqs.queues["queue"]
    assert message["Attributes"]["MessageDeduplicationId"] != "first"


@pytest.mark.parametrize("step", ["send_message", "delete_message"])
def test_killed_in_between_every_message_is_still_in_one_of_the_queues(step):
    sqs = FakeSqs()
    for number in range(4):
        sqs.put("dlq", f"body {number}")
    sqs.die_before(step, call=3)

    with pytest.raises(KeyboardInterrupt):
        redrive(sqs, PAIR)

    assert {*bodies(sqs, "dlq"), *bodies(sqs, "queue")} == {f"body {n}" for n in range(4)}


def test_run_again_after_a_kill_nothing_stays_behind():
    sqs = FakeSqs()
    for number in range(4):
        sqs.put("dlq", f"body {number}")
    sqs.die_before("delete_message", call=3)
    with pytest.raises(KeyboardInterrupt):
        redrive(sqs, PAIR)

    redrive(sqs, PAIR)

    assert bodies(sqs, "dlq") == []
    assert set(bodies(sqs, "queue")) == {f"body {n}" for n in range(4)}


def test_a_message_that_fails_again_at_once_does_not_go_in_circles():
    sqs = FakeSqs()
    sqs.put("dlq", "poison")
    sqs.returns_to("dlq")

    assert redrive(sqs, PAIR) == 1


def test_where_aws_moves_messages_itself_it_is_asked_to():
    sqs = FakeSqs(tasks=[("RUNNING", 1), ("COMPLETED", 3)])
    for number in range(3):
        sqs.put("dlq", f"body {number}")

    moved = redrive(sqs, PAIR, pause=lambda _: None)

    assert moved == 3
    assert sqs.task == {"SourceArn": "arn:dlq", "DestinationArn": "arn:queue"}


def test_a_task_that_failed_says_that_the_rest_is_safe():
    sqs = FakeSqs(tasks=[("FAILED", 1)])
    sqs.put("dlq", "body")

    with pytest.raises(CliError, match="still in the dead-letter queue"):
        redrive(sqs, PAIR, pause=lambda _: None)


def test_another_error_of_aws_is_not_taken_for_a_missing_feature():
    sqs = FakeSqs(refusal="AccessDenied")
    sqs.put("dlq", "body")

    with pytest.raises(ClientError):
        redrive(sqs, PAIR)

    assert bodies(sqs, "dlq") == ["body"]
