"""CSV (RFC 4180) as a stream of rows with their places: comma or semicolon, quotes, line breaks.

Where a row ends follows from the file alone and not from how it is cut into pieces, so whoever
begins at the border of a row finds the same rows as whoever read the file from its beginning.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# a quote inside of quotes is written twice; what stands between them may break lines
_QUOTED = re.compile(r'"(?:[^"]++|"")*+"')


@dataclass(frozen=True, slots=True)
class Limits:
    """A row has at most so many bytes, and so many lines."""

    size: int
    lines: int


@dataclass(frozen=True, slots=True)
class Row:
    """Bytes `start` to `end` of the file, the end not included. `data` None: too long for a row."""

    start: int
    end: int
    data: bytes | None = field(repr=False)
    is_unclosed: bool = False


def rows(pieces: Iterable[bytes], *, start: int, delimiter: str, limits: Limits) -> Iterator[Row]:
    """From byte `start` of the file on, which is a border; memory holds one piece and one row.

    A quote that is not closed within a row's limits spoils the line it stands on, no other.
    """
    lines = _lines(pieces, start, limits.size)
    again: deque[Row] = deque()
    held: list[Row] = []  # lines of a row whose quotes are open
    while True:
        line = again.popleft() if again else next(lines, None)
        if line is None:
            if not held:
                return
        elif line.data is not None and (held or b'"' in line.data):
            held.append(line)
            row = _joined(held)
            if row.end - row.start <= limits.size:
                if not _is_open(row.data or b"", delimiter):
                    yield row
                    held = []
                    continue
                if len(held) < limits.lines:
                    continue
        elif held:
            again.appendleft(line)
        else:
            yield line
            continue
        again.extendleft(reversed(held[1:]))
        yield replace(held[0], is_unclosed=True)
        held = []


def cells(text: str, delimiter: str) -> list[str]:
    """Of one row, its line end left out."""
    return _cells(text, delimiter)[0]


def text_of(data: bytes) -> str:
    """Raises UnicodeDecodeError. Of the line ends, the one that ends the row is left out."""
    return data.removesuffix(b"\n").removesuffix(b"\r").decode()


def is_blank(data: bytes, delimiter: str) -> bool:
    """Spreadsheets write rows of nothing but delimiters."""
    return not data.strip(b" \t\r\n" + delimiter.encode())


def delimiter_of(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def _joined(lines: list[Row]) -> Row:
    return Row(lines[0].start, lines[-1].end, b"".join(line.data or b"" for line in lines))


def _is_open(data: bytes, delimiter: str) -> bool:
    # quotes, delimiters and line ends are the same in Latin-1, which reads all bytes
    return _cells(data.removesuffix(b"\n").decode("latin-1"), delimiter)[1]


def _cells(text: str, delimiter: str) -> tuple[list[str], bool]:
    """The cells, and whether the last one's quotes are still open. Quotes open at its beginning."""
    if '"' not in text:
        return text.split(delimiter), False
    found: list[str] = []
    at = 0
    while True:
        value = ""
        if text.startswith('"', at):
            quoted = _QUOTED.match(text, at)
            if quoted is None:
                return [*found, text[at + 1 :]], True
            value = quoted[0][1:-1].replace('""', '"')
            at = quoted.end()
        end = text.find(delimiter, at)
        if end < 0:
            return [*found, value + text[at:]], False
        found.append(value + text[at:end])
        at = end + 1


def _lines(pieces: Iterable[bytes], start: int, most: int) -> Iterator[Row]:
    """Lines with their ends; one that is too long is passed over."""
    waiting, skipped = bytearray(), 0
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for part in whole:
            size = skipped + len(waiting) + len(part) + 1
            data = bytes(waiting) + part + b"\n" if size <= most else None
            yield Row(start, start + size, data)
            start += size
            waiting.clear()
            skipped = 0
        waiting += rest
        if skipped or len(waiting) > most:
            skipped += len(waiting)
            waiting.clear()
    if size := skipped + len(waiting):
        yield Row(start, start + size, bytes(waiting) if size <= most and not skipped else None)
