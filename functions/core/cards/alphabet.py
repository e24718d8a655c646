"""One spelling for what people type between and instead of digits; places stay the same."""

import unicodedata

# What takes the place of a digit that is removed. Nobody types it, unlike a bullet or an X, so it
# can count as a digit when a text is read again: what was found once is not found twice.
MARK = "█"
# what is not seen and may stand anywhere: zero-width spaces, direction marks, a keycap's frame
UNSEEN = "\u200b"

# points and commas of several scripts
_POINTS = frozenset("·‧∙⋅・･。،٫٬।")  # noqa: RUF001 - they are meant


_KEPT = "\n\t\r"
_BY_CATEGORY = {
    **dict.fromkeys(("Cc", "Cf", "Mn", "Me"), UNSEEN),
    **dict.fromkeys(("Zl", "Zp"), "\n"),
    "Zs": " ",
    "Pd": "-",
}


class _Plain(dict[int, str]):
    """Filled as characters come by; as large as the alphabets that people write in."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _plain(chr(code))
        return found


def _plain(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char in _POINTS:
        return "."
    if char == "\N{MINUS SIGN}":
        return "-"
    found = _BY_CATEGORY.get(unicodedata.category(char))
    if found is not None:
        return char if char in _KEPT else found
    compatible = unicodedata.normalize("NFKC", char)
    is_punctuation = len(compatible) == 1 and compatible.isascii() and not compatible.isalnum()
    return compatible if is_punctuation else char


_PLAIN = _Plain()


def plain(text: str) -> str:
    """The text with ASCII digits and separators; as long as before, character for character."""
    return text.translate(_PLAIN)
