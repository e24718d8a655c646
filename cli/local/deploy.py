"""`cdk synth` and `cdk deploy` of the local stage, with the CLI from the virtual environment."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from cli.emulator.gaps import Omission, close_gaps
from cli.emulator.start import ACCOUNT, REGION, ROOT_CREDENTIALS, without_aws_account
from cli.errors import CliError
from cli.local.assets import publish
from cli.workspace import Workspace

_ASSETS_BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
# what the build of the functions tells, among what the CDK CLI tells
_TOLD = "==> "
Outputs = dict[str, dict[str, str]]


def synthesise(
    workspace: Workspace, *, graph_url: str, say: Callable[[str], None]
) -> list[Omission]:
    """Templates as for AWS, then the one step in which the local copy differs."""
    shutil.rmtree(workspace.assembly, ignore_errors=True)
    _cdk(
        workspace,
        "synth",
        # the stages that go to AWS are validated; here it would take twice as long as the rest
        ["--quiet", "--no-validation", "--output", str(workspace.assembly)],
        ["--context", "stage=local", "--context", f"graph_url={graph_url}"],
        say=say,
    )
    return close_gaps(workspace.assembly)


def deploy(workspace: Workspace, *, endpoint: str) -> Outputs:
    publish(workspace.assembly, bucket=_ASSETS_BUCKET, endpoint=endpoint)
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


def _cdk(
    workspace: Workspace,
    command: str,
    *options: list[str],
    endpoint: str = "",
    say: Callable[[str], None] | None = None,
) -> None:
    cli = Path(sys.executable).parent / "cdk"
    arguments = [str(cli), command, "--no-notices", "--no-color", *chain.from_iterable(options)]
    log = workspace.log(f"cdk-{command}")
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(  # noqa: S603 - the locked CDK CLI, no shell
            arguments,
            cwd=workspace.root,
            env=_environment(workspace, endpoint),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        for line in process.stdout or ():
            output.write(line)
            if say and line.startswith(_TOLD):
                say(line.removeprefix(_TOLD).strip())
    if process.returncode:
        raise CliError(f"cdk {command} failed: {_last_words(log)} The whole story is in {log}.")


def _environment(workspace: Workspace, endpoint: str) -> dict[str, str]:
    # synth installs packages, so the person's proxy and certificates must stay; AWS must not
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **env,
        **without_aws_account(),
        **ROOT_CREDENTIALS,
        "NO_COLOR": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_HOME": str(workspace.state / "cdk-home"),
        # the emulator, or nobody: a deployment that forgot its endpoint must not find AWS
        "AWS_ENDPOINT_URL": endpoint or "http://127.0.0.1:9",
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
    }


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8").splitlines()]
    telling = [line for line in lines if line and "Subprocess exited" not in line]
    return (telling[-1] if telling else "it said nothing").rstrip(".") + "."
