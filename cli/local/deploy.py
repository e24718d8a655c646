"""`cdk synth` and `cdk deploy` of the local stage, with the CLI from the virtual environment."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cli.emulator.gaps import Omission, close_gaps
from cli.emulator.start import ACCOUNT, REGION, ROOT_CREDENTIALS, local_environment
from cli.errors import CliError
from cli.local.aws import LOCAL_CONFIG, local_session
from cli.workspace import Workspace

_ASSETS_BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
Outputs = dict[str, dict[str, str]]


def synthesise(workspace: Workspace, *, graph_url: str) -> list[Omission]:
    """Templates as for AWS, then the one step in which the local copy differs."""
    _cdk(
        workspace,
        "synth",
        ["--quiet", "--output", str(workspace.assembly)],
        ["--context", "stage=local", "--context", f"graph_url={graph_url}"],
    )
    return close_gaps(workspace.assembly)


def deploy(workspace: Workspace, *, endpoint: str) -> Outputs:
    _make_assets_bucket(endpoint)
    _cdk(
        workspace,
        "deploy",
        ["--all", "--app", str(workspace.assembly), "--require-approval", "never"],
        # there is nothing to compare with on a platform made a second ago
        ["--method", "direct", "--outputs-file", str(workspace.outputs)],
        endpoint=endpoint,
    )
    outputs: Outputs = json.loads(workspace.outputs.read_text(encoding="utf-8"))
    return outputs


def _make_assets_bucket(endpoint: str) -> None:
    """All that `cdk bootstrap` would make and a deployment with root's credentials needs."""
    s3 = local_session().client("s3", endpoint_url=endpoint, config=LOCAL_CONFIG)
    s3.create_bucket(
        Bucket=_ASSETS_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )


def _cdk(workspace: Workspace, command: str, *options: list[str], endpoint: str = "") -> None:
    cli = Path(sys.executable).parent / "cdk"
    arguments = [
        str(cli),
        command,
        "--no-notices",
        "--no-color",
        *(o for os in options for o in os),
    ]
    env: dict[str, Any] = local_environment() | ROOT_CREDENTIALS
    env |= {
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_HOME": str(workspace.state / "cdk-home"),
        # the emulator, or nobody: a deployment that forgot its endpoint must not find AWS
        "AWS_ENDPOINT_URL": endpoint or "http://127.0.0.1:9",
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
    }
    log = workspace.log(f"cdk-{command}")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(  # noqa: S603 - the locked CDK CLI, no shell
            arguments,
            cwd=workspace.root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise CliError(f"cdk {command} failed: {_last_words(log)} The whole story is in {log}.")


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines()]
    telling = [line for line in lines if line and "Subprocess exited" not in line]
    return (telling[-1] if telling else "it said nothing").rstrip(".") + "."
