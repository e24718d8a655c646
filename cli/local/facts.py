"""`.amana/local.json`: where everything is. Tools outside the repository read it.

The fields and their names are promised in the architecture notes; a change here breaks others.
"""

import dataclasses
import json
import re
from dataclasses import dataclass

from cli.errors import CliError
from cli.local.run import write_private
from cli.workspace import Workspace

_AWS_URL = re.compile(r"https://(?P<api>[a-z0-9]+)\.execute-api\.[^/]+/(?P<path>.*)")


@dataclass(frozen=True, kw_only=True)
class Facts:
    webhook_url: str
    api_url: str
    graph_url: str
    app_secret: str
    verify_token: str
    waba_id: str
    phone_number_id: str
    token_url: str
    client_id: str
    client_secret: str
    aws_endpoint: str
    region: str
    outputs: dict[str, dict[str, str]]


def local_url(aws_url: str, endpoint: str) -> str:
    """Where the emulator serves what AWS would serve under `aws_url`."""
    match = _AWS_URL.fullmatch(aws_url)
    if match is None:
        raise CliError(
            f"{aws_url} is no address of a REST API. Look at the outputs in infra/stacks."
        )
    stage, _, path = match["path"].partition("/")
    return f"{endpoint}/restapis/{match['api']}/{stage}/_user_request_/{path}".rstrip("/")


def read(workspace: Workspace) -> Facts:
    try:
        values = json.loads(workspace.local_json.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CliError("The local platform is not running. Start it with `amana up`.") from None
    return Facts(**values)


def write(workspace: Workspace, facts: Facts) -> None:
    write_private(workspace.local_json, json.dumps(dataclasses.asdict(facts), indent=2) + "\n")
