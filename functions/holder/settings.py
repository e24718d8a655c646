from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class HolderSettings(Settings):
    archive_bucket: str
    # holds, guards, and which objects are held
    compliance_table: str
    # who is linked to whom; nothing of it is opened
    conversations_table: str
    # keys are marked as held, none is used
    keys_table: str
    # its own workflow, begun for every hold once a day
    state_machine_arn: str
    # entries of the audit log set out from here
    outbox_table: str
