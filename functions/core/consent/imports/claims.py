"""A row as a claim that somebody consented, or the reasons why it is none. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from functions.core.consent.errors import UnknownNoticeError
from functions.core.consent.imports.columns import NOTICE
from functions.core.consent.imports.errors import UnreadableError
from functions.core.consent.imports.model import Defaults, Layout
from functions.core.consent.imports.table import Row, cells, text_of
from functions.core.consent.model import Notice
from functions.core.consent.vocabulary import Method, Purpose
from functions.core.contacts.model import Alias, AliasKind

METHODS = (Method.WEB_FORM, Method.CALL_CENTRE, Method.PAPER, Method.IMPORT)
_PHONE = re.compile(r"\+?[1-9][0-9]{6,14}", re.ASCII)
_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
# RFC 3339, section 5.6
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Refuse = Callable[[str, str], None]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """`row`: where in the file it stands. `source`, `evidence`: with card numbers masked."""

    row: int
    alias: Alias = field(repr=False)
    purpose: Purpose
    at_ms: int
    method: Method
    notice: Notice
    source: str = field(repr=False)
    evidence: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """`notice`: the text of an id, version and language; raises UnknownNoticeError.

    `masked`: a text without card numbers. `longest`: characters of source and of evidence.
    """

    layout: Layout
    defaults: Defaults
    notice: Callable[[str, str, str, Purpose], Notice]
    masked: Callable[[str], str]
    now_ms: int
    longest: int

    def claim(self, number: int, row: Row) -> Claim:
        """UnreadableError names every field that is wrong, never its value."""
        told = self._cells(row)
        reasons: list[tuple[str, str]] = []

        def refuse(name: str, reason: str) -> None:
            reasons.append((name, reason))

        alias = _alias(told, refuse)
        purpose = self._purpose(told, refuse)
        at_ms = _moment(told["given_at"], self.now_ms, refuse)
        method = self._method(told, refuse)
        notice = self._notice(told, purpose, refuse)
        source, evidence = (self._text(told, name, refuse) for name in ("source", "evidence"))
        if alias is None or purpose is None or at_ms is None or notice is None or reasons:
            raise UnreadableError(*reasons)
        return Claim(
            row=number,
            alias=alias,
            purpose=purpose,
            at_ms=at_ms,
            method=method,
            notice=notice,
            source=source,
            evidence=evidence,
        )

    def _cells(self, row: Row) -> Mapping[str, str]:
        if row.data is None:
            raise UnreadableError(("row", "is too long"))
        if row.is_unclosed:
            raise UnreadableError(("row", "has quotes that are not closed"))
        try:
            found = cells(text_of(row.data), self.layout.delimiter)
        except UnicodeDecodeError:
            raise UnreadableError(("row", "is not UTF-8")) from None
        if len(found) != len(self.layout.columns):
            raise UnreadableError(("row", f"has not {len(self.layout.columns)} cells"))
        return {n: c.strip() for n, c in zip(self.layout.columns, found, strict=True)}

    def _purpose(self, told: Mapping[str, str], refuse: Refuse) -> Purpose | None:
        text = told.get("purpose", "").lower()
        if not text and self.defaults.purpose:
            return self.defaults.purpose
        if text in list(Purpose):
            return Purpose(text)
        refuse("purpose", f"is unknown; there are: {', '.join(Purpose)}")
        return None

    def _method(self, told: Mapping[str, str], refuse: Refuse) -> Method:
        text = told.get("method", "").lower()
        if text and text not in METHODS:
            refuse("method", f"is unknown; there are: {', '.join(METHODS)}")
            return self.defaults.method
        return Method(text) if text else self.defaults.method

    def _notice(
        self, told: Mapping[str, str], purpose: Purpose | None, refuse: Refuse
    ) -> Notice | None:
        """A row names its notice in full, or none at all and means that of the import."""
        given = [told.get(name, "") for name in NOTICE]
        if not any(given) and self.defaults.notice:
            given = list(self.defaults.notice)
        missing = [name for name, text in zip(NOTICE, given, strict=True) if not text]
        for name in missing:
            refuse(name, "is missing")
        if missing or purpose is None:
            return None
        try:
            return self.notice(given[0], given[1], given[2], purpose)
        except UnknownNoticeError as error:
            refuse("notice", str(error))
            return None

    def _text(self, told: Mapping[str, str], name: str, refuse: Refuse) -> str:
        text = told[name]
        if not text:
            refuse(name, "is missing")
        if len(text) > self.longest:
            refuse(name, f"has more than {self.longest} characters")
            return ""
        return self.masked(text)


def _alias(told: Mapping[str, str], refuse: Refuse) -> Alias | None:
    phone, bsuid = told.get("phone", ""), told.get("bsuid", "")
    if bool(phone) == bool(bsuid):
        refuse("phone", "cannot stand beside bsuid" if phone else "is missing, and so is bsuid")
        return None
    if phone:
        digits = re.sub(r"[ ()./-]", "", phone)
        if _PHONE.fullmatch(digits):
            return Alias(AliasKind.PHONE, digits.removeprefix("+"))
        refuse("phone", "must be a phone number with its country code: +, then 7 to 15 digits")
    elif _BSUID.fullmatch(bsuid):
        return Alias(AliasKind.BSUID, bsuid)
    else:
        refuse("bsuid", "must be a business-scoped user id: country code, dot, letters and digits")
    return None


def _moment(text: str, now_ms: int, refuse: Refuse) -> int | None:
    """Milliseconds since 1970."""
    try:
        when = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        when = None
    if when is None:
        refuse("given_at", "must be a time as in 2026-11-24T08:00:00Z")
        return None
    at_ms = (when - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= at_ms <= now_ms:
        refuse("given_at", "lies in the future" if at_ms > now_ms else "lies before 1970")
        return None
    return at_ms


def evidence_of(claim: Claim, import_id: str) -> dict[str, object]:
    """What is kept as proof: what the row says, and where it stood."""
    return {
        "source": claim.source,
        "evidence": claim.evidence,
        "import": import_id,
        "row": claim.row,
    }


def facts_of(claim: Claim) -> Sequence[str]:
    """What makes it the same consent when it is told again, by whatever import."""
    return (
        claim.purpose.value,
        claim.method.value,
        str(claim.at_ms),
        *(claim.notice.id, claim.notice.version, claim.notice.language),
        *(claim.source, claim.evidence),
    )
