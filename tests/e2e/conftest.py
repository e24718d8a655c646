"""One platform for the whole session: the real stacks in the emulator, with IAM enforced.

It lives in a temporary folder on free ports, so it does not meet one that a developer has running.
"""

import shutil

import e2e_consent
import pytest
from e2e_platform import Platform
from rich.console import Console

from cli.client import ApiClient
from cli.local.down import stop_platform
from cli.local.up import start_platform
from cli.progress import Progress
from cli.workspace import Workspace


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    workspace = Workspace(state=tmp_path_factory.mktemp("platform"))
    with (workspace.state / "up.log").open("w") as log:
        facts, _ = start_platform(workspace, Progress(Console(file=log, width=120)))
    try:
        yield Platform(workspace, facts)
    finally:
        stop_platform(workspace)
        # pytest keeps the folders of three sessions: logs are worth it, archives are not
        shutil.rmtree(workspace.assembly, ignore_errors=True)


@pytest.fixture(autouse=True)
def nothing_is_denied(platform):
    """Whatever a function is not allowed to do fails the test that made it try."""
    platform.denials()
    yield
    platform.clear_faults()
    assert platform.denials() == []


@pytest.fixture(scope="session")
def consents(platform):
    return ApiClient(platform.facts, scopes=e2e_consent.SCOPES)


@pytest.fixture(scope="session")
def offer(platform):
    """A marketing template that Meta has told of."""
    definition = {"name": e2e_consent.OFFER["name"], "language": "en", "category": "MARKETING"}
    platform.meta.approve({**definition, "body": "Spring offers are here."})
    platform.settle()
    message = e2e_consent.marketing("15550000000")
    platform.eventually(lambda: e2e_consent.gate(platform, message)["purpose"] == "marketing")
