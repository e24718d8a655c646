"""Copies of the tables apart from the tables: another service, another vault, another deletion.

Point-in-time recovery goes with its table; a regulated business also needs copies kept apart
(DORA art. 12, HIPAA 164.308(a)(7)). They live exactly as long as point-in-time recovery reaches
back, so that what was erased is gone everywhere after the same number of days.
"""

from collections.abc import Sequence

from aws_cdk import Aws, Duration
from aws_cdk import aws_backup as backup
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.lifecycle import removal_policy
from infra.limits import limit


class Backup(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        tables: Sequence[dynamodb.ITable],
        key: kms.IKey,
        retain: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.vault = backup.BackupVault(
            self, "Vault", encryption_key=key, removal_policy=removal_policy(retain=retain)
        )
        plan = backup.BackupPlan(self, "Plan", backup_vault=self.vault)
        plan.add_rule(
            backup.BackupPlanRule(
                rule_name="weekly",
                # Sunday night; the days between are point-in-time recovery's
                schedule_expression=events.Schedule.cron(week_day="SUN", hour="3", minute="0"),
                delete_after=Duration.days(limit("dynamodb_point_in_time_recovery")),
            )
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("backup.amazonaws.com"))
        iam.ManagedPolicy(self, "Policy", roles=[role], statements=self._statements(tables, key))
        plan.add_selection(
            "Tables",
            role=role.without_policy_updates(),
            resources=[backup.BackupResource.from_dynamo_db_table(table) for table in tables],
            disable_default_backup_policy=True,
        )

    def _statements(
        self, tables: Sequence[dynamodb.ITable], key: kms.IKey
    ) -> list[iam.PolicyStatement]:
        services = [f"{name}.{Aws.REGION}.{Aws.URL_SUFFIX}" for name in ("dynamodb", "backup")]
        return [
            iam.PolicyStatement(
                actions=[
                    "dynamodb:DescribeTable",
                    "dynamodb:DescribeContinuousBackups",
                    "dynamodb:ListTagsOfResource",
                    "dynamodb:StartAwsBackupJob",
                ],
                resources=[table.table_arn for table in tables],
            ),
            iam.PolicyStatement(
                actions=["backup:DescribeBackupVault", "backup:CopyIntoBackupVault"],
                resources=[self.vault.backup_vault_arn],
            ),
            iam.PolicyStatement(
                actions=[
                    "kms:CreateGrant",
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:GenerateDataKey",
                ],
                resources=[key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": services}},
            ),
        ]
