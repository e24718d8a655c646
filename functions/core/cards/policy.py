"""What a stage does about card numbers that people send."""

from enum import StrEnum

from functions.core.runtime import policies

_FALLBACK = "en"


class Policy(StrEnum):
    """They are masked in any case; the question is whether the sender is told."""

    MASK_AND_DEFLECT = "mask_and_deflect"
    MASK = "mask"


def deflection_text(language: str) -> str:
    """In the language of a tag such as "pt", "pt-BR" or "pt_BR"; in English if there is none."""
    texts = policies.load("cards")["deflection"]
    known = language.replace("_", "-").partition("-")[0].lower()
    return str(texts[known if len(known) == len(_FALLBACK) and known in texts else _FALLBACK])
