"""Who looks at requests of people about their data: the steps of their workflow, and a sweep."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets

from functions.rights.settings import RightsSettings
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.constructs.permissions import READ_WRITE
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack
from infra.stacks.sizes import RIGHTS_TIMEOUT
from infra.workflows.rights import rights_workflow_arn, tick_seconds

# the sender takes a message within seconds; a pace of Meta's may hold it up for minutes
_FAREWELL = Duration.minutes(10)
_LOCAL_FAREWELL = Duration.seconds(2)


def rights(stack: FunctionStack, data: DataStack, messaging: MessagingStack) -> Function:
    stage = stack.stage
    outbound = messaging.outbound.queue
    workflow = rights_workflow_arn(stage)
    return Function(
        stack,
        "Rights",
        name="rights",
        platform=stack.platform,
        settings=RightsSettings(
            compliance_table=data.compliance.table_name,
            conversations_table=data.conversations.table_name,
            consent_table=data.consent.table_name,
            consent_rules=stage.tenant.consent_rules,
            ephemeral_table=data.ephemeral.table_name,
            keys_table=data.content_keys.table_name,
            pseudonym_secret_arn=data.pseudonym.secret_arn,
            portfolio_id=stage.tenant.portfolio_id,
            outbound_queue_url=outbound.queue_url,
            max_pending_per_conversation=stage.max_pending_per_conversation,
            phone_number_ids=",".join(stage.tenant.phone_number_ids),
            controller=stage.tenant.controller_json,
            deadlines=stage.deadlines,
            timezone=stage.tenant.timezone,
            code_template=stage.tenant.rights_code_template,
            rights_machine_arn=workflow,
            tick_seconds=tick_seconds(stage),
            farewell_seconds=int((_LOCAL_FAREWELL if stage.is_local else _FAREWELL).to_seconds()),
            outbox_table=data.outbox.table_name,
        ),
        grants=[
            *permissions.change_requests(data.compliance),
            permissions.query(data.compliance, indexes=["listed"]),
            # codes and answers are sent, and it is looked up when somebody wrote last
            permissions.use_table(data.conversations, *READ_WRITE),
            permissions.query(data.conversations, indexes=["timeline"]),
            permissions.use_table(data.consent, *READ_WRITE),
            # an event that did not happen so is found among the person's
            permissions.query(data.consent, indexes=[], table_itself=True),
            permissions.use_codes(data.ephemeral),
            permissions.use_content_keys(data.content_keys, create=True),
            permissions.send_to(outbound),
            permissions.start(workflow),
            permissions.wake(workflow),
            permissions.read_secrets(data.pseudonym),
            permissions.use_key(data.keys.data, through=["dynamodb", "secretsmanager"], write=True),
            *permissions.write_audit(data.outbox, function="rights"),
        ],
        sizing=Sizing(
            memory_mib=512,
            timeout=RIGHTS_TIMEOUT,
            concurrency=stage.concurrency.rights,
        ),
    )


def sweep_requests(stack: FunctionStack, each: Function) -> None:
    """Every open request is looked after, whatever became of its workflow."""
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
        "SweepRequests",
        description="Goes over every open rights request once a day",
        schedule=events.Schedule.cron(minute="40", hour="3"),
        targets=[target],
    )
