"""Which bucket an object that is to be erased lies in follows from its name."""

from functions.core.retention.deleting import Erasing

# of the archive's objects; others are the media bucket's
_ARCHIVE = ("segments/", "objects/")


class Buckets:
    def __init__(self, *, media: Erasing, archive: Erasing) -> None:
        self._media = media
        self._archive = archive

    def erase(self, name: str) -> None:
        bucket = self._archive if name.startswith(_ARCHIVE) else self._media
        bucket.erase(name)
