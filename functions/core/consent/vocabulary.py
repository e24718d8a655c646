"""The words of consent, as they are stored, shown and entered: one may be added, none renamed."""

from enum import IntEnum, StrEnum


class Purpose(StrEnum):
    """What a message is for."""

    MARKETING = "marketing"
    UTILITY = "utility"
    AUTHENTICATION = "authentication"
    SERVICE = "service"


class Kind(StrEnum):
    """What happened. Of two things at the same moment the one against counts."""

    REQUESTED = "requested"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    # an answer came after its request had run out: it activates nothing
    EXPIRED = "expired"
    # the person changed number, or the number its person
    INVALIDATED = "invalidated"
    # an answer to somebody else's request, or to none: it activates nothing
    DISREGARDED = "disregarded"


AGAINST = frozenset({Kind.REFUSED, Kind.WITHDRAWN, Kind.INVALIDATED})


class Status(StrEnum):
    """Where a person stands with one purpose: computed, never stored."""

    UNKNOWN = "unknown"
    REQUESTED = "requested"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"


class Strength(IntEnum):
    """How well a consent can be proved; policies name them in lower case."""

    IMPORTED = 1  # another system has it
    ATTESTED = 2  # somebody of the business saw or heard it
    EXPRESSED = 3  # the person acted, where nobody proved whose number it is
    CONFIRMED = 4  # the person answered from the number itself


class Method(StrEnum):
    """How it came about."""

    WHATSAPP_BUTTON = "whatsapp_button"
    WHATSAPP_WORD = "whatsapp_word"
    WHATSAPP_PREFERENCE = "whatsapp_preference"  # Meta's own switch for marketing
    WHATSAPP_ERROR = "whatsapp_error"  # Graph said that the person opted out
    WHATSAPP_REQUEST = "whatsapp_request"  # we asked
    WEB_FORM = "web_form"
    CALL_CENTRE = "call_centre"
    PAPER = "paper"
    IMPORT = "import"
    API = "api"
    STAFF = "staff"
    IDENTITY_CHANGE = "identity_change"


# what a consent that came about like this is worth
STRENGTHS = {
    Method.WHATSAPP_BUTTON: Strength.CONFIRMED,
    Method.WHATSAPP_WORD: Strength.CONFIRMED,
    Method.WEB_FORM: Strength.EXPRESSED,
    Method.CALL_CENTRE: Strength.ATTESTED,
    Method.PAPER: Strength.ATTESTED,
    Method.IMPORT: Strength.IMPORTED,
}
