"""Every message between the person and the business, with its statuses, files and edits."""

from collections.abc import Iterator

from functions.core.conversations.reading import Reading
from functions.core.media.model import is_ours
from functions.core.rights.access.collectors.media import Media
from functions.core.rights.access.model import Json, Line
from functions.core.rights.subject import Subject


class Conversations:
    """With one number of the business."""

    def __init__(self, *, reading: Reading, media: Media, phone_number_id: str) -> None:
        self._reading = reading
        self._media = media
        self._phone_number_id = phone_number_id

    def collect(self, subject: Subject) -> Iterator[Line]:
        for at, view in self._reading.of_person(subject.person, self._phone_number_id):
            media = [
                medium
                for media_id in _media_ids(view)
                if (medium := self._media.told(media_id)) is not None
            ]
            told = {n: value for n, value in view.items() if n != "media"}
            entry = {
                "entry": "message",
                "message": told,
                "who": None,
                "media": media,
                "deleted_at": None,
                "unreadable": [],
                "records": [],
            }
            yield Line("messages", at, entry, name=f"m:{view['id']}")
            for medium in media:
                yield from self._media.accesses(medium["id"])


def _media_ids(view: Json) -> list[str]:
    """Of files that came, and of those the business uploaded and sent."""
    kind = view["type"]
    body = view["content"].get(kind) if kind else None
    sent = body.get("id") if isinstance(body, dict) else None
    ours = [sent] if isinstance(sent, str) and is_ours(sent) else []
    return list(dict.fromkeys([*(one["id"] for one in view.get("media", ())), *ours]))
