"""Masking inside JSON text: only the literals that hold a card number change, nothing else.

Parsing and writing again would lose what Python cannot hold: a name written twice in one object,
spellings of numbers, escapes, blanks.
"""

import json
import re
from dataclasses import dataclass
from dataclasses import field as attribute

from functions.core.cards import words
from functions.core.cards.alphabet import MARK
from functions.core.cards.fields import is_structure, least_digits
from functions.core.cards.issuers import LONGEST, SHORTEST
from functions.core.cards.marker import MARKER
from functions.core.cards.mask import Masked, mask

_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*+"|-?[0-9][0-9.eE+-]*|[{}\[\],:]', re.DOTALL)
# A number of JSON is hardly a card's: amounts and times of 13 digits are none.
_WHOLE_NUMBER = re.compile(rf"[0-9]{{{SHORTEST + 1},{LONGEST}}}(?:\.0+)?")
# In a field of its own; only beside a card number is it a card's code.
_CODE = re.compile(r'"?[0-9]{3,4}"?')
_NEW_WORD = re.compile(r"_|(?<=[a-z])(?=[A-Z])")
_DEEPEST = 3  # JSON in a string in JSON …


@dataclass
class _Container:
    """An object or array that is open. `name`: the field it stands in, through arrays."""

    start: int
    name: str
    is_object: bool
    awaits_name: bool = False
    field: str = ""
    count: int = 0
    marker: tuple[int, int] | None = None
    codes: list[tuple[int, int]] = attribute(default_factory=list)


def edit(text: str, *, marked: bool, structured: bool = True, depth: int = 0) -> Masked:
    """`text`: JSON for sure. `marked`: objects say how many numbers were masked right in them.

    `structured`: the fields are Meta's, so some of them are ids.
    """
    return _Editor(text, marked=marked, structured=structured, depth=depth).run()


def is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return False
    return True


class _Editor:
    def __init__(self, text: str, *, marked: bool, structured: bool, depth: int) -> None:
        self._text = text
        self._marked = marked
        self._structured = structured
        self._depth = depth
        self._open = [_Container(0, "", is_object=False)]
        self._edits: list[tuple[int, int, str]] = []
        self._count = 0

    def run(self) -> Masked:
        for literal in _LITERAL.finditer(self._text):
            self._take(literal[0], *literal.span())
        parts, done = [], 0
        for start, end, text in sorted(self._edits):
            parts += [self._text[done:start], text]
            done = end
        return Masked("".join([*parts, self._text[done:]]), self._count)

    def _take(self, literal: str, start: int, end: int) -> None:
        top = self._open[-1]
        if literal in "{[":
            name = top.field if top.is_object else top.name
            is_object = literal == "{"
            self._open.append(_Container(start, name, is_object, awaits_name=is_object))
        elif literal in "}]":
            self._close(self._open.pop())
        elif literal == ",":
            top.awaits_name = top.is_object
        elif literal == ":":
            top.awaits_name = False
        elif top.awaits_name:
            top.field = _decoded(literal)
            self._replace(start, end, mask(top.field))
        elif top.is_object and top.field == MARKER:
            top.marker = (start, end)
        elif _CODE.fullmatch(literal) and words.code(_spelled(top.field)):
            top.codes.append((start, end))
        elif end - start > SHORTEST:
            self._value(top, literal, start, end)

    def _value(self, top: _Container, literal: str, start: int, end: int) -> None:
        is_text = literal[0] == '"'
        if not is_text and not _WHOLE_NUMBER.fullmatch(literal):
            return
        text = _decoded(literal) if is_text else literal
        name, parent = self._place(top)
        if self._structured and is_structure(parent, name, text):
            return
        self._replace(start, end, self._masked(text, least_digits(name, SHORTEST)))

    def _masked(self, text: str, least: int) -> Masked:
        if self._depth < _DEEPEST and text.lstrip()[:1] in ("{", "[") and is_json(text):
            return edit(text, marked=False, structured=False, depth=self._depth + 1)
        return mask(text, least=least)

    def _place(self, top: _Container) -> tuple[str, str]:
        """The field of a value, and the name of the object it belongs to."""
        if top.is_object:
            return top.field, top.name
        outer = next((one for one in reversed(self._open) if one.is_object), top)
        return top.name, outer.name

    def _replace(self, start: int, end: int, found: Masked) -> None:
        if found.count:
            self._edits.append((start, end, json.dumps(found.text)))
            self._count += found.count
            nearest = next((one for one in reversed(self._open) if one.is_object), self._open[0])
            nearest.count += found.count

    def _close(self, closed: _Container) -> None:
        if not closed.count:
            return
        self._edits += [
            (start, end, json.dumps(MARK * sum(map(str.isdigit, self._text[start:end]))))
            for start, end in closed.codes
        ]
        if not (self._marked and closed.is_object):
            return
        if closed.marker is None:
            at = closed.start + 1
            self._edits.append((at, at, f'"{MARKER}":{closed.count},'))
        else:
            start, end = closed.marker
            before = self._text[start:end]
            total = closed.count + (int(before) if before.isdigit() else 0)
            self._edits.append((start, end, str(total)))


def _spelled(name: str) -> str:
    """In words, for names such as "cardCvv" and "card_cvv"."""
    return _NEW_WORD.sub(" ", name)


def _decoded(literal: str) -> str:
    return str(json.loads(literal)) if "\\" in literal else literal[1:-1]
