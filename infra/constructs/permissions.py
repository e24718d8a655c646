"""What functions may do: explicit actions on explicit resources, in one vocabulary."""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from infra.constructs.storage import Secret


def use_key(key: kms.IKey, *, through: Sequence[str], write: bool) -> iam.PolicyStatement:
    """Only on behalf of the services named; never by calling KMS directly."""
    actions = ["kms:Decrypt"] + (["kms:GenerateDataKey"] if write else [])
    if "dynamodb" in through:
        actions += ["kms:DescribeKey"] + (
            ["kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"] if write else []
        )
    services = [f"{service}.{Aws.REGION}.amazonaws.com" for service in through]
    return iam.PolicyStatement(
        actions=actions,
        resources=[key.key_arn],
        conditions={"StringEquals": {"kms:ViaService": services}},
    )


def send_to(queue: sqs.IQueue) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn])


def consume(queue: sqs.IQueue) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
        ],
        resources=[queue.queue_arn],
    )


def use_table(
    table: dynamodb.ITable, actions: Sequence[str], *, indexes: Sequence[str] = ()
) -> iam.PolicyStatement:
    """`actions` without their prefix; `indexes` are those a Query may use besides the table."""
    return iam.PolicyStatement(
        actions=[f"dynamodb:{action}" for action in actions],
        resources=[table.table_arn, *index_arns(table, indexes)],
    )


def query_index(table: dynamodb.ITable, *indexes: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=["dynamodb:Query"], resources=index_arns(table, indexes))


def index_arns(table: dynamodb.ITable, indexes: Sequence[str]) -> list[str]:
    return [f"{table.table_arn}/index/{index}" for index in indexes]


def use_objects(bucket: s3.IBucket, *actions: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=[f"s3:{action}" for action in actions],
        resources=[bucket.arn_for_objects("*")],
    )


def read_secrets(*secrets: Secret) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["secretsmanager:GetSecretValue"],
        resources=[secret.arn_pattern for secret in secrets],
    )


def trace() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]
    )
