"""Every permission was read by a person.

After a change that is meant, write the file anew and review its diff like code:

    AMANA_WRITE_GOLDEN=1 .venv/bin/python -m pytest tests/infra/test_iam_matrix.py
"""

import json
import os
from pathlib import Path

import pytest
from iam_matrix import iam_matrix

TRANSIT_USE = "<KeysTransit.Arn> when kms:EncryptionContext:amana:use StringEquals transit"
GOLDEN = Path(__file__).parent / "golden" / "iam_matrix.json"


def test_roles_may_do_what_was_reviewed_and_nothing_else(witnessed):
    matrix = iam_matrix(witnessed)
    if os.environ.get("AMANA_WRITE_GOLDEN"):
        GOLDEN.write_text(json.dumps(matrix, indent=2) + "\n", encoding="utf-8")
    assert matrix == json.loads(GOLDEN.read_text(encoding="utf-8")), __doc__


def test_no_policy_is_inline_and_none_comes_from_aws(prod):
    assert prod.of_type("AWS::IAM::Policy") == []


def test_no_action_is_a_wildcard(prod):
    actions = {action for row in iam_matrix(prod).values() for action in row}
    assert not [action for action in actions if "*" in action]


def test_only_what_knows_no_resource_names_all_resources(prod):
    everything = {
        action
        for row in iam_matrix(prod).values()
        for action, resources in row.items()
        if any(each.partition(" ")[0] == "*" for each in resources)
    }
    assert {a for a in everything if a.startswith("kms:")} == {"kms:CreateKey", "kms:TagResource"}
    assert {action.partition(":")[0] for action in everything} == {"xray", "logs", "kms"}


def test_only_the_turning_of_epochs_makes_keys_and_only_of_this_stage(prod):
    makers = {role: row for role, row in iam_matrix(prod).items() if "kms:CreateKey" in row}
    assert list(makers) == ["content.Epoch"]
    (resource,) = makers["content.Epoch"]["kms:CreateKey"]
    assert "aws:RequestTag/amana:stage StringEquals prod" in resource


def test_no_role_may_delete_or_change_a_key(prod):
    """Epochs' keys are retired by what their own policies say."""
    actions = {action for row in iam_matrix(prod).values() for action in row}
    forbidden = ("kms:Schedule", "kms:Put", "kms:Disable", "kms:Cancel", "kms:ReEncrypt*")
    assert not [action for action in actions if action.startswith(forbidden)]


# who seals and opens what travels in queues; nobody else has a use for KMS itself
TRANSIT = {
    "ingress.Webhook": {"kms:GenerateDataKey"},
    "messaging.Inbound": {"kms:Decrypt"},
    "content.Media": {"kms:Decrypt"},
    "api.MediaApi": {"kms:GenerateDataKey"},
}


def test_keys_are_used_through_services_but_for_what_travels(prod):
    used = {
        role: {
            action
            for action, resources in row.items()
            if action in {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}
            and any(TRANSIT_USE in each for each in resources)
        }
        for role, row in iam_matrix(prod).items()
    }
    assert {role: actions for role, actions in used.items() if actions} == TRANSIT
    for role, row in iam_matrix(prod).items():
        for action in row.keys() & {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}:
            known = (" via ", TRANSIT_USE, " when kms:EncryptionContext:")
            assert all(any(each in r for each in known) for r in row[action]), (role, action)


@pytest.mark.parametrize(
    ("name", "function"), [("Epoch", "EpochFunction"), ("Export", "ExporterFunction")]
)
def test_a_workflow_calls_its_function_and_uses_its_key_for_its_own_history(prod, name, function):
    row = iam_matrix(prod)[f"content.{name}Workflow"]
    machine = f"stateMachine:amana-prod-{name.lower()}"
    (history,) = row["kms:Decrypt"]
    assert "kms:EncryptionContext:aws:states:stateMachineArn StringLike" in history
    assert history.endswith(f"{machine}/*")
    assert row["lambda:InvokeFunction"] == [f"<{function}.Arn>"]


