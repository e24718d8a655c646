"""A stage's queues are found by the outputs of its stacks."""

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from cli.errors import CliError
from cli.redrive import QueuePair
from cli.stage import Stage


class FakeSession:
    """CloudFormation with the stacks given; no credentials when there are none at all."""

    region_name = "eu-central-1"

    def __init__(self, stacks=None):
        self._stacks = stacks

    def client(self, _service, **_):
        return self

    def describe_stacks(self, *, StackName):  # noqa: N803 - boto3's name
        if self._stacks is None:
            raise NoCredentialsError
        if StackName not in self._stacks:
            error = {"Error": {"Code": "ValidationError", "Message": "does not exist"}}
            raise ClientError(error, "DescribeStacks")
        outputs = [
            {"OutputKey": name, "OutputValue": value}
            for name, value in self._stacks[StackName].items()
        ]
        return {"Stacks": [{"Outputs": outputs}]}


@pytest.mark.parametrize(
    ("queue", "stack", "prefix"),
    [("inbound", "ingress", "Inbound"), ("outbound", "messaging", "Outbound")],
)
def test_queues_are_named_by_the_stack_that_has_them(queue, stack, prefix):
    outputs = {f"{prefix}QueueUrl": "queue", f"{prefix}DlqUrl": "dlq"}
    stage = Stage(name="prod", session=FakeSession({f"amana-prod-{stack}": outputs}))

    assert stage.queue_pair(queue) == QueuePair(queue_url="queue", dlq_url="dlq")


def test_a_stage_that_is_not_deployed_is_named_with_what_to_check():
    with pytest.raises(CliError, match=r"amana-prod-ingress .* Check --stage"):
        Stage(name="prod", session=FakeSession({})).queue_pair("inbound")


def test_missing_credentials_are_no_traceback():
    with pytest.raises(CliError, match="AWS cannot be reached"):
        Stage(name="prod", session=FakeSession()).queue_pair("inbound")
