"""Webhooks as Meta frames them, for tests that care about one part only."""

import json
import os
from pathlib import Path

from functions.core.whatsapp.updates import updates

ROOT = Path(__file__).parents[3]
# Payloads published by Meta are test data from outside the repository.
PUBLISHED = Path(os.environ.get("AMANA_META_SAMPLES", ROOT.parent / "shared" / "webhooks"))
OURS = ROOT / "events"
EVENTS = sorted(path for path in OURS.iterdir() if path.suffix in (".json", ".txt"))

WABA = "900000000000001"
NUMBER_ID = "900000000000002"
BUSINESS = "15550100000"
PERSON = "15550100001"
METADATA = {"display_phone_number": BUSINESS, "phone_number_id": NUMBER_ID}


def value(**arrays):
    return {"messaging_product": "whatsapp", "metadata": METADATA, **arrays}


def webhook(*values, field="messages", **entry):
    changes = [{"field": field, "value": each} for each in values]
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": WABA, **entry, "changes": changes}],
    }


def read(document):
    return updates(json.dumps(document).encode())


def read_value(field="messages", **arrays):
    return read(webhook(value(**arrays), field=field))


def one(found):
    [update] = found
    return update


def text_message(**fields):
    return {
        "from": PERSON,
        "id": "wamid.A1",
        "timestamp": "1750000000",
        "type": "text",
        "text": {"body": "Hello"},
        **fields,
    }


def status(**fields):
    return {
        "id": "wamid.B1",
        "status": "delivered",
        "timestamp": "1750000000",
        "recipient_id": PERSON,
        **fields,
    }


def aliases(found):
    return [(alias.kind.value, alias.value) for alias in found]


def leaves(document):
    """(name, value) of every scalar and empty container; what stands in an array has no name."""
    todo = [("", document)]
    while todo:
        name, part = todo.pop()
        if isinstance(part, dict) and part:
            todo.extend(part.items())
        elif isinstance(part, list) and part:
            todo.extend(("", child) for child in part)
        else:
            yield name, json.dumps(part)


def said(found):
    """Every leaf of all that is kept of these updates."""
    around = [part for u in found for part in (u.contact, u.thread, u.envelope) if part is not None]
    return {leaf for part in [*(u.raw for u in found), *around] for leaf in leaves(part)}
