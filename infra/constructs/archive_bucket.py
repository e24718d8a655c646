"""Where records are kept so that nobody can change them: under Object Lock, written once."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.locked_bucket import LockedBucket


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
        # a put that says If-None-Match is refused where there is an object already
        self.deny("Overwriting", "PutObject", when={"Null": {"s3:if-none-match": "true"}})
