"""What Meta has told of message templates: their state and category, the latest of each. Pure.

Webhooks may come late, twice or in any order: of two at the same moment the stricter counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.runtime.policies import load
from functions.core.runtime.records import Fold, Item, Key, RecordStore, digest_of, fold_all
from functions.core.whatsapp.model import Update

_STATUS_FIELD = "message_template_status_update"
_CATEGORY_FIELD = "template_category_update"
# Meta's own names are shorter; what is longer is not Meta's
_LONGEST = 512


@dataclass(frozen=True)
class Template:
    """What is known of one; None where Meta has not told."""

    status: str | None = None
    category: str | None = None

    @property
    def is_sendable(self) -> bool:
        return self.status not in load("templates")["unsendable"]


@dataclass(frozen=True)
class News:
    """`at_ms`: when Meta said so."""

    name: str
    language: str
    at_ms: int
    status: str | None
    category: str | None


def template_key(name: str, language: str) -> Key:
    """Meta writes a language as en_US here and en-US there."""
    return Key(f"TEMPLATE#{name}", language.replace("-", "_").lower())


def news_in(field: str, raw: Any, at_ms: int) -> News | None:
    """Of one account update; None when it says nothing of a template's state or category."""
    if field not in (_STATUS_FIELD, _CATEGORY_FIELD) or not isinstance(raw, dict):
        return None
    name, language = raw.get("message_template_name"), raw.get("message_template_language")
    if not _is_word(name) or not _is_word(language):
        return None
    is_status = field == _STATUS_FIELD
    status = raw.get("event") if is_status else None
    category = raw.get("message_template_category" if is_status else "new_category")
    news = News(
        name=str(name),
        language=str(language),
        at_ms=at_ms,
        status=str(status).upper() if _is_word(status) else None,
        category=str(category).upper() if _is_word(category) else None,
    )
    return news if news.status or news.category else None


def learn(records: RecordStore, updates: Iterable[Update], *, waba_id: str) -> None:
    """Store what account updates say of the templates of our own account."""
    told = (
        news_in(update.field, update.raw, update.at_ms)
        for update in updates
        if update.waba_id == waba_id
    )
    if folds := template_folds(news for news in told if news is not None):
        fold_all(records, folds)


def template_folds(news: Iterable[News]) -> dict[Key, Fold]:
    by_key: dict[Key, list[News]] = {}
    for each in news:
        by_key.setdefault(template_key(each.name, each.language), []).append(each)
    return {key: _fold(found) for key, found in by_key.items()}


def template_from(item: Mapping[str, Any] | None) -> Template:
    told = item or {}
    return Template(
        status=told["status"]["word"] if told.get("status") else None,
        category=told["category"]["word"] if told.get("category") else None,
    )


def _fold(news: list[News]) -> Fold:
    def fold(item: Item | None) -> Mapping[str, Any]:
        status, category = (item or {}).get("status"), (item or {}).get("category")
        for each in news:
            status = _later(status, each.status, each.at_ms)
            category = _later(category, each.category, each.at_ms)
        told = {"status": status, "category": category}
        return {**told, "digest": digest_of(told)}

    return fold


def _later(known: Any, word: str | None, at_ms: int) -> Any:
    if word is None:
        return known
    told = {"at_ms": at_ms, "word": word}
    return told if known is None else max(known, told, key=_rank)


def _rank(told: Mapping[str, Any]) -> tuple[int, bool, bool, str]:
    word = told["word"]
    return (told["at_ms"], word in load("templates")["unsendable"], word == "MARKETING", word)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable()
