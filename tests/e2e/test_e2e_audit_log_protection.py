"""What is in the audit log stays, whoever objects; only its newest root is written anew."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from cli.local.aws import local_session
from functions.core.audit.keys import VerifierKey
from functions.core.audit.note import checkpoint_from

DENIED = {"AccessDenied", "InvalidRequest", "MethodNotAllowed"}


@pytest.fixture(scope="module")
def bucket(platform):
    return platform.facts.outputs["amana-local-data"]["AuditBucket"]


@pytest.fixture(scope="module")
def s3(platform):
    """S3 as the account's root user has it: whatever that may not, nobody may."""
    return platform.client("s3")


@pytest.fixture(scope="module")
def tile(platform, s3, bucket):
    """Path of a partial tile; there is one as soon as anything was entered."""

    def found():
        names = [e["Key"] for e in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        return next((name for name in names if re.match(r"tile/0/.*\.p/", name)), None)

    platform.api.get("/v1/conversations")
    platform.eventually(found)
    return found()


@pytest.fixture
def in_vain(platform):
    """What an administrator tried is no fault of a function's."""
    yield
    platform.denials()


def refused(call, **request):
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"] in DENIED


def locked(**request):
    until = datetime.now(UTC) + timedelta(days=1)
    return {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until, **request}


def test_the_key_given_to_auditors_has_signed_the_newest_checkpoint(platform, s3, bucket, tile):
    outputs = platform.facts.outputs["amana-local-audit"]
    kms = platform.client("kms")
    der = kms.get_public_key(KeyId=outputs["AuditSigningKeyArn"])["PublicKey"]
    platform.eventually(lambda: "Contents" in s3.list_objects_v2(Bucket=bucket, Prefix="check"))

    note = checkpoint_from(s3.get_object(Bucket=bucket, Key="checkpoint")["Body"].read())

    assert tile
    assert VerifierKey(outputs["AuditOrigin"], der).has_signed(note)


def test_a_tile_can_be_neither_deleted_nor_replaced_nor_marked(s3, bucket, tile, in_vain):
    named = {"Bucket": bucket, "Key": tile}
    before = s3.get_object(**named)
    version = before["VersionId"]
    assert refused(s3.delete_object, **named)
    assert refused(s3.delete_object, **named, VersionId=version, BypassGovernanceRetention=True)
    assert refused(s3.put_object, **locked(**named, Body=b"forged"))
    assert refused(s3.put_object, **locked(**named, Body=b"forged", IfMatch=before["ETag"]))
    full = {"Bucket": bucket, "Key": re.sub(r"\.p/\d+$", "", tile)}
    marked = {"TagSet": [{"Key": "partial", "Value": "yes"}]}
    assert refused(s3.put_object_tagging, **full, Tagging=marked)
    assert s3.get_object(**named)["Body"].read() == before["Body"].read()


@pytest.mark.parametrize("name", ["checkpoint", "sequencer/head"])
def test_what_is_written_anew_is_not_by_who_has_not_seen_it(s3, bucket, tile, name, in_vain):
    assert tile
    named = {"Bucket": bucket, "Key": name}
    assert refused(s3.put_object, **locked(**named, Body=b"forged"))
    assert refused(s3.put_object, **named, Body=b"forged", IfMatch='"any"')
    assert refused(s3.delete_object, **named)


@pytest.fixture
def administrator(platform):
    """KMS as somebody has it who may do everything with every key, as far as IAM goes."""
    iam = platform.client("iam")
    iam.create_user(UserName="administrator")
    everything = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    iam.put_user_policy(
        UserName="administrator",
        PolicyName="all",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )
    keys = iam.create_access_key(UserName="administrator")["AccessKey"]
    return local_session().client(
        "kms",
        endpoint_url=platform.facts.aws_endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
    )


def test_whoever_is_not_the_sequencer_cannot_sign(platform, administrator, in_vain):
    key = platform.facts.outputs["amana-local-audit"]["AuditSigningKeyArn"]
    assert administrator.get_public_key(KeyId=key)["PublicKey"]

    asked = {"KeyId": key, "Message": b"forged", "SigningAlgorithm": "ECDSA_SHA_256"}

    with pytest.raises(ClientError, match="AccessDenied"):
        administrator.sign(**asked, MessageType="RAW")
