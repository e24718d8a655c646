"""Where records are kept so that nobody can change them: under Object Lock, written once."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.locked_bucket import LockedBucket


def holder_arn(stage: StageConfig) -> str:
    """The role of the function `holder`, as CloudFormation names it: its stack comes later."""
    name = f"{stage.stack_name('retention')}-HolderRole*"
    return f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{name}"


class ArchiveBucket(LockedBucket):
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
            stage=stage,
            lock_days=stage.archive_retention.days,
            # no object is locked for longer, whatever a function asks for
            bound_days=stage.archive_retention_bound_days,
            # nothing expires by itself: what is due is decided by class and hold
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))
            ],
        )
        # a legal hold stands until it is lifted, by whoever does so for two people
        self.deny(
            "OtherHolds",
            "PutObjectLegalHold",
            when={"ArnNotLike": {"aws:PrincipalArn": holder_arn(stage)}},
        )
        # a put that says If-None-Match is refused where there is an object already
        self.deny("Overwriting", "PutObject", when={"Null": {"s3:if-none-match": "true"}})

    def disposer_arn(self, stage: StageConfig) -> str:
        """What lock and hold leave free is deleted by the function `retention`, and told of."""
        name = f"{stage.stack_name('retention')}-RetentionRole*"
        return f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{name}"
