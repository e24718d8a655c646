"""The audit log: who puts entries into it and signs it."""

from pathlib import Path

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from constructs import Construct

from functions.audit_sequencer.settings import AuditSequencerSettings
from functions.core.runtime.policies import value
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing, function_role
from infra.constructs.lifecycle import removal_policy
from infra.constructs.permissions import Grant
from infra.constructs.signing import SigningKey
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.witness import WitnessStack

# parcels; most hold one entry
_BATCH = 1000
_HEARTBEAT = Duration.minutes(value("audit", "heartbeat", "minutes"))


class AuditStack(FunctionStack):
    """`witness`: one that stands in the same account; its stage file may name one elsewhere."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        assets: Path,
        data: DataStack,
        witness: WitnessStack | None,
    ) -> None:
        super().__init__(
            scope,
            "audit",
            stage=stage,
            purpose="the audit log",
            assets=assets,
            keys=data.keys,
        )
        self.data = data
        self.witness_function = stage.tenant.witness_function or (
            witness.witness.function.function_arn if witness else ""
        )
        role = function_role(self, "SequencerRole")
        self.signing_key = SigningKey(
            self,
            "SigningKey",
            purpose="signs checkpoints of the audit log",
            signer=role,
            removal_policy=removal_policy(retain=stage.retain),
        )
        self.sequencer = Function(
            self,
            "Sequencer",
            name="audit_sequencer",
            platform=self.platform,
            role=role,
            settings=self._settings(),
            grants=self._grants(),
            sizing=Sizing(
                # a full batch is hashed, put and signed in seconds; every tile is a put
                memory_mib=1024,
                timeout=Duration.seconds(120),
                concurrency=stage.concurrency.audit_sequencer,
            ),
        )
        self._follow()
        self._heartbeat()
        CfnOutput(self, "AuditSigningKeyArn", value=self.signing_key.key_arn)
        CfnOutput(self, "AuditOrigin", value=stage.audit_origin)
        # whom a witness in another account lets ask
        CfnOutput(self, "AuditSequencerRoleArn", value=role.role_arn)

    def _settings(self) -> AuditSequencerSettings:
        data, stage = self.data, self.stage
        return AuditSequencerSettings(
            audit_bucket=data.audit.bucket_name,
            outbox_table=data.outbox.table_name,
            signing_key_arn=self.signing_key.key_arn,
            origin=stage.audit_origin,
            lock_mode=stage.archive_lock_mode,
            retention_days=stage.audit_retention_days,
            partial_days=stage.audit_partial_days,
            witness_function=self.witness_function,
            # the emulator knows no window, and has one shard
            stream_shards="one" if stage.is_local else "window",
        )

    def _grants(self) -> list[Grant]:
        data = self.data
        grants = [
            permissions.read_stream(data.outbox),
            # how many writers there are
            permissions.use_table(data.outbox, "BatchGetItem"),
            permissions.use_objects(data.audit, "GetObject", "PutObject", "PutObjectRetention"),
            # partial tiles are marked as such, so that they may go when a fuller one is there
            permissions.use_objects(data.audit, "PutObjectTagging", below="tile/"),
            permissions.tell_missing(data.audit),
            *self.signing_key.use(),
            permissions.use_key(data.keys.data, through=["dynamodb"], write=False),
            permissions.use_key(data.keys.data, through=["s3"], write=True),
        ]
        if self.witness_function:
            grants.append(permissions.invoke_arn(self.witness_function))
        return grants

    def _follow(self) -> None:
        window = Duration.seconds(self.stage.audit_window_seconds)
        told = lambda_.FilterRule.or_("INSERT", "MODIFY")
        self.sequencer.function.add_event_source(
            event_sources.DynamoEventSource(
                self.data.outbox,
                # from the first entry on, also of those made before this stack was there
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=_BATCH,
                max_batching_window=window,
                # only with it Lambda names the shard, within which alone entries have an order
                tumbling_window=window,
                # entries leave the outbox when their time is over: they are in the log since long
                filters=[lambda_.FilterCriteria.filter({"eventName": told})],
                bisect_batch_on_error=True,
                # tried again until the stream forgets them: giving up earlier would lose entries
                on_failure=event_sources.SqsDlq(self.failed_invocations),
            )
        )

    def _heartbeat(self) -> None:
        target = targets.LambdaFunction(
            self.sequencer.function,
            dead_letter_queue=self.failed_invocations,
            # the next one proves as much
            max_event_age=_HEARTBEAT,
            retry_attempts=1,
        )
        events.Rule(
            self,
            "Heartbeat",
            description="Seals a batch of the audit log, so that silence is proved",
            schedule=events.Schedule.rate(_HEARTBEAT),
            targets=[target],
        )
