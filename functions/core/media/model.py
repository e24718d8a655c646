"""Media: which ones an update holds, what states they go through, what is allowed. Pure."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.content.binding import Binding
from functions.core.whatsapp.reading import text


class Kind(StrEnum):
    AUDIO = "audio"
    DOCUMENT = "document"
    IMAGE = "image"
    STICKER = "sticker"
    VIDEO = "video"


class State(StrEnum):
    UPLOADING = "uploading"  # the business sends its parts
    PENDING = "pending"  # to be fetched, or to be uploaded to Graph
    SCANNING = "scanning"  # stored, but nobody knows yet whether it is malware
    STORED = "stored"  # fetched; can be had
    READY = "ready"  # uploaded; can be had and sent
    GONE = "gone"  # Meta no longer has it: a placeholder
    QUARANTINED = "quarantined"  # not what it was announced as; never served
    FAILED = "failed"  # Graph will never take or give it


FINAL = frozenset({State.STORED, State.READY, State.GONE, State.QUARANTINED, State.FAILED})
SERVED = frozenset({State.STORED, State.READY})

_MOVES = {
    State.UPLOADING: {State.PENDING},
    State.PENDING: {State.PENDING, State.SCANNING, *FINAL},
    State.SCANNING: {State.STORED, State.QUARANTINED},
}


def may_follow(before: State | None, after: State) -> bool:
    """None: there was no record. What is final stays so."""
    if before is None:
        return after in (State.UPLOADING, State.PENDING)
    return after in _MOVES.get(before, ())


class Reason(StrEnum):
    """Why a medium is quarantined, gone or failed, or was not there at the last try."""

    OVER_LIMIT = "over_limit"
    EMPTY = "empty"
    WRONG_SIZE = "wrong_size"
    WRONG_HASH = "wrong_hash"
    NO_HASH = "no_hash"
    LYING_TYPE = "lying_type"
    TYPE_NOT_ALLOWED = "type_not_allowed"
    FOREIGN_HOST = "foreign_host"
    GONE_AT_META = "gone_at_meta"
    REFUSED_BY_GRAPH = "refused_by_graph"
    GRAPH_UNAVAILABLE = "graph_unavailable"
    CHANNEL_STOPPED = "channel_stopped"
    CUT_OFF = "cut_off"
    STORE_UNAVAILABLE = "store_unavailable"
    BEING_FETCHED = "being_fetched"
    AWAITING_SCAN = "awaiting_scan"
    PARTS_MISSING = "parts_missing"
    OBJECT_MISSING = "object_missing"


# Of these the bytes are kept, sealed and apart: they may still be evidence, or our own mistake.
KEPT = frozenset({Reason.OVER_LIMIT, Reason.LYING_TYPE, Reason.TYPE_NOT_ALLOWED})

# What GuardDuty says of a scanned object; only the first lets a medium be served.
CLEAN = "NO_THREATS_FOUND"
_VERDICT = re.compile(r"[A-Z_]{1,40}")


def verdict_reason(status: str) -> str:
    """The reason a medium is quarantined for, after any verdict but `CLEAN`."""
    known = status if _VERDICT.fullmatch(status) else "UNKNOWN"
    return f"scan_{known.lower()}"


@dataclass(frozen=True)
class Found:
    """One medium in an update, as Meta describes it. `sha256`: as written, base64 or hex."""

    kind: Kind
    media_id: str = field(repr=False)
    mime: str = ""
    sha256: str = field(default="", repr=False)
    filename: str = field(default="", repr=False)


_KINDS = {**{kind.value: kind for kind in Kind}, "voice": Kind.AUDIO}
_BY_MIME = {"image": Kind.IMAGE, "video": Kind.VIDEO, "audio": Kind.AUDIO}
_META_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")
_OUR_ID = re.compile(r"f_[a-z2-7]{26}")
_MIME = re.compile(r"[a-z0-9][a-z0-9.+-]{0,62}/[a-z0-9][a-z0-9.+_-]{0,98}")
_SHA256_HEX = re.compile(r"[0-9a-fA-F]{64}")
# Answers of flows are JSON in a string.
_JSON_TEXTS = ("response_json",)


def media_in(element: Any) -> list[Found]:
    """Every medium of an element, each once: of messages, edits, echoes, history, templates."""
    return list({found.media_id: found for found in _walk(element)}.values())


def _walk(element: Any) -> Iterator[Found]:
    """Without recursion: how deep an element is, its sender decides."""
    waiting: list[tuple[str, Any]] = [("", element)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            found = _medium(name, value)
            if found is not None:
                yield found
            waiting += reversed(list(value.items()))
        elif isinstance(value, list):
            waiting += [(name, each) for each in reversed(value)]
        elif name in _JSON_TEXTS and isinstance(value, str):
            waiting.append(("", _parsed(value)))


def _medium(name: str, value: Mapping[str, Any]) -> Found | None:
    media_id = text(value.get("id"))
    if not _META_ID.fullmatch(media_id):
        return None
    described = "mime_type" in value or "sha256" in value
    if name not in _KINDS and not described:
        return None
    mime = base_mime(text(value.get("mime_type")))
    kind = _KINDS.get(name) or _BY_MIME.get(mime.partition("/")[0], Kind.DOCUMENT)
    filename = text(value.get("filename")) or text(value.get("file_name"))
    return Found(kind, media_id, mime, text(value.get("sha256")), filename)


def _parsed(written: str) -> Any:
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return None


def base_mime(written: str) -> str:
    """Type and subtype without parameters, or "" for what is no MIME type."""
    base = written.partition(";")[0].strip().lower()
    return base if _MIME.fullmatch(base) else ""


def digest(written: str) -> bytes | None:
    """A SHA-256 as webhooks (base64) and Graph (hex) write it; None for anything else."""
    if _SHA256_HEX.fullmatch(written):
        return bytes.fromhex(written)
    try:
        decoded = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if len(decoded) == 32 else None  # noqa: PLR2004 (SHA-256 has 32 bytes)


def received_id(pseudonyms: Pseudonyms, *, phone_number_id: str, key_id: str, media_id: str) -> str:
    """Ours of a medium that came with an update.

    `key_id` is the content key of the fact it stands in: should Meta show two people one medium,
    each has a copy of their own, and one can be erased without the other.
    """
    return f"f_{pseudonyms.of('medium', phone_number_id, key_id, media_id)}"


def upload_id(pseudonyms: Pseudonyms, *, client_id: str, idempotency_key: str) -> str:
    return f"f_{pseudonyms.of('upload', client_id, idempotency_key)}"


def is_ours(media_id: str) -> bool:
    return _OUR_ID.fullmatch(media_id) is not None


def business_key(phone_number_id: str) -> str:
    """The content key of what a business uploads: it is about no person."""
    return f"business~{phone_number_id}"


def object_name(media_id: str, *, quarantined: bool = False) -> str:
    return f"{'quarantine' if quarantined else 'media'}/{media_id}"


def object_binding(name: str) -> Binding:
    """Of a medium in the media bucket, for whoever opens it."""
    return Binding("media", name, "file")
