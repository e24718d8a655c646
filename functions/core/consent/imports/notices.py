"""Which text people of an import were shown."""

from typing import Protocol

from functions.core.consent.errors import UnknownNoticeError
from functions.core.consent.model import Notice
from functions.core.consent.vocabulary import Purpose


class NoticeText(Protocol):
    @property
    def ref(self) -> Notice: ...
    @property
    def purpose(self) -> Purpose | None: ...


class Texts(Protocol):
    def find(
        self, notice_id: str, *, version: str | None = None, language: str | None = None
    ) -> NoticeText:
        """UnknownNoticeError says what there is, and repeats nothing that it was asked for."""


class Shown:
    """Looked up once for all the rows that name the same."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._found: dict[tuple[str, str, str], NoticeText] = {}

    def notice(
        self, notice_id: str, version: str, language: str, purpose: Purpose | None
    ) -> Notice:
        """UnknownNoticeError: there is no such notice, or it asks for something else."""
        name = (notice_id, version, language)
        text = self._found.get(name)
        if text is None:
            text = self._texts.find(notice_id, version=version, language=language)
            self._found[name] = text
        if text.purpose is None:
            raise UnknownNoticeError("asks for no consent")
        if purpose not in (None, text.purpose):
            raise UnknownNoticeError(f"asks for {text.purpose}")
        return text.ref
