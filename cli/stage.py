"""Finding a deployed stage: on AWS by profile and region, locally by `.amana/local.json`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CliError
from cli.local import facts
from cli.local.aws import local_session, local_sqs
from cli.redrive import QueuePair
from cli.workspace import Workspace

if TYPE_CHECKING:
    from boto3 import Session
    from mypy_boto3_sqs import SQSClient

_QUEUES = {
    "inbound": ("ingress", "Inbound"),
    "outbound": ("messaging", "Outbound"),
    "media": ("messaging", "Media"),
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    name: str
    session: "Session"
    # None: AWS itself
    endpoint: str | None = None

    def sqs(self) -> "SQSClient":
        if self.endpoint:
            return local_sqs(self.endpoint)
        return self.session.client("sqs")

    def outputs(self, stack: str) -> dict[str, str]:
        client = self.session.client("cloudformation", endpoint_url=self.endpoint)
        name = f"amana-{self.name}-{stack}"
        try:
            described: list[Any] = client.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            raise CliError(
                f"Stack {name} cannot be read in {self.session.region_name}: {error}. "
                "Check --stage, --profile and --region."
            ) from error
        except BotoCoreError as error:
            raise CliError(
                f"AWS cannot be reached: {error}. Check --profile and --region."
            ) from error
        return {each["OutputKey"]: each["OutputValue"] for each in described[0].get("Outputs", [])}

    def queue_pair(self, name: str) -> QueuePair:
        stack, prefix = _QUEUES[name]
        outputs = self.outputs(stack)
        return QueuePair(queue_url=outputs[f"{prefix}QueueUrl"], dlq_url=outputs[f"{prefix}DlqUrl"])


def find_stage(
    name: str, *, workspace: Workspace, profile: str | None = None, region: str | None = None
) -> Stage:
    if name == "local":
        return Stage(
            name=name, session=local_session(), endpoint=facts.read(workspace).aws_endpoint
        )
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
    except BotoCoreError as error:
        raise CliError(f"{error}. Name another with --profile, or run `aws configure`.") from error
    if not session.region_name:
        raise CliError("No region is set. Name it with --region, for example eu-central-1.")
    return Stage(name=name, session=session)
