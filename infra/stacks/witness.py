"""A witness of audit logs: cosigns a checkpoint only if it continues the one cosigned before.

It belongs into an account whose administrators are not those of the log, and needs nothing of the
platform's other stacks there: `cdk deploy amana-<stage>-witness`. It exists where the stage file
has a table `[witness]`.
"""

from pathlib import Path

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.witness.settings import WitnessSettings
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.alarms import FIVE_MINUTES, Alarms
from infra.constructs.backup import Backup
from infra.constructs.function import Function, Sizing, function_role
from infra.constructs.lifecycle import removal_policy
from infra.constructs.metrics import counted
from infra.constructs.signing import SigningKey
from infra.constructs.tables import Table
from infra.stacks.base import FunctionStack
from infra.tenant import Witness


class WitnessStack(FunctionStack):
    def __init__(
        self, scope: Construct, *, stage: StageConfig, assets: Path, chosen: Witness
    ) -> None:
        super().__init__(
            scope,
            "witness",
            stage=stage,
            purpose="a witness of audit logs",
            assets=assets,
        )
        self.table = Table(self, "Cosigned", key=self.keys.data, retain=stage.retain)
        if stage.backups:
            Backup(self, "Backup", tables=[self.table], key=self.keys.data, retain=stage.retain)
        role = function_role(self, "WitnessRole")
        self.signing_key = SigningKey(
            self,
            "SigningKey",
            purpose="cosigns checkpoints of audit logs",
            signer=role,
            removal_policy=removal_policy(retain=stage.retain),
        )
        self.witness = self._witness(chosen, role)
        for number, caller in enumerate(chosen.callers):
            self.witness.function.add_permission(
                f"Caller{number}", principal=iam.ArnPrincipal(caller)
            )
        self._alarms()
        CfnOutput(self, "WitnessFunctionArn", value=self.witness.function.function_arn)
        CfnOutput(self, "WitnessSigningKeyArn", value=self.signing_key.key_arn)
        CfnOutput(self, "WitnessName", value=chosen.name)

    def _witness(self, chosen: Witness, role: iam.Role) -> Function:
        return Function(
            self,
            "Witness",
            name="witness",
            platform=self.platform,
            role=role,
            settings=WitnessSettings(
                witness_table=self.table.table_name,
                signing_key_arn=self.signing_key.key_arn,
                name=chosen.name,
                log_keys=" ".join(chosen.log_keys),
            ),
            grants=[
                permissions.use_table(self.table, "GetItem", "UpdateItem"),
                *self.signing_key.use(),
                permissions.use_key(self.keys.data, through=["dynamodb"], write=True),
            ],
            sizing=Sizing(
                memory_mib=512,
                # sequencers wait for it
                timeout=Duration.seconds(20),
                concurrency=self.stage.concurrency.audit_sequencer,
            ),
        )

    def _alarms(self) -> None:
        """Of its own: whoever runs a witness is not whoever runs the log."""
        alarms = Alarms(
            self, "Alarms", key=self.keys.operations, email=self.stage.tenant.alarm_email
        )
        alarms.when(
            "WitnessErrors",
            self.witness.function.metric_errors(
                period=FIVE_MINUTES, statistic=cloudwatch.Stats.SUM
            ),
            at_least=1,
            means="The witness failed as a whole: checkpoints of the log stay without it.",
        )
        alarms.when(
            "WitnessForks",
            counted("WitnessForks", period=FIVE_MINUTES),
            at_least=1,
            means="The log's key signed two histories: keep both checkpoints, tell an auditor.",
        )
        alarms.when_not_empty(
            "WitnessFailedNotEmpty",
            self.failed_invocations,
            means="Somebody invoked the witness without waiting: logs do not, so find out who.",
        )
