"""Who locks the archive for legal holds: the steps of their workflow, and a daily round."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets

from functions.holder.settings import HolderSettings
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.sizes import HOLDER_TIMEOUT
from infra.workflows.hold import hold_name


def holder(stack: FunctionStack, data: DataStack) -> Function:
    stage = stack.stage
    workflow = permissions.state_machine_arn(hold_name(stage))
    return Function(
        stack,
        "Holder",
        name="holder",
        platform=stack.platform,
        settings=HolderSettings(
            archive_bucket=data.archive.bucket_name,
            compliance_table=data.compliance.table_name,
            conversations_table=data.conversations.table_name,
            keys_table=data.content_keys.table_name,
            state_machine_arn=workflow,
            outbox_table=data.outbox.table_name,
        ),
        # who is linked to whom and what a record is about stand in clear: nothing is opened
        grants=[
            # the only role that the bucket's policy lets set and lift legal holds
            permissions.use_objects(data.archive, "GetObject", "PutObjectLegalHold"),
            # segments are found by listing their days
            permissions.tell_missing(data.archive),
            permissions.use_holds(
                data.compliance,
                *("BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"),
            ),
            permissions.query(data.compliance, indexes=["listed"], table_itself=True),
            permissions.use_table(data.conversations, "BatchGetItem"),
            permissions.mark_held(data.content_keys),
            permissions.start(workflow),
            permissions.use_key(data.keys.data, through=["dynamodb", "s3"], write=True),
            *permissions.write_audit(data.outbox, function="holder"),
        ],
        sizing=Sizing(
            # segments are unpacked line by line
            memory_mib=1024,
            timeout=HOLDER_TIMEOUT,
            concurrency=stage.concurrency.holder,
        ),
    )


def sweep_daily(stack: FunctionStack, each: Function) -> None:
    """What was archived and learnt since yesterday is held too, and what failed is begun anew."""
    target = targets.LambdaFunction(
        each.function,
        event=events.RuleTargetInput.from_object({"step": "sweep"}),
        dead_letter_queue=stack.failed_invocations,
        # within the hour, or tomorrow
        max_event_age=Duration.hours(1),
        retry_attempts=2,
    )
    events.Rule(
        stack,
        "SweepHolds",
        description="Goes over every legal hold once a day",
        schedule=events.Schedule.cron(minute="20", hour="2"),
        targets=[target],
    )
