"""Both verifiers over the same files."""

import tempfile
from pathlib import Path

from functions.core.audit.verify import Folder, verify
from tests.fakes.audit_log import stored
from tools import verify_audit


def findings(files, key, *, known=(), until=None, retention=None, processes=1):
    """Of each verifier, its findings as (kind, place), in one list."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = stored(files, Path(temporary) / "log")
        folder.mkdir(exist_ok=True)
        report = verify(
            Folder(folder),
            key=key,
            known=[(f"known {number}", data) for number, data in enumerate(known)],
            until=until,
            retention=retention,
            processes=processes,
        )
        paths = [Path(temporary) / f"known-{number}" for number in range(len(known))]
        for path, data in zip(paths, known, strict=True):
            path.write_bytes(data)
        days = {} if retention is None else {"retention": retention}
        tool = verify_audit.verify(
            folder, verify_audit.Key(key.text), list(map(str, paths)), until, **days
        )
        return [("core", *vars(each).values()) for each in report.findings] + [
            ("tool", *each) for each in tool.findings
        ]


def kinds(files, key, **options):
    """What each of them found: core's kinds, then the tool's."""
    told = findings(files, key, **options)
    return tuple({str(kind) for who, kind, *_ in told if who == name} for name in ("core", "tool"))


def verify_in(files, key, **options):
    """Core's report of what lies in a folder."""
    with tempfile.TemporaryDirectory() as temporary:
        return verify(Folder(stored(files, Path(temporary))), key=key, **options)
