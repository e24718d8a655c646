"""The sandbox as a child of the platform: told who it stands in for, then where to post."""

import dataclasses
import json
import secrets
import sys
from dataclasses import dataclass

from cli import processes
from cli.emulator.start import local_environment
from cli.local.run import write_private
from cli.processes import Child
from cli.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What Meta's app dashboard would show; made anew for every platform."""

    app_secret: str
    verify_token: str
    access_token: str

    @classmethod
    def fresh(cls) -> "Credentials":
        return cls(
            app_secret=secrets.token_hex(16),
            verify_token=secrets.token_urlsafe(24),
            access_token="EAA" + secrets.token_urlsafe(48),
        )


def start_sandbox(
    workspace: Workspace,
    credentials: Credentials,
    *,
    port: int,
    waba_id: str,
    phone_number_ids: tuple[str, ...],
) -> Child:
    config = {
        **dataclasses.asdict(credentials),
        "waba_id": waba_id,
        "phone_number_ids": {
            each: f"1555010{place:04}" for place, each in enumerate(phone_number_ids)
        },
    }
    write_private(workspace.sandbox_config, json.dumps(config))
    command = [sys.executable, "-m", "sandbox", "--config", str(workspace.sandbox_config)]
    command += ["--port", str(port)]
    return processes.start(
        "sandbox",
        command,
        env=local_environment(),
        log=workspace.log("sandbox"),
        cwd=workspace.root,
    )
