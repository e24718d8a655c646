"""How the emulator is started, and with what surroundings."""

import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final

from cli import processes
from cli.emulator.certificate import write_certificate
from cli.processes import Child
from cli.workspace import Workspace

REGION: Final = "eu-central-1"
ACCOUNT = "000000000000"
# The emulator's root user. Functions get credentials of their own role and nothing more.
ROOT_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass(frozen=True, kw_only=True)
class Ports:
    http: int
    https: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.http}"


def start_emulator(workspace: Workspace, ports: Ports) -> Child:
    workspace.scratch.mkdir(parents=True, exist_ok=True)
    certificate, key = write_certificate(workspace.state / "tls")
    workspace.denials.write_text("", encoding="utf-8")
    command = [sys.executable, "-m", "cli.emulator.server"]
    command += ["--http-port", str(ports.http), "--https-port", str(ports.https)]
    command += ["--certificate", str(certificate), "--key", str(key)]
    command += ["--denials", str(workspace.denials)]
    env = local_environment() | ROOT_CREDENTIALS
    env |= {
        "AUTH": "true",
        "GATEWAY_PORT": str(ports.http),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "TMPDIR": str(workspace.scratch),
        "S3_DATA_DIR": str(workspace.scratch / "s3"),
        "STATE_DIR": str(workspace.scratch / "state"),
        # listeners nobody asked for, open to the network
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # other people's containers are none of our business
        "DOCKER_HOST": f"unix://{workspace.scratch}/no-docker.sock",
        # what functions inherit: the emulator over TLS
        "AWS_ENDPOINT_URL": f"https://127.0.0.1:{ports.https}",
        "AWS_CA_BUNDLE": str(certificate),
    }
    return processes.start(
        "emulator", command, env=env, log=workspace.log("emulator"), cwd=workspace.root
    )


def local_environment() -> dict[str, str]:
    """A bare environment: no profile, key or proxy of the person at the keyboard gets in."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    return kept | without_aws_account()


def without_aws_account() -> dict[str, str]:
    """Settings under which no AWS account but the emulator's can be reached."""
    here = os.path.dirname(sys.executable)  # noqa: PTH120 - a Path would resolve the venv's link
    return {
        "PATH": os.pathsep.join([here, os.environ.get("PATH", os.defpath)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def answers(url: str) -> bool:
    """Whether somebody answers there at all, whatever the answer."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
