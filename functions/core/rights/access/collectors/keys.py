"""Keys of the person's content: when each was made, and when it was destroyed. Never a key."""

from collections.abc import Iterator

from functions.core.content.keystore import KeyStore
from functions.core.conversations.read_facts import moment_of
from functions.core.rights.access.model import Line
from functions.core.rights.subject import Subject


class Keys:
    def __init__(self, store: KeyStore) -> None:
        self._store = store

    def collect(self, subject: Subject) -> Iterator[Line]:
        for key_id, key in sorted(self._store.load(subject.keys).items()):
            told = {
                "id": key_id,
                "version": key.version,
                "epoch": key.epoch,
                "made_at": moment_of(key.created_ms),
                "destroyed": [moment_of(ms) for _, ms in sorted(key.destroyed.items())],
                "exists": key.wrapped is not None,
            }
            yield Line("keys", f"{key.created_ms:013d}#{key_id}", told)
