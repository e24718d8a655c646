"""What functions may do: explicit actions on explicit resources, in one vocabulary."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Aws, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from infra.acknowledge import acknowledge_wildcard
from infra.constructs.secrets import Secret

# the encryption context under which AWS delivers log lines
LOGS_OF_ACCOUNT = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:*"

Conditions = dict[str, dict[str, list[str]]]

# a transaction needs the rights of each of its parts
READ_WRITE = ("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem")

_REQUESTS = ("RIGHTS#*", "RIGHTSOPEN#*")

# one-time tickets are written, used up range by range, and removed
TICKETS = ("PutItem", "UpdateItem", "DeleteItem")


@dataclass(frozen=True, kw_only=True)
class Grant:
    statement: iam.PolicyStatement
    # the wildcard in its resource, as the rule packs write it, and why it cannot be narrower
    wildcard: str | None = None
    reason: str = ""


def acknowledge_wildcards(policy: iam.ManagedPolicy, grants: Sequence[Grant]) -> None:
    """Beside the policy that holds the grants; one finding may have the reasons of several."""
    reasons: dict[str, list[str]] = {}
    for grant in grants:
        if grant.wildcard:
            reasons.setdefault(grant.wildcard, []).append(grant.reason)
    for wildcard, each in reasons.items():
        acknowledge_wildcard(policy, wildcard, reason=" ".join(dict.fromkeys(each)))


def use_key(key: kms.IKey, *, through: Sequence[str], write: bool) -> Grant:
    """Only on behalf of the services named; never by calling KMS directly."""
    actions = ["kms:Decrypt"]
    if write:
        actions.append("kms:GenerateDataKey")
    if "dynamodb" in through:
        actions.append("kms:DescribeKey")
        if write:
            actions += ["kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
    services = [f"{service}.{Aws.REGION}.{Aws.URL_SUFFIX}" for service in through]
    condition = {"StringEquals": {"kms:ViaService": services}}
    return _grant(actions, [key.key_arn], conditions=condition)


def call_key(key: kms.IKey, *actions: str) -> Grant:
    """By calling KMS itself, for envelopes of our own; nothing that a service sealed opens so."""
    # TransitSealer and TransitOpener say so with every call; services have contexts of their own
    context: Conditions = {"StringEquals": {"kms:EncryptionContext:amana:use": ["transit"]}}
    return _grant([f"kms:{action}" for action in actions], [key.key_arn], conditions=context)


def send_to(*queues: sqs.IQueue) -> Grant:
    return _grant(["sqs:SendMessage"], [queue.queue_arn for queue in queues])


def consume(queue: sqs.IQueue) -> Grant:
    actions = ["ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes"]
    return _grant([f"sqs:{action}" for action in actions], [queue.queue_arn])


def use_table(table: dynamodb.ITable, *actions: str) -> Grant:
    return _grant([f"dynamodb:{action}" for action in actions], [table.table_arn])


def use_content_keys(table: dynamodb.ITable, *, create: bool) -> Grant:
    """`create`: keys of people met for the first time, and only while their epoch is open.

    What the keys are wrapped under opens by the key policy of the epoch, see functions/epoch.
    """
    actions = ["BatchGetItem", *(["ConditionCheckItem", "PutItem"] if create else [])]
    return use_table(table, *actions)


def mark_held(table: dynamodb.ITable) -> Grant:
    """Of content keys: which legal holds keep one, and nothing else of it."""
    names = ["pk", "holds"]
    return _grant(
        ["dynamodb:UpdateItem"],
        [table.table_arn],
        conditions={"ForAllValues:StringEquals": {"dynamodb:Attributes": names}},
    )


def use_holds(table: dynamodb.ITable, *actions: str) -> Grant:
    """Of the table `compliance` legal holds, their guards, and which objects are held."""
    return _beginning(table, ["HOLD#*", "GUARD#*", "HELD#*"], *actions)


def dispose(table: dynamodb.ITable, *, over: Sequence[str], told: Sequence[str]) -> list[Grant]:
    """Of the table `compliance`, by beginnings of keys: `over` goes, `told` is written.

    Never a hold's guard: who deletes asks it, and could otherwise take it away first.
    """
    return [
        use_table(table, "BatchGetItem", "ConditionCheckItem"),
        _beginning(table, over, "DeleteItem"),
        _beginning(table, told, "PutItem", "UpdateItem"),
    ]


def write_below(table: dynamodb.ITable, *names: str, put: bool = False) -> list[Grant]:
    """Of the table `compliance`: all is read by its key, written what begins so.

    Guards of legal holds lie there too, and nobody but who places and follows holds writes them.
    """
    actions = ["UpdateItem", *(["PutItem"] if put else [])]
    return [use_table(table, "BatchGetItem"), _beginning(table, names, *actions)]


def _beginning(table: dynamodb.ITable, names: Sequence[str], *actions: str) -> Grant:
    """Only on items whose partition key begins so."""
    return _grant(
        [f"dynamodb:{action}" for action in actions],
        [table.table_arn],
        conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(names)}},
    )


def file_requests(table: dynamodb.ITable) -> Grant:
    """Of the table `compliance`, requests of people about their data: new ones are put."""
    return _beginning(table, _REQUESTS, "BatchGetItem", "PutItem")


def change_requests(table: dynamodb.ITable) -> list[Grant]:
    """The same, and what becomes of them; deleted is only what says that one is open."""
    return [
        _beginning(table, _REQUESTS, "BatchGetItem", "PutItem", "UpdateItem"),
        _beginning(table, ["RIGHTSOPEN#*"], "DeleteItem"),
    ]


def use_codes(table: dynamodb.ITable) -> Grant:
    """One-time codes in the table `ephemeral`."""
    return _beginning(table, ["CODE#*"], "UpdateItem")


def write_audit(outbox: dynamodb.ITable, *, function: str) -> list[Grant]:
    """Entries of `function` set out for the audit log; nobody takes one back, or renumbers.

    Entries lie under hashes, what numbers the writers of a function under its name.
    """
    numbered = "WRITERS#"
    entries: Conditions = {"ForAllValues:StringNotLike": {"dynamodb:LeadingKeys": [f"{numbered}*"]}}
    writers: Conditions = {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [f"{numbered}{function}"]}
    }
    return [
        _grant(["dynamodb:PutItem"], [outbox.table_arn], conditions=entries),
        _grant(["dynamodb:UpdateItem"], [outbox.table_arn], conditions=writers),
    ]


def query(table: dynamodb.ITable, *, indexes: Sequence[str], table_itself: bool = False) -> Grant:
    resources = [f"{table.table_arn}/index/{index}" for index in indexes]
    return _grant(["dynamodb:Query"], resources + [table.table_arn] * table_itself)


def use_objects(bucket: s3.IBucket, *actions: str, below: str = "") -> Grant:
    """`below`: only objects whose names begin so, such as `updates/`."""
    owner = Stack.of(bucket)
    # exported here and now, because the finding names the resource by its export
    arn = owner.export_value(bucket.bucket_arn)
    return Grant(
        statement=iam.PolicyStatement(
            actions=[f"s3:{action}" for action in actions], resources=[f"{arn}/{below}*"]
        ),
        wildcard=f"{owner.resolve(arn)['Fn::ImportValue']}/{below}*",
        reason=(
            "Objects are named when they arrive, so the statement names one bucket and all of its "
            f"objects{f' below {below}' if below else ''}, for {' and '.join(actions)} only. "
            "Compensating controls: no other action, a bucket of one purpose under a "
            "customer-managed key, and the reviewed matrix of roles in "
            "tests/infra/golden/iam_matrix.json."
        ),
    )


def read_stream(table: dynamodb.ITable) -> Grant:
    actions = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
    stream = table.table_stream_arn
    assert stream is not None  # noqa: S101 - narrows the type: only of tables with a stream
    return _grant([f"dynamodb:{action}" for action in actions], [stream])


def invoke(*functions: lambda_.IFunction) -> Grant:
    return invoke_arn(*(each.function_arn for each in functions))


def invoke_arn(*arns: str) -> Grant:
    """Of functions that are not ours, maybe of another account."""
    return _grant(["lambda:InvokeFunction"], arns)


def state_machine_arn(name: str) -> str:
    """By name, for roles and settings that come before the state machine."""
    return f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}:stateMachine:{name}"


def start(state_machine_arn: str) -> Grant:
    return _grant(["states:StartExecution"], [state_machine_arn])


def wake(state_machine_arn: str) -> Grant:
    """Executions of it that wait for a task token."""
    return _grant(["states:SendTaskSuccess"], [state_machine_arn])


def run_children(name: str) -> list[Grant]:
    """What a state machine needs to start executions of itself, one for each item of a map."""
    executions = state_machine_arn(name).replace(":stateMachine:", ":execution:")
    return [
        start(state_machine_arn(name)),
        Grant(
            statement=iam.PolicyStatement(
                actions=["states:DescribeExecution", "states:StopExecution"],
                resources=[f"{executions}/*"],
            ),
            wildcard=f"{_in_words(executions)}/*",
            reason=(
                "Executions of a map's items are named when they start (Step Functions developer "
                "guide, 'IAM policies for Distributed Map'). Compensating controls: only children "
                "of this one state machine, to be looked at and stopped; only Step Functions can "
                "assume the role."
            ),
        ),
    ]


def _in_words(arn: str) -> str:
    """As the rule packs write what CloudFormation fills in."""
    for token, name in (
        (Aws.PARTITION, "Partition"),
        (Aws.REGION, "Region"),
        (Aws.ACCOUNT_ID, "AccountId"),
    ):
        arn = arn.replace(token, f"<AWS::{name}>")
    return arn


def use_key_for_workflow(key: kms.IKey, state_machine_arn: str) -> list[Grant]:
    """What Step Functions needs for a state machine's history, its children's, and its log."""
    histories = [state_machine_arn, f"{state_machine_arn}/*"]
    history: Conditions = {
        "StringLike": {"kms:EncryptionContext:aws:states:stateMachineArn": histories}
    }
    log: Conditions = {"StringEquals": {"kms:EncryptionContext:SourceArn": [LOGS_OF_ACCOUNT]}}
    return [
        _grant(["kms:Decrypt", "kms:GenerateDataKey"], [key.key_arn], conditions=history),
        _grant(["kms:GenerateDataKey"], [key.key_arn], conditions=log),
    ]


def deliver_logs() -> Grant:
    return Grant(
        statement=iam.PolicyStatement(
            # the list that Step Functions checks for when a state machine has a log
            actions=[
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
            ],
            resources=["*"],
        ),
        wildcard="*",
        reason=(
            "CloudWatch Logs knows no resource for the delivery of a state machine's log: AWS "
            "requires the wildcard (Step Functions developer guide, 'Logging to CloudWatch'). "
            "Compensating controls: only Step Functions can assume the role; the log holds no "
            "input and no output of any step."
        ),
    )


def make_keys(*, stage: str) -> Grant:
    """New symmetric KMS keys marked as this stage's; what one may be used for, its policy says."""
    return Grant(
        statement=iam.PolicyStatement(
            actions=["kms:CreateKey", "kms:TagResource"],
            resources=["*"],
            conditions={
                "StringEquals": {"aws:RequestTag/amana:stage": [stage]},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["amana:stage", "amana:epoch"]},
                # of CreateKey only: TagResource has none
                "StringEqualsIfExists": {"kms:KeySpec": ["SYMMETRIC_DEFAULT"]},
            },
        ),
        wildcard="*",
        reason=(
            "A key that is about to be made has no name yet: KMS requires the wildcard for "
            "CreateKey, and for the tags given with it. Compensating controls: symmetric keys with "
            "this stage's tags only; the role gets no right to use or delete a key here, those are "
            "in the policy of each key it makes; the workflow that calls it alarms when it fails."
        ),
    )


