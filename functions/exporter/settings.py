from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ExporterSettings(Settings):
    archive_bucket: str
    # media files that the transcript shows
    media_bucket: str
    # parts and results, sealed under the export's own key
    exports_bucket: str
    # exports: pk `EXPORT#<id>`; where each shard of the archive stands: pk `ARCHIVE#HEADS`
    compliance_table: str
    # names of the people in a transcript
    conversations_table: str
    keys_table: str
    # entries of the audit log set out from here
    outbox_table: str
