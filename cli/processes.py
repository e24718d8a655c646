"""Children that outlive the command: each leads a process group of its own.

A process id alone proves nothing after a crash, since ids are used again. A child is known by its
id together with the start time the kernel keeps for it; its group dies as a whole, so that the
emulator's Lambda workers never stay behind.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# all state is in memory, so there is nothing to be finished first
_GRACE_SECONDS = 1.5
_POLL_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Child:
    name: str
    pid: int
    started: str


def start(
    name: str, command: Sequence[str], *, env: Mapping[str, str], log: Path, cwd: Path
) -> Child:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own modules, no shell
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # never waited for here: it outlives us, and `stop` reaps it when we are its parent
    process.returncode = 0
    return Child(name=name, pid=process.pid, started=_started(process.pid) or "")


def is_running(child: Child) -> bool:
    _reap(child.pid)
    return bool(child.started) and _started(child.pid) == child.started


def stop(*children: Child) -> bool:
    """End the children's whole groups. False when nothing of them was left."""
    ours = [each for each in children if not _is_someone_else(each) and _group_exists(each.pid)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for child in ours:
            _signal_group(child.pid, number)
        if _gone_within([child.pid for child in ours], _GRACE_SECONDS):
            break
    return bool(ours)


def _is_someone_else(child: Child) -> bool:
    """The id was used again; a group never outlives that, for the kernel keeps its number busy."""
    now = _started(child.pid)
    return now is not None and now != child.started


def _gone_within(pids: Sequence[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for pid in pids:
            _reap(pid)
        if not any(_group_exists(pid) for pid in pids):
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _group_exists(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's group: not ours
        return False
    return True


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _started(pid: int) -> str | None:
    """The start time of a live process as the system tells it; None when there is none."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # the name in parentheses may hold spaces; state and start time come after it
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] == "Z" else fields[19]
    shown = subprocess.run(  # noqa: S603 - fixed command, a number as argument
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip() or None
