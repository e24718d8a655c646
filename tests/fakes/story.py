"""A conversation with everything in it, for exports and transcripts."""

import hashlib
import json
import struct
import zlib
from typing import Any

from functions.core.contacts.model import Alias, AliasKind
from functions.core.conversations.model import moment
from functions.core.runtime.records import Key
from tests.fakes import build
from tests.fakes.exports import Office

ADA, BOB = "15550100011", "15550100022"
OURS, OTHER = "m_" + "a" * 26, "m_" + "b" * 26


def message_id(wamid: str) -> str:
    return f"w_{build.PSEUDONYMS.of('message', build.NUMBER, wamid)}"


def node(_office: Office, number: str = ADA) -> str:
    return f"n{build.PSEUDONYMS.alias(Alias(AliasKind.PHONE, number))[:20]}"


def contact_id(office: Office, number: str = ADA) -> str:
    name = node(office, number)
    since = office.table.items[Key(f"NODE#{name}", "NODE")]["since_ms"]
    return f"{name}~{since}"


def say(office: Office, wamid: str, *, sender: str = ADA, **message: Any) -> None:
    """A person writes, now. `text`: the words of a text message."""
    words = message.pop("text", None)
    body = {"type": "text", "text": {"body": words}} if words is not None else message
    told = {"from": sender, "id": wamid, "timestamp": str(office.clock.now // 1000), **body}
    name = {ADA: "Ada Örnek", BOB: "Bob"}[sender]
    contacts = [{"profile": {"name": name}, "wa_id": sender}]
    office.told(build.change(messages=[told], contacts=contacts))
    office.clock.now += 10_000


def edit(office: Office, wamid: str, *, of: str, text: str) -> None:
    message = {"type": "text", "text": {"body": text}}
    say(office, wamid, type="edit", edit={"original_message_id": of, "message": message})


def revoke(office: Office, wamid: str, *, of: str) -> None:
    say(office, wamid, type="revoke", revoke={"original_message_id": of})


def medium(
    office: Office, name: str, *, wamid: str, data: bytes, mime: str, **changes: Any
) -> None:
    """What the media function leaves behind."""
    key_id = f"{node(office)}~0"
    told = {
        "state": "stored",
        "type": "image" if mime.startswith("image/") else "document",
        "mime": mime,
        "direction": "inbound",
        "key": key_id,
        "thread": f"{build.NUMBER}#{node(office)}",
        "message_id": message_id(wamid),
        "fact_id": "f",
        "media_id": "9001",
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "object": office.medium(name, key_id, data),
        **changes,
    }
    office.put(Key(f"MEDIA#{name}", "MEDIA"), **told)


def send(office: Office, message: dict[str, Any], *, name: str = OURS, **outcome: Any) -> None:
    """An intent of the business and what came of it."""
    now, key = office.clock.now, Key(f"MESSAGE#{name}", "MESSAGE")
    content_key = f"{node(office)}~0"
    office.put(
        key,
        thread=f"{build.NUMBER}#{node(office)}",
        at=moment(now, name),
        facts={},
        digest="d",
        intent=json.dumps(message),
        address={"to": f"+{ADA}"},
        type=message["type"],
        policy="at_most_once",
        created_ms=now,
        send_state="queued",
        key=content_key,
    )
    if outcome:
        office.put(key, key=content_key, **outcome)
    office.clock.now += 10_000


def status(office: Office, state: str, *, name: str = OURS, **extra: Any) -> None:
    told = build.status(
        f"wamid.{name}",
        state,
        recipient=ADA,
        at=office.clock.now // 1000,
        biz_opaque_callback_data=name,
        **extra,
    )
    office.told(build.change(statuses=[told]))
    office.clock.now += 1_000


def png(width: int = 8, height: int = 8) -> bytes:
    pixel = b"\x20\x60\xa0"
    rows = b"".join(b"\0" + pixel * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
