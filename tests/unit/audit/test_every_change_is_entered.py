"""Every place in the code that changes something at AWS, with the entry that tells of it.

A new place fails here until it is listed: with the action that is entered, or with the reason why
nothing needs to be.
"""

import ast
from pathlib import Path

import pytest

from functions.core.audit.registry import WRITERS
from functions.core.audit.vocabulary import Action

ROOT = Path(__file__).parents[3]
CHANGES = {
    "put_item", "update_item", "delete_item", "transact_write_items", "batch_write_item",
    "put_object", "delete_object", "delete_objects", "copy_object", "create_multipart_upload",
    "upload_part", "complete_multipart_upload", "send_message", "send_message_batch",
    "start_execution", "create_key", "schedule_key_deletion", "put_key_policy", "create_grant",
    "disable_key", "put_object_retention", "put_object_legal_hold", "put_secret_value",
    "change_message_visibility", "invoke",
}  # fmt: skip

ENTERED = {
    "core/sending/dynamodb.py": (
        {Action.INTENT_ACCEPTED, Action.SEND_CLAIMED, Action.SEND_SETTLED},
        "in the same transaction, or before",
    ),
    "core/runtime/dynamodb.py": (
        {Action.MESSAGE_RECEIVED, Action.STATUS_RECEIVED, Action.MEDIUM_SETTLED},
        "folds of what was delivered; by inbound and media once they are stored",
    ),
    "core/conversations/blobs.py": ({Action.MESSAGE_RECEIVED}, "part of a fold"),
    "core/media/objects.py": (
        {Action.MEDIUM_SETTLED, Action.UPLOAD_PART_STORED, Action.EXPORT_MADE, Action.ACCESS_MADE},
        "the object of what is entered",
    ),
    "core/content/dynamodb.py": ({Action.KEY_CREATED}, "in the same transaction"),
    "core/content/epoch_dynamodb.py": ({Action.EPOCH_STEP}, "after each step"),
    "core/content/epoch_kms.py": ({Action.EPOCH_STEP}, "after each step"),
    "core/content/tickets.py": (
        {
            Action.MEDIUM_SHOWN,
            Action.MEDIUM_READ,
            Action.EXPORT_READ,
            Action.EXPORT_FETCHED,
            Action.ACCESS_FETCHED,
        },
        "of the request that issues or redeems a ticket",
    ),
    "core/rights/access/links.py": ({Action.LINK_ISSUED}, "before and after"),
    "core/rights/rectifying.py": ({Action.RECORD_CORRECTED}, "in the same transaction"),
    "core/archive/aws.py": ({Action.SEGMENT_ARCHIVED}, "of the batch"),
    "core/consent/imports/aws.py": (
        {Action.IMPORT_BEGUN, Action.IMPORT_STARTED, Action.IMPORT_DONE},
        "before and after",
    ),
    "core/archive/exports/aws.py": ({Action.EXPORT_ASKED}, "before and after"),
    "core/holds/store.py": (
        {Action.HOLD_PLACED, Action.HOLD_LIFT_ASKED, Action.HOLD_LIFTED},
        "in the same transaction",
    ),
    "core/holds/claims.py": ({Action.HOLD_PLACED, Action.HOLD_LIFTED}, "before and after"),
    "core/holds/locks.py": ({Action.HOLD_PLACED, Action.HOLD_LIFTED}, "before and after"),
    "core/holds/machine.py": ({Action.HOLD_PLACED, Action.HOLD_LIFTED}, "before"),
    "core/consent/store.py": (
        {
            Action.CONSENT_REQUESTED,
            Action.CONSENT_GIVEN,
            Action.CONSENT_REFUSED,
            Action.CONSENT_WITHDRAWN,
            Action.CONSENT_EXPIRED,
            Action.CONSENT_INVALIDATED,
            Action.CONSENT_DISREGARDED,
        },
        "in the same transaction",
    ),
    "core/rights/erasure/ledger.py": (
        {Action.RECORD_ERASED},
        "written before the erasure; the entry, at its end, holds its hash",
    ),
    # what is nothing to enter, or the log itself
    "webhook/inbox.py": ({Action.DELIVERY_RECEIVED}, "by inbound, once it is stored"),
    "core/audit/outbox.py": (set(), "the entries themselves"),
    "core/audit/log_s3.py": (set(), "the log itself"),
    "core/audit/witnessing.py": (set(), "asks the witness; the log holds the checkpoint"),
    "core/contacts/tombstones.py": (set(), "part of an erasure, which is entered"),
    "core/sending/wake_ups.py": (set(), "says which thread to look at; changes nothing"),
    "core/media/queue.py": (set(), "says which medium to look at; changes nothing"),
    "core/media/announce.py": (set(), "says which medium to look at; changes nothing"),
}


def places():
    found = {}
    for path in sorted((ROOT / "functions").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in CHANGES
                # `self._handler.invoke()` of our own would be listed as well: better once too often
            ):
                found.setdefault(path.relative_to(ROOT / "functions").as_posix(), []).append(node)
    return found


def entered_somewhere():
    """Actions that code names where it makes an entry."""
    found = set()
    for path in (ROOT / "functions").rglob("*.py"):
        if path.name == "vocabulary.py":
            continue
        text = path.read_text()
        found |= {action for action in Action if f"Action.{action.name}" in text}
        found |= {action for action in Action if f'"{action.name}"' in text}
    return found


def test_every_place_that_changes_something_is_listed_with_its_entry():
    assert set(places()) == set(ENTERED)


def test_every_entry_that_is_listed_is_made():
    listed = set().union(*(actions for actions, _ in ENTERED.values()))
    assert listed <= entered_somewhere()


@pytest.mark.parametrize("function", WRITERS)
def test_every_writer_has_a_number_of_its_own(function):
    """Writers are opened under the name of their folder: their role may open no other."""
    files = (ROOT / "functions" / function).glob("*.py")
    assert any(f'function="{function}"' in path.read_text() for path in files)


def test_every_function_writes_entries_but_for_those_that_only_wake_others_or_are_the_log():
    functions = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert functions - set(WRITERS) == {"wakeup", "audit_sequencer", "witness"}
