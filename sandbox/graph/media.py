"""Media that was uploaded to Graph or came with an inbound message."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sandbox.errors import GraphError
from sandbox.graph.fields import refuse
from sandbox.limits import Limits

DOWNLOAD_PATH = "/whatsapp_business/attachments/"


@dataclass(frozen=True, kw_only=True)
class Media:
    id: str
    phone_number_id: str
    mime_type: str
    data: bytes
    expires_at: datetime
    # uploaded by the business, not received from a person
    uploaded: bool

    @property
    def sha256_hex(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def sha256_base64(self) -> str:
        """Webhooks give the same digest in base64."""
        return base64.b64encode(hashlib.sha256(self.data).digest()).decode()


class MediaStore:
    def __init__(self, url_secret: str) -> None:
        self._secret = url_secret.encode()
        self._media: dict[str, Media] = {}

    def put(self, media: Media) -> None:
        self._media[media.id] = media

    def find(self, media_id: str, now: datetime) -> Media | None:
        media = self._media.get(media_id)
        return media if media and now < media.expires_at else None

    def get(self, media_id: str, now: datetime, phone_number_id: str | None = None) -> Media:
        media = self.find(media_id, now)
        if media is None:
            raise unsupported_object("get", media_id)
        if phone_number_id and not (media.uploaded and media.phone_number_id == phone_number_id):
            raise refuse(
                "Param phone_number_id is not a valid whatsapp business phone number id ID"
            )
        return media

    def delete(self, media_id: str) -> None:
        del self._media[media_id]

    def url(self, media: Media, now: datetime, base: str, limits: Limits) -> str:
        until = int((now + timedelta(minutes=limits.number("media", "url_minutes"))).timestamp())
        query = {"mid": media.id, "ext": until, "hash": self._proof(media.id, until)}
        return f"{base.rstrip('/')}{DOWNLOAD_PATH}?{urlencode(query)}"

    def download(self, media_id: str, until: str, proof: str, now: datetime) -> Media | None:
        """The media of a URL that `url` made; None when it has expired or was tampered with."""
        if not until.isdigit() or int(until) < now.timestamp():
            return None
        if not hmac.compare_digest(proof, self._proof(media_id, int(until))):
            return None
        return self.find(media_id, now)

    def _proof(self, media_id: str, until: int) -> str:
        return hmac.new(self._secret, f"{media_id}.{until}".encode(), hashlib.sha256).hexdigest()


def check_upload(mime_type: str, data: bytes, limits: Limits) -> None:
    for kind in limits.media_kinds:
        types, most = limits.media(kind)
        if mime_type in types:
            if kind == "sticker" and _is_animated(data):
                most = limits.count("media", "animated_sticker_bytes")
            if len(data) > most:
                raise GraphError(131053, f"The file has {len(data)} bytes; {kind} may have {most}.")
            return
    allowed = ", ".join(t for kind in limits.media_kinds for t in limits.media(kind)[0])
    raise refuse(
        f"Param file must be a file with one of the following types: {allowed}. "
        f"Received file of type '{mime_type}'."
    )


def unsupported_object(verb: str, object_id: str) -> GraphError:
    """Graph's answer about an id it does not know or may not show."""
    sentence = (
        f"Unsupported {verb} request. Object with ID '{object_id}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation. Please read the "
        "Graph API documentation at https://developers.facebook.com/docs/graph-api"
    )
    return GraphError(100, message=sentence, subcode=33, type_="GraphMethodException")


def _is_animated(webp: bytes) -> bool:
    # the extended header of WebP says so in the second bit of its flags
    return webp[12:16] == b"VP8X" and bool(webp[20] & 0b10)
