"""Where the audit log lies (docs/audit-format.md): tiles, written once, and checkpoints.

Three objects are written anew, each time on the condition that they are what was read: the two
checkpoints and the sequencer's head. What they were before stays as a locked version.
"""

from collections.abc import Iterator

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.locked_bucket import LockedBucket

CHECKPOINTS = ("checkpoint", "cosigned")
SEQUENCER = "sequencer/"
REPLACED = (*CHECKPOINTS, f"{SEQUENCER}head")

# of tiles that are full, in the tag that a partial one carries
PARTIAL = {"partial": "yes"}
# Entries, and hashes of single entries. The levels above are kept: they stand for what is gone.
EXPIRING = ("tile/entries/", "tile/0/")
# A partial tile may go when a fuller one has followed. Heartbeats alone see to that within a day,
# up to this level; in the levels above a tile may stay partial for a year or for good.
REFILLED = (*EXPIRING, "tile/1/")
# the sequencer's notes for itself: nobody asks what they were
_HEAD_DAYS = 2


class AuditBucket(LockedBucket):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        logs: s3.IBucket,
        stage: StageConfig,
    ) -> None:
        days = stage.audit_retention_days
        super().__init__(
            scope,
            construct_id,
            key=key,
            logs=logs,
            stage=stage,
            lock_days=days,
            # clocks differ, and S3 counts a day that has begun
            bound_days=days + 1,
            lifecycle_rules=list(_expiring(stage)),
        )
        replaced = [self.arn_for_objects(name) for name in REPLACED]
        self.deny(
            "Overwriting",
            "PutObject",
            when={"Null": {"s3:if-none-match": "true"}},
            but_on=replaced,
        )
        # whoever has not seen what is there does not replace it
        self.deny(
            "BlindReplacing",
            "PutObject",
            when={"Null": {"s3:if-none-match": "true", "s3:if-match": "true"}},
            on=replaced,
        )
        # the tag lets a tile expire early: full ones never carry it
        self.deny("EarlyExpiry", "PutObjectTagging", but_on=[self.arn_for_objects("tile/*.p/*")])
        self.deny(
            "OtherTags",
            *("PutObjectVersionTagging", "DeleteObjectTagging", "DeleteObjectVersionTagging"),
        )


def _expiring(stage: StageConfig) -> Iterator[s3.LifecycleRule]:
    """Object Lock outlives every rule here: what is still locked stays, whatever is due."""
    whole, partial = stage.audit_retention_days, stage.audit_partial_days
    for prefix in REFILLED:
        yield _gone(prefix, days=partial, tags=PARTIAL)
    for prefix in EXPIRING:
        yield _gone(prefix, days=whole + 1)
    for name in CHECKPOINTS:
        yield _forgotten(name, days=whole)
    yield _forgotten(SEQUENCER, days=_HEAD_DAYS)
    yield s3.LifecycleRule(
        abort_incomplete_multipart_upload_after=Duration.days(1), expired_object_delete_marker=True
    )


def _gone(prefix: str, *, days: int, tags: dict[str, str] | None = None) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        prefix=prefix,
        tag_filters=tags,
        expiration=Duration.days(days),
        noncurrent_version_expiration=Duration.days(1),
    )


def _forgotten(prefix: str, *, days: int) -> s3.LifecycleRule:
    """What was replaced, so long after that."""
    return s3.LifecycleRule(prefix=prefix, noncurrent_version_expiration=Duration.days(days))
