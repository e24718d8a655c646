"""The first epoch of content keys, opened here because the emulator sends no events of stacks."""

from typing import TYPE_CHECKING, Any

from cli.errors import CliError
from cli.local.aws import local_session
from cli.waiting import wait_until
from infra.config import StageConfig

if TYPE_CHECKING:
    from cli.local.deploy import Outputs


def turn_epoch(stage: StageConfig, outputs: "Outputs", *, endpoint: str) -> None:
    """Run the workflow once; it also shares the epochs there are with roles that are new."""
    client = local_session().client("stepfunctions", endpoint_url=endpoint)
    workflow = outputs[stage.stack_name("content")]["EpochWorkflowArn"]
    execution = client.start_execution(stateMachineArn=workflow)["executionArn"]

    def ended() -> Any:
        told = client.describe_execution(executionArn=execution)
        return None if told["status"] == "RUNNING" else told

    hint = "The functions' errors are in the emulator's log."
    told = wait_until(ended, what="The first epoch of content keys", hint=hint, seconds=60)
    if told["status"] != "SUCCEEDED":
        raise CliError(
            f"No epoch could be opened: {told.get('error')}: {told.get('cause')}. {hint}"
        )
