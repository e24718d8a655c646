"""What shall go wrong with media: in what Graph says of them, and in how their bytes arrive."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sandbox.graph.media import Media, unsupported_object
from sandbox.wire import Json

if TYPE_CHECKING:
    from sandbox.faults import Fault

# in the answer to GET /{media-id}, and the options each takes
FIELD_KINDS: Mapping[str, set[str]] = {
    "gone": set(),
    "foreign_host": {"url"},
    "lying_type": {"mime_type"},
    "over_limit": {"bytes"},
}
# in the download
DOWNLOAD_KINDS: Mapping[str, set[str]] = {
    "wrong_hash": set(),
    "truncated": {"bytes"},
    "slow": {"seconds", "bytes"},
}
_PIECE = 16 * 1024
_FAR_TOO_MUCH = 200 * 1024 * 1024


@dataclass(frozen=True)
class Download:
    """`pause_seconds`: real ones, before every piece. `cut_after`: bytes, then nothing comes."""

    media: Media
    piece_bytes: int = _PIECE
    pause_seconds: float = 0
    cut_after: int | None = None

    def pieces(self) -> Iterator[bytes]:
        data = self.media.data[: self.cut_after]
        for start in range(0, len(data), self.piece_bytes):
            yield data[start : start + self.piece_bytes]


def grown(media: Media, fault: "Fault | None") -> Media:
    """`over_limit`: the file has as many bytes as told from now on."""
    if fault is None or fault.kind != "over_limit":
        return media
    size = int(fault.options.get("bytes", _FAR_TOO_MUCH))
    return replace(media, data=media.data.ljust(size, b"\0"))


def spoilt_fields(fields: Json, fault: "Fault | None") -> Json:
    if fault is None:
        return fields
    if fault.kind == "gone":
        raise unsupported_object("get", str(fields["id"]))
    if fault.kind == "foreign_host":
        return fields | {"url": fault.options.get("url", "https://media.example.com/file")}
    if fault.kind == "lying_type":
        return fields | {"mime_type": fault.options.get("mime_type", "application/pdf")}
    return fields


def spoilt_download(media: Media, fault: "Fault | None") -> Download:
    if fault is None:
        return Download(media)
    if fault.kind == "wrong_hash":
        changed = media.data[:-1] + bytes([media.data[-1] ^ 1]) if media.data else b"\0"
        return Download(replace(media, data=changed))
    if fault.kind == "truncated":
        return Download(media, cut_after=int(fault.options.get("bytes", len(media.data) // 2)))
    return Download(
        media,
        piece_bytes=int(fault.options.get("bytes", _PIECE)),
        pause_seconds=float(fault.options.get("seconds", 1)),
    )
