"""Buckets with the defaults this platform asks of all of them."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct, IConstruct

from infra.acknowledge import HIPAA, NIST_R4, NIST_R5, PCI, acknowledge
from infra.constructs.lifecycle import removal_policy


class Bucket(s3.Bucket):
    """Private, versioned, TLS only, under a customer-managed key, with access logs.

    `lock`: what an object is locked for when whoever puts it says nothing about it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        logs: s3.IBucket,
        retain: bool,
        lifecycle_rules: list[s3.LifecycleRule],
        lock: s3.ObjectLockRetention | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            # one data key per bucket and day instead of one KMS request per object
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            object_lock_enabled=True if lock else None,
            object_lock_default_retention=lock,
            server_access_logs_bucket=logs,
            server_access_logs_prefix=f"{construct_id.lower()}/",
            lifecycle_rules=lifecycle_rules,
            removal_policy=removal_policy(retain=retain),
        )
        _acknowledge_single_region(self)
        if lock is None:
            acknowledge(
                self,
                "S3BucketDefaultLockEnabled",
                NIST_R4,
                reason=(
                    "People have a right to have what is in here erased, and a lock would forbid "
                    "it. Compensating controls: versioning, deletion only of what is on its way "
                    "(the reviewed matrix of roles in tests/infra), TLS only, and access logs."
                ),
            )


class LogsBucket(s3.Bucket):
    """Receives the access logs of the other buckets."""

    def __init__(
        self, scope: Construct, construct_id: str, *, retention_days: int, retain: bool
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[expire_after(retention_days)],
            removal_policy=removal_policy(retain=retain),
        )
        _acknowledge_single_region(self)
        acknowledge(
            self,
            "S3DefaultEncryptionKMS",
            *(HIPAA, NIST_R5, PCI),
            reason=(
                "S3 delivers access logs only to buckets encrypted with its own keys (S3 user "
                "guide, 'Enabling server access logging'). Compensating controls: encryption with "
                "S3-managed keys, no public access, TLS only; the logs hold requests and object "
                "keys, and keys are opaque ids by design."
            ),
        )
        acknowledge(
            self,
            "S3BucketDefaultLockEnabled",
            NIST_R4,
            reason=(
                "S3 delivers no access logs to a bucket with Object Lock (S3 user guide, "
                "'Enabling server access logging'). Compensating controls: versioning, and only "
                "the log delivery service may write here."
            ),
        )


def _acknowledge_single_region(bucket: IConstruct) -> None:
    acknowledge(
        bucket,
        "S3BucketReplicationEnabled",
        *(HIPAA, NIST_R4, NIST_R5, PCI),
        reason=(
            "Personal data stays in the region the business chose: a replica elsewhere is a "
            "transfer to be decided by law, and one more place to erase. Compensating controls: "
            "S3 keeps every object in three availability zones, and versioning undoes overwrites "
            "and deletions."
        ),
    )


def expire_after(days: int, *, below: str | None = None) -> s3.LifecycleRule:
    """Objects go after `days`, the versions that this leaves behind one day later.

    `below`: only those whose names begin so.
    """
    return s3.LifecycleRule(
        prefix=below,
        expiration=Duration.days(days),
        noncurrent_version_expiration=Duration.days(1),
        abort_incomplete_multipart_upload_after=Duration.days(1),
    )
