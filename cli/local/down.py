"""Stopping the local platform, also one that crashed."""

import shutil

from cli import processes
from cli.local import run
from cli.workspace import Workspace


def stop_platform(workspace: Workspace) -> bool:
    """End every child and remove what only lives while they do. False: nothing was running.

    Logs stay, for whoever wants to know why it crashed.
    """
    stopped = processes.stop(*run.load(workspace).children)
    for file in (workspace.local_json, workspace.run_json, workspace.sandbox_config):
        file.unlink(missing_ok=True)
    for folder in (workspace.scratch, workspace.state / "tls"):
        shutil.rmtree(folder, ignore_errors=True)
    return stopped
