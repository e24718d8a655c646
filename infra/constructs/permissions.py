"""What functions may do: explicit actions on explicit resources, in one vocabulary."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Aws, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from infra.constructs.secrets import Secret

# a transaction needs the rights of each of its parts
READ_WRITE = ("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem")


@dataclass(frozen=True, kw_only=True)
class Grant:
    statement: iam.PolicyStatement
    # the wildcard in its resource, as the rule packs write it, and why it cannot be narrower
    wildcard: str | None = None
    reason: str = ""


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
    context = {"StringEquals": {"kms:EncryptionContext:amana:use": ["transit"]}}
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


def query(table: dynamodb.ITable, *, indexes: Sequence[str], table_itself: bool = False) -> Grant:
    resources = [f"{table.table_arn}/index/{index}" for index in indexes]
    return _grant(["dynamodb:Query"], resources + [table.table_arn] * table_itself)


def use_objects(bucket: s3.IBucket, *actions: str) -> Grant:
    owner = Stack.of(bucket)
    # exported here and now, because the finding names the resource by its export
    arn = owner.export_value(bucket.bucket_arn)
    return Grant(
        statement=iam.PolicyStatement(
            actions=[f"s3:{action}" for action in actions], resources=[f"{arn}/*"]
        ),
        wildcard=f"{owner.resolve(arn)['Fn::ImportValue']}/*",
        reason=(
            "Objects are named when they arrive, so the statement names one bucket and all of its "
            f"objects, for {' and '.join(actions)} only. Compensating controls: no list or delete "
            "rights, a bucket of one purpose under a customer-managed key, and the reviewed matrix "
            "of roles in tests/infra/golden/iam_matrix.json."
        ),
    )


def read_secrets(*secrets: Secret) -> Grant:
    return _grant(["secretsmanager:GetSecretValue"], [secret.arn_pattern for secret in secrets])


def write_logs(group: logs.ILogGroup) -> Grant:
    return _grant(["logs:CreateLogStream", "logs:PutLogEvents"], [group.log_group_arn])


def trace() -> Grant:
    return Grant(
        statement=iam.PolicyStatement(
            actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]
        ),
        wildcard="*",
        reason=(
            "X-Ray knows no resource for these two actions: AWS requires the wildcard. They can "
            "only add trace data, read nothing, and traces carry ids and times but no content."
        ),
    )


def _grant(
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    conditions: dict[str, dict[str, list[str]]] | None = None,
) -> Grant:
    statement = iam.PolicyStatement(
        actions=list(actions), resources=list(resources), conditions=conditions
    )
    return Grant(statement=statement)
