"""Buckets whose objects nobody can take away: not a function, not an administrator.

Object Lock keeps every version for its time. The bucket's policy forbids, to everyone, what Object
Lock leaves open: hiding an object behind a delete marker, putting one without this stage's lock,
locking for longer than the stage's bound, lifting a lock, and changing the rules of the bucket. Of
the archive one role deletes versions whose lock has ended: that of retention.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.buckets import Bucket

# the role under which CloudFormation works in an account prepared by `cdk bootstrap`; it sets the
# lock of new objects when a stage's classes change, and can take no lock back
_DEPLOYER = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/cdk-*-cfn-exec-role-*"


class LockedBucket(Bucket):
    """`lock_days`: of an object about which nothing else is said. `bound_days`: of any."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        logs: s3.IBucket,
        stage: StageConfig,
        lock_days: int,
        bound_days: int,
        lifecycle_rules: list[s3.LifecycleRule],
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            key=key,
            logs=logs,
            retain=stage.retain,
            lifecycle_rules=lifecycle_rules,
            lock=_lock(stage, lock_days),
        )
        disposer = self.disposer_arn(stage)
        if disposer is None:
            self.deny("Deletion", "DeleteObject", "DeleteObjectVersion")
        else:
            # a marker deletes nothing, and is nobody's business
            self.deny("Hiding", "DeleteObject")
            others = {"ArnNotLike": {"aws:PrincipalArn": disposer}}
            self.deny("Deletion", "DeleteObjectVersion", when=others)
        self.deny("Lifting", "BypassGovernanceRetention")
        self.deny(
            "OtherLocks",
            "PutObject",
            when={"StringNotEquals": {"s3:object-lock-mode": stage.archive_lock_mode}},
        )
        self.deny(
            "LongerLocks",
            *("PutObject", "PutObjectRetention"),
            when={
                "NumericGreaterThan": {"s3:object-lock-remaining-retention-days": bound_days},
            },
        )
        self.deny(
            "Reconfiguration",
            *("PutBucketObjectLockConfiguration", "PutBucketVersioning"),
            # a rule that expires objects hides them behind markers and asks no policy
            "PutLifecycleConfiguration",
            *("PutBucketPolicy", "DeleteBucketPolicy"),
            when={"ArnNotLike": {"aws:PrincipalArn": _DEPLOYER}},
            on=[self.bucket_arn],
        )

    def disposer_arn(self, _stage: StageConfig) -> str | None:
        """The one role that may delete versions whose lock has ended; None: nobody may."""
        return None

    def deny(
        self,
        name: str,
        *actions: str,
        when: Mapping[str, Any] | None = None,
        on: Sequence[str] = (),
        but_on: Sequence[str] = (),
    ) -> None:
        """To everyone, on all objects, or `on` these ARNs, or on all others than `but_on`."""
        places = list(on) or ([] if but_on else [self.arn_for_objects("*")])
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid=f"No{name}",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=[f"s3:{action}" for action in actions],
                resources=places or None,
                not_resources=list(but_on) or None,
                conditions=when,
            )
        )


def _lock(stage: StageConfig, days: int) -> s3.ObjectLockRetention:
    duration = Duration.days(days)
    if stage.archive_lock_mode == "COMPLIANCE":
        return s3.ObjectLockRetention.compliance(duration)
    return s3.ObjectLockRetention.governance(duration)