def test_who_may_start_what(prod):
    starting = {
        role: [each.rpartition(":")[2] for each in row["states:StartExecution"]]
        for role, row in iam_matrix(prod).items()
        if "states:StartExecution" in row
    }
    assert starting == {
        "api.ArchiveApi": ["amana-prod-export"],
        # by the machine itself: it stands in the same stack
        "consent.ConsentApi": ["<ConsentImportWorkflowStateMachine>"],
        "consent.ConsentImportWorkflow": ["amana-prod-consent-import"],
        "content.EpochWorkflowStart": ["<EpochWorkflowStateMachine>"],
        # the parts of an export, and of an import, are executions of their own
        "content.ExportWorkflow": ["amana-prod-export"],
        "retention.HoldWorkflow": ["amana-prod-hold"],
        # once a day, for every hold
        "retention.Holder": ["amana-prod-hold"],
        "retention.HoldsApi": ["amana-prod-hold"],
        # who writes "my data" has filed a request
        "messaging.Inbound": ["amana-prod-rights-request"],
        "rights.RightsApi": ["amana-prod-rights-request"],
        # once a day, for every request whose workflow is gone
        "rights.Rights": ["amana-prod-rights-request"],
        # the parts of an answer, or of an erasure
        "rights.RightsWorkflow": ["amana-prod-rights-request"],
        "retention.RetentionApi": ["amana-prod-retention-run"],
        # each shard is an execution of its own
        "retention.RetentionWorkflow": ["amana-prod-retention-run"],
        "retention.RetentionWorkflowStart": ["<RetentionWorkflowStateMachine>"],
    }


OPEN_REQUESTS = "<Compliance.Arn> when dynamodb:LeadingKeys ForAllValues:StringLike RIGHTSOPEN#*"
# what goes when it has served its purpose
DELETED = {
    ("content.Media", "s3:DeleteObject"): ["<Transit.Arn>/uploads/*"],
    # tickets that were issued for nothing
    ("api.MediaApi", "dynamodb:DeleteItem"): ["<Ephemeral.Arn>"],
    ("api.ArchiveApi", "dynamodb:DeleteItem"): ["<Ephemeral.Arn>"],
    # which objects a hold kept, when they are unlocked
    ("retention.Holder", "dynamodb:DeleteItem"): [
        "<Compliance.Arn> when dynamodb:LeadingKeys ForAllValues:StringLike HOLD#*, GUARD#*, HELD#*"
    ],
    # that a request is open, once it is not
    ("rights.Rights", "dynamodb:DeleteItem"): [OPEN_REQUESTS],
    # and tickets that were issued for nothing
    ("rights.RightsApi", "dynamodb:DeleteItem"): [OPEN_REQUESTS, "<Ephemeral.Arn>"],
    # what is due, behind guards
    ("retention.Retention", "dynamodb:DeleteItem"): [
        (
            "<Compliance.Arn> when dynamodb:LeadingKeys ForAllValues:StringLike "
            "EXPORT#*, IMPORT#*, RIGHTS#*, HOLD#*, DISPOSED#*"
        ),
        "<Consent.Arn>",
        "<Conversations.Arn>",
    ],
    # of the archive what Object Lock, and its policy, leave free
    ("retention.Retention", "s3:DeleteObjectVersion"): ["<Archive.Arn>/*", "<Media.Arn>/*"],
    # what is about people who are erased, behind guards
    ("rights.Erasure", "dynamodb:DeleteItem"): [
        "<Compliance.Arn> when dynamodb:LeadingKeys ForAllValues:StringLike DISPOSED#*",
        "<Consent.Arn>",
        "<Conversations.Arn>",
    ],
    ("rights.Erasure", "s3:DeleteObject"): ["<Media.Arn>/*"],
    ("rights.Erasure", "s3:DeleteObjectVersion"): ["<Media.Arn>/*"],
}


