"""Card numbers taken out of JSON before it is first written down anywhere.

Text only: pictures are not read (no OCR), nor numbers in words, nor digits that letters stand for.
"""

from dataclasses import dataclass

from functions.core.cards.quick import may_hold_card

_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """`body` is the very object that was given when nothing was masked."""

    body: bytes
    count: int


def scrub_body(body: bytes) -> Scrubbed:
    """A webhook of Meta, or whatever claims to be one: no bytes make this raise.

    Objects in which something was masked say so: `"amana_masked": how many`.
    """
    return _scrub(body, marked=True) if may_hold_card(body) else Scrubbed(body, 0)


def scrub_command(body: bytes) -> Scrubbed:
    """A caller's message, whose fields are checked later: nothing is added to it."""
    return _scrub(body, marked=False) if may_hold_card(body) else Scrubbed(body, 0)


def _scrub(body: bytes, *, marked: bool) -> Scrubbed:
    # what most bodies never need is loaded by the first that does
    from functions.core.cards.editing import edit, is_json
    from functions.core.cards.mask import mask

    text = body.decode("utf-8", "surrogateescape")  # stray bytes come out as they went in
    document = text.removeprefix(_BYTE_ORDER_MARK)
    # what is no JSON is kept as text by whoever reads it
    found = edit(document, marked=marked) if is_json(document) else mask(document)
    if not found.count:
        return Scrubbed(body, 0)
    written = text[: len(text) - len(document)] + found.text
    return Scrubbed(written.encode("utf-8", "surrogateescape"), found.count)
