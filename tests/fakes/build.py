"""Builders: the objects tests start from, with only what matters to a test spelled out."""

import hmac
import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.conversations.service import ConversationsService
from functions.core.runtime.records import RecordStore
from tests.fakes.records import MemoryRecords

WABA = "102290000000001"
NUMBER = "106540000000001"
CONTROLLER = json.dumps(
    {
        "name": "Example Clinic",
        "address": "1 Example Street, 10115 Berlin",
        "contact": "privacy@clinic.example",
        "kind": "private company",
        "privacy_url": "https://clinic.example/privacy",
        "jurisdiction": "DE",
        "storage_location": "EU",
        "authority": "The data protection authority of Berlin",
    }
)
PSEUDONYMS = Pseudonyms(key=b"test key", portfolio_id="portfolio-1")


class MemoryBlobs:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, name: str, body: bytes, *, key_id: str) -> None:
        self.objects[name] = body


def directory(records: RecordStore) -> Directory:
    """Ids follow from the alias, so that separate runs can be compared."""
    return Directory(
        records=records,
        pseudonyms=PSEUDONYMS,
        new_id=lambda alias: PSEUDONYMS.alias(alias)[:20],
        now_ms=lambda: 0,
    )


def conversations(records: RecordStore | None = None, **options: Any) -> ConversationsService:
    records = MemoryRecords() if records is None else records
    return ConversationsService(
        records=records,
        directory=directory(records),
        pseudonyms=PSEUDONYMS,
        blobs=MemoryBlobs(),
        entry_point_hours=72,
        **options,
    )


def text_message(wamid: str, *, sender: str | None = None, at: int, **extra: Any) -> dict[str, Any]:
    who = {"from": sender} if sender else {}
    return {
        **who,
        "id": wamid,
        "timestamp": str(at),
        "type": "text",
        "text": {"body": f"text of {wamid}"},
        **extra,
    }


def status(wamid: str, state: str, *, recipient: str, at: int, **extra: Any) -> dict[str, Any]:
    return {
        "id": wamid,
        "status": state,
        "timestamp": str(at),
        "recipient_id": recipient,
        **extra,
    }


def change(field: str = "messages", *, number: str = NUMBER, **value: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "15550109999", "phone_number_id": number}
    return {
        "field": field,
        "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
    }


def webhook(*changes: dict[str, Any], waba: str = WABA, time: int | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": waba, "changes": list(changes)}
    if time is not None:
        entry["time"] = time
    return {"object": "whatsapp_business_account", "entry": [entry]}


def body(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def merged(payloads: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Several webhooks as one, as Meta batches them."""
    entries = [entry for payload in payloads for entry in payload["entry"]]
    return {"object": "whatsapp_business_account", "entry": entries}


def signature(secret: str, data: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), data, sha256).hexdigest()
