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
