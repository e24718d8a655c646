from functions.core.runtime.errors import AmanaError


class ConsentError(AmanaError):
    """What is asked for cannot be recorded; `field` names the part that is wrong."""

    field = ""


class UnknownContactError(ConsentError):
    """No contact has this id."""

    field = "contact_id"


class UnknownPurposeError(ConsentError):
    """There is no such purpose; the message says which there are."""

    field = "purpose"


class UnknownNoticeError(ConsentError):
    """There is no such notice, version or language; the message says which there are."""

    field = "notice"


class RequestOpenError(ConsentError):
    """Another purpose is being asked for; answers in words would not be clear."""

    field = "purpose"


class KeyConflictError(ConsentError):
    """The Idempotency-Key was used before with another body."""

    field = "Idempotency-Key"


class NotAttestedError(ConsentError):
    """Nobody can tell of a consent that came about like this; the message says of which."""

    field = "method"


class NoEvidenceError(ConsentError):
    """A consent that nothing proves is not recorded."""

    field = "evidence"


class NotYetError(ConsentError):
    """It is said to have happened later than now; a withdrawal in between would not count."""

    field = "given_at"


class NotTheirsError(ConsentError):
    """At that time the contact had none of their aliases: it was somebody else's consent."""

    field = "given_at"
