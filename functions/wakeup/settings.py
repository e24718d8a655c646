from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class WakeupSettings(Settings):
    conversations_table: str
    outbound_queue_url: str
