"""The audit log checked from its files alone, as docs/audit-format.md says."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from functions.core.audit.keys import VerifierKey
from functions.core.audit.verify.files import Files, Folder
from functions.core.audit.verify.report import Finding, Kind, Report
from functions.core.audit.verify.walk import Options, Walk
from functions.core.runtime import policies

__all__ = ["Files", "Finding", "Folder", "Kind", "Report", "verify"]


def verify(
    files: Files,
    *,
    key: VerifierKey,
    witness: VerifierKey | None = None,
    known: Sequence[tuple[str, bytes]] = (),
    until: datetime | None = None,
    now: datetime | None = None,
    retention: timedelta | None = None,
    processes: int = 1,
) -> Report:
    """Never raises for what the files hold; what keeps them from being read does.

    `known`: other checkpoints, each under a name to tell it by. `until`: when the log should reach
    to; without it an end that was cut off is seen only by known checkpoints. `now`: batches of
    later than that cannot be. `retention`: entries older than that may be gone.
    """
    days = policies.value("audit", "retention", "days")
    options = Options(
        key=key,
        witness=witness,
        known=known,
        until=until,
        now=now,
        retention=timedelta(days=days) if retention is None else retention,
        processes=processes,
    )
    return Walk(files, options).run()
