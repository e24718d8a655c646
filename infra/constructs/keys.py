"""Customer-managed keys, one per kind of thing, so that access to one opens nothing else."""

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.permissions import LOGS_OF_ACCOUNT

# the longest AWS offers: a key deleted by mistake takes everything under it along
PENDING_WINDOW = Duration.days(30)


class Keys(Construct):
    """One key for data at rest, one for what is on its way, one for logs and alarms."""

    def __init__(
        self, scope: Construct, construct_id: str, *, removal_policy: RemovalPolicy
    ) -> None:
        super().__init__(scope, construct_id)
        self.data = _key(self, "Data", "tables, media and secrets", removal_policy)
        self.transit = _key(self, "Transit", "queues and claim checks", removal_policy)
        self.operations = _key(self, "Operations", "logs and alarms", removal_policy)
        _allow_service(self.transit, "events.amazonaws.com")
        _allow_service(self.operations, "cloudwatch.amazonaws.com")
        _allow_logs(self.operations)
        _allow_delivery(self.operations)


def _key(scope: Construct, name: str, purpose: str, removal_policy: RemovalPolicy) -> kms.Key:
    return kms.Key(
        scope,
        name,
        description=f"Amana: {purpose}",
        enable_key_rotation=True,
        pending_window=PENDING_WINDOW,
        removal_policy=removal_policy,
    )


def _allow_service(key: kms.Key, service: str) -> None:
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(service)],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
    )


def _allow_logs(key: kms.Key) -> None:
    log_groups = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:*"
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.amazonaws.com")],
            actions=[
                "kms:Encrypt",
                "kms:Decrypt",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:DescribeKey",
            ],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        )
    )


def _allow_delivery(key: kms.Key) -> None:
    """Of the logs of state machines that are under this key."""
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
            actions=["kms:Decrypt"],
            resources=["*"],
            conditions={"StringEquals": {"kms:EncryptionContext:SourceArn": LOGS_OF_ACCOUNT}},
        )
    )
