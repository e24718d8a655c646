"""What is left in an update, beside the text, where card numbers were taken out."""

from typing import Any

# A key of ours among Meta's: nobody outside can write one, because people only fill in values.
MARKER = "amana_masked"


def masked_in(value: Any) -> int:
    """How many card numbers were taken out of this JSON value."""
    found = 0
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            count = part.get(MARKER)
            found += count if type(count) is int else 0
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return found
