"""What Meta sends again, in whatever order and grouping, changes nothing that is stored."""

import json
from pathlib import Path

import pytest

from cli.client import compact
from tests.fakes import build
from tests.fakes.regroup import changes_of, regrouped

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "events", ROOT.parent / "shared" / "webhooks" / "concrete")
UPDATES = 1000  # as many as Meta puts into one POST


def published():
    for folder in FOLDERS:
        for path in sorted(folder.glob("*.json")):
            try:
                yield json.loads(path.read_bytes())
            except ValueError:  # scenarios of bodies that are no JSON cannot be regrouped
                continue


@pytest.fixture
def dump(platform):
    """What folding wrote, exactly as stored: conversations, and the content keys they need.

    Media are fetched in their own time, and asked for anew while Meta does not have them.
    """
    outputs = platform.facts.outputs["amana-local-data"]

    def items():
        platform.settle()
        return {
            **scanned(platform, outputs["ConversationsTable"], but="MEDIA#"),
            **scanned(platform, outputs["KeysTable"], but="EPOCH"),
        }

    return items


def scanned(platform, table, *, but):
    pages = platform.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    found = [item for page in pages for item in page["Items"]]
    return {
        (item["pk"]["S"], item.get("sk", {}).get("S")): item
        for item in found
        if not item["pk"]["S"].startswith(but)
    }


def test_everything_five_times_again_shuffled_and_regrouped_changes_no_byte(platform, dump):
    payloads = list(published())
    for body in regrouped(payloads, seed=0, size=40):
        assert platform.post(compact(body)).status == 200
    before = dump()

    for seed, size in enumerate((1, 7, 50, 200, 1000), start=1):
        for body in regrouped(payloads, seed=seed, size=size):
            assert platform.post(compact(body)).status == 200

    assert len(changes_of(payloads)) > len(payloads) // 2
    # also no ciphertext, no content key, and no digest of the webhook that told it first
    assert dump() == before
    assert any("sealed" in fact for fact in facts_of(before.values()))


def facts_of(items):
    return [fact["M"] for item in items for fact in item.get("facts", {}).get("M", {}).values()]


def test_a_thousand_mixed_updates_in_one_webhook_are_all_stored(platform, dump):
    now = 1_795_300_000
    messages = [
        build.text_message(f"wamid.mass{n}", sender=f"1555018{n % 40:04}", at=now + n)
        for n in range(UPDATES // 2)
    ]
    statuses = [
        build.status(
            f"wamid.mass{n}", "read", recipient=f"1555018{n % 40:04}", at=now + UPDATES + n
        )
        for n in range(UPDATES // 2)
    ]
    before = dump()

    payload = build.webhook(build.change(messages=messages), build.change(statuses=statuses))
    assert platform.post(compact(payload)).status == 200

    new = {key for key in dump() if key not in before}
    assert len([1 for pk, _ in new if pk.startswith("MESSAGE#")]) == UPDATES // 2
    assert len([1 for pk, _ in new if pk.startswith("THREAD#")]) == 40
