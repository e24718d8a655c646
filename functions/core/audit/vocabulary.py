"""What can happen that is worth an entry: one closed list, `source:subject:action`.

A tag may be added, never renamed or given another meaning: entries are kept for years.
"""

from enum import StrEnum


class Action(StrEnum):
    # the log itself, written by the sequencer only
    LOG_WRITER_OPENED = "log:writer:opened"
    LOG_BATCH_SEALED = "log:batch:sealed"
    LOG_ITEM_REFUSED = "log:item:refused"
    # what Meta delivers
    DELIVERY_RECEIVED = "message:delivery:received"
    DELIVERY_REFUSED = "message:delivery:refused"
    HANDSHAKE_ANSWERED = "message:handshake:answered"
    HANDSHAKE_REFUSED = "message:handshake:refused"
    MESSAGE_RECEIVED = "message:update:received"
    STATUS_RECEIVED = "message:status:received"
    # what goes out
    INTENT_ACCEPTED = "message:intent:accepted"
    SEND_CLAIMED = "message:send:claimed"
    SEND_SETTLED = "message:send:settled"
    # what the API gives and refuses
    DESCRIPTION_READ = "api:description:read"
    SCOPE_DENIED = "auth:scope:denied"
    MESSAGE_READ = "record:message:read"
    MESSAGES_LISTED = "record:messages:listed"
    CONVERSATIONS_LISTED = "record:conversations:listed"
    ACCOUNT_LISTED = "record:account:listed"
    EXPORT_ASKED = "record:export:asked"
    EXPORT_READ = "record:export:read"
    EXPORT_MADE = "record:export:made"
    EXPORT_FETCHED = "record:export:fetched"
    # media
    UPLOAD_BEGUN = "media:upload:begun"
    UPLOAD_PART_STORED = "media:upload:stored"
    UPLOAD_FINISHED = "media:upload:finished"
    MEDIUM_SHOWN = "media:medium:shown"
    MEDIUM_READ = "media:medium:read"
    MEDIUM_SETTLED = "media:medium:settled"
    # keys of content, and the archive
    KEY_CREATED = "key:content:created"
    EPOCH_STEP = "key:epoch:turned"
    SEGMENT_ARCHIVED = "archive:segment:sealed"
    # the audit log, read
    AUDIT_SEARCHED = "audit:entries:searched"
    AUDIT_PROVED = "audit:proof:read"
    # consent
    CONSENT_REQUESTED = "consent:purpose:requested"
    CONSENT_GIVEN = "consent:purpose:given"
    CONSENT_REFUSED = "consent:purpose:refused"
    CONSENT_WITHDRAWN = "consent:purpose:withdrawn"
    CONSENT_EXPIRED = "consent:purpose:expired"
    CONSENT_INVALIDATED = "consent:purpose:invalidated"
    CONSENT_DISREGARDED = "consent:purpose:disregarded"
    # what a system of the business tells or asks for, where that is no event of its own
    CONSENT_POSTED = "consent:event:posted"
    CONSENT_READ = "consent:purpose:read"
    CONSENT_RECEIPT_READ = "consent:receipt:read"
    CONTACT_SEARCHED = "record:contact:searched"
    CONTACT_REGISTERED = "record:contact:registered"
    IMPORT_BEGUN = "consent:import:begun"
    IMPORT_PART_STORED = "consent:import:stored"
    IMPORT_STARTED = "consent:import:started"
    IMPORT_READ = "consent:import:read"
    IMPORT_DONE = "consent:import:done"
    GATE_CHECKED = "message:gate:checked"
    GATE_OVERRIDDEN = "message:gate:overridden"
    # what a person is given of their data: made, fetched, and the link by which they fetch it
    ACCESS_MADE = "request:access:made"
    ACCESS_FETCHED = "request:access:fetched"
    LINK_ISSUED = "request:link:issued"
    LINK_OPENED = "request:link:opened"
    LINK_CODE_ASKED = "request:link:asked"
    LINK_CONFIRMED = "request:link:confirmed"
    # requests of people about their data
    RIGHTS_FILED = "request:right:filed"
    RIGHTS_ASKED = "request:identity:asked"
    RIGHTS_LOCKED = "request:identity:locked"
    RIGHTS_VERIFIED = "request:identity:verified"
    RIGHTS_DECIDED = "request:right:decided"
    RIGHTS_PAUSED = "request:right:paused"
    RIGHTS_RESUMED = "request:right:resumed"
    RIGHTS_EXTENDED = "request:right:extended"
    RIGHTS_CANCELED = "request:right:canceled"
    RIGHTS_REMINDED = "request:right:reminded"
    RIGHTS_STARTED = "request:right:started"
    RIGHTS_COMPLETED = "request:right:completed"
    RIGHTS_FAILED = "request:right:failed"
    RIGHTS_READ = "request:right:read"
    # of concerns that are not built yet; the list is closed now, so that verifiers know them
    RECORD_CORRECTED = "record:contact:corrected"
    RECORD_ERASED = "record:contact:erased"
    RECORD_RESTRICTED = "record:contact:restricted"
    KEY_DESTROYED = "key:content:destroyed"
    RETENTION_READ = "retention:rules:read"
    RETENTION_STARTED = "retention:run:started"
    DISPOSITION_DONE = "retention:disposition:done"
    HOLD_PLACED = "hold:subject:placed"
    HOLD_LIFT_ASKED = "hold:subject:asked"
    HOLD_LIFTED = "hold:subject:lifted"
    HOLD_READ = "hold:subject:read"
    POLICY_CHANGED = "policy:rules:changed"
    LOGIN = "auth:login:done"
    TOKEN_ISSUED = "auth:token:issued"  # noqa: S105 - a tag, no token
    TOKEN_REVOKED = "auth:token:revoked"  # noqa: S105 - a tag, no token
    TOKEN_DENIED = "auth:token:denied"  # noqa: S105 - a tag, no token
    INCIDENT_OPENED = "incident:case:opened"
    INCIDENT_DECIDED = "incident:case:decided"
    INCIDENT_NOTIFIED = "incident:case:notified"
    INCIDENT_CLOSED = "incident:case:closed"


class Outcome(StrEnum):
    # about to be done: written before what has no transaction to share
    BEGUN = "begun"
    DONE = "done"
    # by a rule of ours
    REFUSED = "refused"
    # who asked may not
    DENIED = "denied"
    FAILED = "failed"
    # nobody can tell
    UNKNOWN = "unknown"
