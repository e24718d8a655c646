"""Every permission was read by a person.

After a change that is meant, write the file anew and review its diff like code:

    AMANA_WRITE_GOLDEN=1 .venv/bin/python -m pytest tests/infra/test_iam_matrix.py
"""

import json
import os
from pathlib import Path

from iam_matrix import iam_matrix

GOLDEN = Path(__file__).parent / "golden" / "iam_matrix.json"


def test_roles_may_do_what_was_reviewed_and_nothing_else(prod):
    matrix = iam_matrix(prod)
    if os.environ.get("AMANA_WRITE_GOLDEN"):
        GOLDEN.write_text(json.dumps(matrix, indent=2) + "\n", encoding="utf-8")
    assert matrix == json.loads(GOLDEN.read_text(encoding="utf-8")), __doc__


def test_no_policy_is_inline_and_none_comes_from_aws(prod):
    assert prod.of_type("AWS::IAM::Policy") == []


def test_no_action_is_a_wildcard(prod):
    actions = {action for row in iam_matrix(prod).values() for action in row}
    assert not [action for action in actions if "*" in action]


def test_only_tracing_and_api_gateways_logging_name_all_resources(prod):
    everything = {
        action
        for row in iam_matrix(prod).values()
        for action, resources in row.items()
        if "*" in resources
    }
    assert {action.partition(":")[0] for action in everything} == {"xray", "logs"}


# who seals and opens what travels in queues; nobody else has a use for KMS itself
TRANSIT = {
    "ingress.Webhook": {"kms:GenerateDataKey"},
    "messaging.Inbound": {"kms:Decrypt"},
}


def test_keys_are_used_through_services_but_for_what_travels(prod):
    direct = {
        role: {
            action
            for action, resources in row.items()
            if action.startswith("kms:") and not all(" via " in each for each in resources)
        }
        for role, row in iam_matrix(prod).items()
    }
    assert {role: actions for role, actions in direct.items() if actions} == TRANSIT


def test_what_travels_opens_with_the_transit_key_for_that_use_only(prod):
    for role, row in iam_matrix(prod).items():
        for action in TRANSIT.get(role, ()):
            (resource,) = [each for each in row[action] if " via " not in each]
            use = "kms:EncryptionContext:amana:use StringEquals transit"
            assert resource == f"<KeysTransit.Arn> when {use}"


def test_no_function_may_delete_anything_but_queue_messages(prod):
    deleting = {
        action for row in iam_matrix(prod).values() for action in row if ":Delete" in action
    }
    assert deleting == {"sqs:DeleteMessage"}


def test_the_access_token_is_read_by_the_sender_only_and_the_app_secret_by_the_webhook(prod):
    readers = {
        secret: [
            role
            for role, row in iam_matrix(prod).items()
            if any(secret in each for each in row.get("secretsmanager:GetSecretValue", []))
        ]
        for secret in ("access-token-??????", "meta-??????", "pseudonym-??????")
    }
    assert readers == {
        "access-token-??????": ["messaging.Sender"],
        "meta-??????": ["ingress.Webhook"],
        "pseudonym-??????": ["api.MessagesApi", "messaging.Inbound", "messaging.Sender"],
    }