def tell_missing(*buckets: s3.IBucket) -> Grant:
    """Of an object that is not there S3 says so only to who may list; to others it says 403."""
    return _grant(["s3:ListBucket"], [bucket.bucket_arn for bucket in buckets])


def list_versions(bucket: s3.IBucket) -> Grant:
    return _grant(["s3:ListBucketVersions"], [bucket.bucket_arn])


def read_secrets(*secrets: Secret) -> Grant:
    return _grant(["secretsmanager:GetSecretValue"], [secret.arn_pattern for secret in secrets])


def write_logs(group: logs.ILogGroup) -> Grant:
    return _grant(["logs:CreateLogStream", "logs:PutLogEvents"], [group.log_group_arn])


def trace(*, samples: bool = False) -> Grant:
    """`samples`: X-Ray is asked what to trace, as Step Functions does; Lambda does it itself."""
    actions = ["PutTraceSegments", "PutTelemetryRecords"]
    actions += ["GetSamplingRules", "GetSamplingTargets"] * samples
    return Grant(
        statement=iam.PolicyStatement(
            actions=[f"xray:{action}" for action in actions], resources=["*"]
        ),
        wildcard="*",
        reason=(
            "X-Ray knows no resource for these actions: AWS requires the wildcard. They add trace "
            "data and read at most which share to trace; traces carry ids and times, no content."
        ),
    )


def _grant(
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    conditions: Conditions | None = None,
) -> Grant:
    statement = iam.PolicyStatement(
        actions=list(actions), resources=list(resources), conditions=conditions
    )
    return Grant(statement=statement)
