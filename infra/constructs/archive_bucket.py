"""Where records are kept so that nobody can change them: not a function, not an administrator.

Object Lock keeps every version for its time. The bucket's policy forbids, to everyone, what Object
Lock leaves open: hiding an object behind a delete marker or a newer version, putting one without
this stage's lock, locking for longer than the stage's bound, and lifting a lock.
"""

from collections.abc import Mapping
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


class ArchiveBucket(Bucket):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        logs: s3.IBucket,
        stage: StageConfig,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            key=key,
            logs=logs,
            retain=stage.retain,
            # nothing expires by itself: what is due is decided by class and hold
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))
            ],
            lock=_lock(stage),
        )
        self._deny("Deletion", "DeleteObject", "DeleteObjectVersion")
        self._deny("Lifting", "BypassGovernanceRetention")
        self._deny(
            "OtherLocks",
            "PutObject",
            when={"StringNotEquals": {"s3:object-lock-mode": stage.archive_lock_mode}},
        )
        self._deny(
            "LongerLocks",
            *("PutObject", "PutObjectRetention"),
            when={
                "NumericGreaterThan": {
                    "s3:object-lock-remaining-retention-days": stage.archive_retention_bound_days
                }
            },
        )
        # a put that says If-None-Match is refused where there is an object already
        self._deny("Overwriting", "PutObject", when={"Null": {"s3:if-none-match": "true"}})
        self._deny(
            "Reconfiguration",
            *("PutBucketObjectLockConfiguration", "PutBucketVersioning"),
            # a rule that expires objects hides them behind markers and asks no policy
            "PutLifecycleConfiguration",
            *("PutBucketPolicy", "DeleteBucketPolicy"),
            when={"ArnNotLike": {"aws:PrincipalArn": _DEPLOYER}},
            resource=self.bucket_arn,
        )

    def _deny(
        self,
        name: str,
        *actions: str,
        when: Mapping[str, Any] | None = None,
        resource: str | None = None,
    ) -> None:
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid=f"No{name}",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=[f"s3:{action}" for action in actions],
                resources=[resource or self.arn_for_objects("*")],
                conditions=when,
            )
        )


def _lock(stage: StageConfig) -> s3.ObjectLockRetention:
    duration = Duration.days(stage.archive_retention.days)
    if stage.archive_lock_mode == "COMPLIANCE":
        return s3.ObjectLockRetention.compliance(duration)
    return s3.ObjectLockRetention.governance(duration)
