from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class AuditApiSettings(Settings):
    # the log is read from here
    audit_bucket: str
    # reading it is entered as well
    outbox_table: str
