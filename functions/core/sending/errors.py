from functions.core.runtime.errors import AmanaError


class SendingError(AmanaError):
    """The caller's request cannot become an intent; `field` names the part that is wrong."""

    field = ""


class UnknownContactError(SendingError):
    """No contact has this id."""

    field = "contact_id"


class UnknownPhoneNumberError(SendingError):
    """This deployment does not send from that phone number id."""

    field = "phone_number_id"


class UnknownMessageError(SendingError):
    """The message that is to be marked as read, reacted to or quoted is not stored here."""

    field = "message_id"


class MissingPurposeError(SendingError):
    """Nobody has said what the message is for."""

    field = "purpose"


class UnknownDutyError(SendingError):
    """There is no such legal duty; the message says which there are."""

    field = "legal_duty"


class IdempotencyConflictError(SendingError):
    """The Idempotency-Key was used before with another body."""

    field = "Idempotency-Key"


class TooManyPendingError(SendingError):
    """Too many messages already wait for this contact; WhatsApp takes one every few seconds."""

    field = "to"
    retryable = True
