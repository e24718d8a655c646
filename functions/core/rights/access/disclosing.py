"""What a person does with a link: ask for a code, name it, take files.

Nothing personal is told before the right code was named, and a link that was never issued answers
as one that is over.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from functions.core.archive.exports import policy
from functions.core.archive.exports.errors import UnknownExportError
from functions.core.archive.exports.giving import Piece
from functions.core.rights.access.giving import Giving
from functions.core.rights.access.links import Link, Links, code_subject
from functions.core.rights.access.model import Copy
from functions.core.rights.codes import Codes, Verdict
from functions.core.rights.model import Request
from functions.core.rights.requests import DynamoRequests

_CODE = re.compile(r"[0-9]{4,12}")


class Stage(StrEnum):
    """What the page shows."""

    GONE = "gone"  # no such link, or no longer
    CLOSED = "closed"  # asks for a code
    SENT = "sent"  # a code is on its way
    NO_MORE = "no_more"  # enough codes were sent, or none can be
    WRONG = "wrong"
    LOCKED = "locked"
    OPEN = "open"
    FILE = "file"


@dataclass(frozen=True)
class Shown:
    """`request` None: of no link. `session` and `files` once it is open; `piece` of one of them."""

    stage: Stage
    request: Request | None = field(default=None, repr=False)
    session: str = field(default="", repr=False)
    files: tuple[Copy, ...] = field(default=(), repr=False)
    copy: Copy | None = field(default=None, repr=False)
    piece: Piece | None = field(default=None, repr=False)
    part: int = 0


# sends a code for a request to the person's number; the text names one sending. False: it cannot
Send = Callable[[Request, str, str], bool]


class Disclosing:
    def __init__(
        self,
        *,
        links: Links,
        requests: DynamoRequests,
        codes: Codes,
        giving: Giving,
        send: Send,
    ) -> None:
        self._links = links
        self._requests = requests
        self._codes = codes
        self._giving = giving
        self._send = send

    def look(self, token: str) -> Shown:
        found = self._found(token)
        if found is None:
            return Shown(Stage.GONE)
        link, request = found
        return Shown(Stage.LOCKED if link.is_locked else Stage.CLOSED, request)

    def ask(self, token: str) -> Shown:
        """For a code. It goes to the number the person has now, never to one that is named here."""
        found = self._found(token)
        if found is None:
            return Shown(Stage.GONE)
        link, request = found
        if link.is_locked:
            return Shown(Stage.LOCKED, request)
        count = self._links.may_send(link)
        if count is None:
            return Shown(Stage.NO_MORE, request)
        code = self._codes.issue(code_subject(link))
        sent = self._send(request, code, f"{link.name[:16]} {count}")
        return Shown(Stage.SENT if sent else Stage.NO_MORE, request)

    def name(self, token: str, code: str) -> Shown:
        found = self._found(token)
        if found is None:
            return Shown(Stage.GONE)
        link, request = found
        if link.is_locked:
            return Shown(Stage.LOCKED, request)
        # what is no code counts as a guess all the same
        told = code.strip() if _CODE.fullmatch(code.strip()) else ""
        verdict = self._codes.check(code_subject(link), told)
        if verdict is Verdict.LOCKED:
            self._links.lock(link)
            return Shown(Stage.LOCKED, request)
        if verdict is not Verdict.RIGHT:
            return Shown(Stage.WRONG, request)
        return self._shelf(request, self._links.opened(link))

    def take(self, token: str, session: str, name: str, part: int) -> Shown:
        """Part 1, 2 and so on of a file; each is as much as one answer holds."""
        found = self._found(token)
        if found is None:
            return Shown(Stage.GONE)
        link, request = found
        if not self._links.is_open(link, session):
            return Shown(Stage.CLOSED, request)
        try:
            copy = self._giving.shelf(request).named(name)
        except UnknownExportError:
            return self._shelf(request, session)
        if not 1 <= part <= parts_of(copy):
            return self._shelf(request, session)
        start = (part - 1) * policy.number("download", "range")
        piece = self._giving.piece(copy, start, None)
        return Shown(Stage.FILE, request, session, copy=copy, piece=piece, part=part)

    def _shelf(self, request: Request, session: str) -> Shown:
        try:
            files = tuple(self._giving.shelf(request).files)
        except UnknownExportError:
            return Shown(Stage.GONE, request)
        return Shown(Stage.OPEN, request, session, files)

    def _found(self, token: str) -> tuple[Link, Request] | None:
        link = self._links.find(token)
        request = self._requests.load(link.request_id) if link else None
        if link is None or request is None:
            return None
        try:
            self._giving.shelf(request)
        except UnknownExportError:
            return None
        return link, request


def parts_of(copy: Copy) -> int:
    return max(1, -(-copy.size // policy.number("download", "range")))