def test_no_function_may_delete_anything_but_queue_messages_and_what_is_passing_through(prod):
    deleting = {
        (role, action): resources
        for role, row in iam_matrix(prod).items()
        for action, resources in row.items()
        if ":Delete" in action and action != "sqs:DeleteMessage"
    }
    workflows = ("content.Epoch", "content.Export", "consent.ConsentImport")
    for workflow in (*workflows, "retention.Hold", "retention.Retention", "rights.Rights"):
        logs = deleting.pop((f"{workflow}Workflow", "logs:DeleteLogDelivery"))
        assert logs == ["*"]
    assert deleting == DELETED


# who is told of an object that it is not there, or finds out which there are
LISTED = {
    "api.ArchiveApi": ["<Exports.Arn>"],
    "api.AuditApi": ["<Audit.Arn>"],
    "api.MediaApi": ["<Media.Arn>"],
    "api.MessagesApi": ["<Media.Arn>"],
    "audit.Sequencer": ["<Audit.Arn>"],
    "consent.ConsentApi": ["<Audit.Arn>"],
    "consent.ConsentImporter": ["<Exports.Arn>"],
    "content.Archiver": ["<Archive.Arn>", "<Media.Arn>"],
    "content.Exporter": ["<Archive.Arn>", "<Exports.Arn>", "<Media.Arn>"],
    "content.Media": ["<Media.Arn>", "<Transit.Arn>"],
    "retention.Holder": ["<Archive.Arn>"],
    "retention.Retention": ["<Archive.Arn>"],
    "rights.Access": ["<Archive.Arn>", "<Audit.Arn>", "<Exports.Arn>", "<Media.Arn>"],
    "rights.Disclosure": ["<Exports.Arn>"],
    "rights.RightsApi": ["<Exports.Arn>"],
    "rights.Erasure": ["<Archive.Arn>", "<Audit.Arn>", "<Exports.Arn>"],
}


def test_only_who_must_know_what_is_missing_may_list(prod):
    listing = {
        role: row["s3:ListBucket"]
        for role, row in iam_matrix(prod).items()
        if "s3:ListBucket" in row
    }
    assert listing == LISTED


def test_what_lies_in_quarantine_is_read_by_no_role(prod):
    for role, row in iam_matrix(prod).items():
        media = [each for each in row.get("s3:GetObject", []) if each.startswith("<Media.Arn>")]
        assert set(media) <= {"<Media.Arn>/media/*", "<Media.Arn>/updates/*"}, role


def test_secrets_are_read_by_who_needs_them(prod):
    readers = {
        secret: [
            role
            for role, row in iam_matrix(prod).items()
            if any(secret in each for each in row.get("secretsmanager:GetSecretValue", []))
        ]
        for secret in ("access-token-??????", "meta-??????", "pseudonym-??????")
    }
    assert readers == {
        "access-token-??????": ["content.Media", "messaging.Sender"],
        "meta-??????": ["ingress.Webhook"],
        "pseudonym-??????": [
            "api.ArchiveApi",
            "api.MediaApi",
            "api.MessagesApi",
            "consent.ConsentApi",
            "consent.ConsentImporter",
            "content.Media",
            "messaging.Inbound",
            "messaging.Sender",
            "retention.HoldsApi",
            "retention.Retention",
            "rights.Access",
            "rights.Disclosure",
            "rights.Erasure",
            "rights.Rights",
            "rights.RightsApi",
        ],
    }


def test_nobody_writes_guards_but_who_places_holds_and_lets_them_follow(prod):
    """Whoever deletes asks guards, and could otherwise take them away first."""
    writing = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
    able = {
        role
        for role, row in iam_matrix(prod).items()
        for action in writing
        for each in row.get(action, [])
        if each == "<Compliance.Arn>" or ("<Compliance.Arn>" in each and "GUARD#" in each)
    }
    assert able == {"retention.HoldsApi", "retention.Holder", "messaging.Inbound"}
