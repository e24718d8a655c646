"""Records cannot be changed: what the archive's bucket says, and that no role may undo it."""

import pytest
from iam_matrix import iam_matrix
from locked import bucket, denied_to_all

from infra.config import load_stage

STAGES = ["dev", "staging", "prod", "local"]
# the only ones who put objects there, and where; a put with a lock needs the right to lock
WRITERS = {
    "content.Archiver": "<Archive.Arn>/*",
    # proofs that an epoch is over, under the same lock
    "content.Epoch": "<Archive.Arn>/proofs/*",
    # the ledger of erasures, under it as well
    "rights.Erasure": "<Archive.Arn>/erasures/*",
}


@pytest.mark.parametrize("name", STAGES)
def test_every_object_is_locked_also_when_nobody_asks_for_it(assembled, name):
    stage = load_stage(name)
    archive = bucket(assembled(name), "Archive")
    assert archive["ObjectLockEnabled"] is True
    assert archive["VersioningConfiguration"] == {"Status": "Enabled"}
    assert archive["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {
        "Mode": stage.archive_lock_mode,
        "Days": stage.archive_retention.days,
    }


def test_nothing_in_the_archive_expires_by_itself(prod):
    (rule,) = bucket(prod, "Archive")["LifecycleConfiguration"]["Rules"]
    assert set(rule) == {"AbortIncompleteMultipartUpload", "Status"}


@pytest.mark.parametrize("name", STAGES)
def test_the_bucket_refuses_to_everyone_what_object_lock_leaves_open(assembled, name):
    stage = load_stage(name)
    denied = denied_to_all(assembled(name), "Archive")
    assert denied["NoDeletion"] == (["s3:DeleteObject", "s3:DeleteObjectVersion"], None)
    assert denied["NoLifting"] == (["s3:BypassGovernanceRetention"], None)
    assert denied["NoOverwriting"] == (["s3:PutObject"], {"Null": {"s3:if-none-match": "true"}})
    assert denied["NoOtherLocks"] == (
        ["s3:PutObject"],
        {"StringNotEquals": {"s3:object-lock-mode": stage.archive_lock_mode}},
    )
    bound = stage.archive_retention_bound_days
    assert denied["NoLongerLocks"] == (
        ["s3:PutObject", "s3:PutObjectRetention"],
        {"NumericGreaterThan": {"s3:object-lock-remaining-retention-days": bound}},
    )


def test_only_a_deployment_may_change_lock_lifecycle_and_policy(prod):
    actions, condition = denied_to_all(prod, "Archive")["NoReconfiguration"]
    assert actions == [
        "s3:DeleteBucketPolicy",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketPolicy",
        "s3:PutBucketVersioning",
        "s3:PutLifecycleConfiguration",
    ]
    allowed = prod.name_of(condition["ArnNotLike"]["aws:PrincipalArn"])
    assert allowed.endswith(":role/cdk-*-cfn-exec-role-*")


@pytest.mark.parametrize("name", STAGES)
def test_no_role_may_lift_a_lock_or_remove_a_version(assembled, name):
    forbidden = {
        "s3:BypassGovernanceRetention",
        "s3:DeleteObjectVersion",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketVersioning",
        "s3:PutBucketPolicy",
        "s3:DeleteBucketPolicy",
        "s3:PutLifecycleConfiguration",
    }
    for role, row in iam_matrix(assembled(name)).items():
        places = [place for action in forbidden & set(row) for place in row[action]]
        # whoever erases takes every version of a file away: from where files are
        assert role == "rights.Erasure" or not places, role
        assert not [place for place in places if not place.startswith("<Media.Arn>")], role


@pytest.mark.parametrize("name", STAGES)
def test_legal_holds_are_set_and_lifted_by_one_role_and_refused_to_everyone_else(assembled, name):
    assembly = assembled(name)
    holding = {
        role: row["s3:PutObjectLegalHold"]
        for role, row in iam_matrix(assembly).items()
        if "s3:PutObjectLegalHold" in row
    }
    assert holding == {"retention.Holder": ["<Archive.Arn>/*"]}

    actions, condition = denied_to_all(assembly, "Archive")["NoOtherHolds"]
    assert actions == ["s3:PutObjectLegalHold"]
    (kind,) = condition
    assert kind == "ArnNotLike"
    allowed = assembly.name_of(condition[kind]["aws:PrincipalArn"])
    stack, role = f"amana-{name}-retention", _holder_role(assembly)
    # CloudFormation names a role after its stack and itself, and cuts each off at 24 characters
    assert len(stack) <= 24
    assert len(role) <= 24
    assert allowed.endswith(f":role/{stack}-HolderRole*")
    assert role.startswith("HolderRole")


def _holder_role(assembly):
    (role,) = [
        each.id
        for each in assembly.of_type("AWS::IAM::Role")
        if each.stack == "retention" and each.id.startswith("HolderRole")
    ]
    return role


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:PutObjectRetention"])
def test_only_who_writes_the_archive_may_put_and_lock_and_only_there(prod, action):
    writing = {
        role: [place for place in row.get(action, []) if "Archive" in place]
        for role, row in iam_matrix(prod).items()
    }
    assert {role: places for role, places in writing.items() if places} == {
        role: [place] for role, place in WRITERS.items()
    }


def test_no_other_bucket_but_the_audit_log_is_locked_by_anyone(prod):
    for role, row in iam_matrix(prod).items():
        locked = row.get("s3:PutObjectRetention", [])
        assert all(place.startswith(("<Archive.Arn>", "<Audit.Arn>")) for place in locked), role


def test_the_archiver_has_no_content_key_in_reach(prod):
    row = iam_matrix(prod)["content.Archiver"]
    assert not [place for places in row.values() for place in places if "ContentKeys" in place]
    assert all(" via " in place for place in row["kms:Decrypt"])
    users = prod.functions()["epoch"].properties["Environment"]["Variables"]
    assert "Archiver" not in prod.name_of(users["AMANA_KEY_USER_ROLE_ARNS"])
