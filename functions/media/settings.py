from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class MediaSettings(Settings):
    conversations_table: str
    keys_table: str
    media_bucket: str
    # parts of uploads, sealed, until they are put together
    transit_bucket: str
    # {"access_token": …}: the system user token for Graph
    access_token_secret_arn: str
    pseudonym_secret_arn: str
    portfolio_id: str
    # https://graph.facebook.com, or the sandbox
    graph_url: str
    graph_version: str
    # comma-separated: host names that a download URL may name, *.example.com for all below it;
    # with a scheme and a port (http://127.0.0.1:8787) exactly that origin, for the sandbox
    media_hosts: str
    # where its messages come from: it says when one that cannot be served yet comes again
    media_queue_url: str
    # on or off: GuardDuty looks at a copy in the scan bucket before a medium is served
    malware_scan: str
    # "" when malware_scan is off
    scan_bucket: str
    # entries of the audit log set out from here
    outbox_table: str
