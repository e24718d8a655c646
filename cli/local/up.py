"""Starting the local platform: everything or nothing."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from cli import processes
from cli.client import ApiClient
from cli.emulator.buckets import set_default_encryption, set_object_lock
from cli.emulator.gaps import STOOD_IN
from cli.emulator.start import Ports, answers, start_emulator
from cli.errors import CliError
from cli.local import deploy, facts, run, tenant
from cli.local.down import stop_platform
from cli.local.epoch import turn_epoch
from cli.local.facts import Facts
from cli.local.sandbox import Credentials, start_sandbox
from cli.local.witness import introduce_log
from cli.processes import Child
from cli.progress import Progress
from cli.waiting import free_ports, wait_until
from cli.workspace import Workspace
from infra.config import load_stage

_OK = 200


def start_platform(workspace: Workspace, progress: Progress) -> tuple[Facts, bool]:
    """The platform's facts, and whether it had to be started."""
    with _alone(workspace):
        if run.load(workspace).all_alive and workspace.local_json.exists():
            return facts.read(workspace), False
        if stop_platform(workspace):
            progress.note("cleared away what a crashed platform had left")
        try:
            return _start(workspace, progress), True
        except BaseException:
            stop_platform(workspace)
            raise


def _start(workspace: Workspace, progress: Progress) -> Facts:
    stage, credentials = load_stage("local"), Credentials.fresh()
    http, https, graph = free_ports(3)
    ports, graph_url = Ports(http=http, https=https), f"http://127.0.0.1:{graph}"
    with progress.step("Starting the AWS emulator (IAM enforced) and the Meta sandbox"):
        _note(workspace, start_emulator(workspace, ports))
        sandbox = start_sandbox(
            workspace,
            credentials,
            port=graph,
            waba_id=stage.tenant.waba_id,
            phone_number_ids=stage.tenant.phone_number_ids,
        )
        _note(workspace, sandbox)
        _answering(workspace, f"{ports.endpoint}/_ministack/health", "emulator")
        _answering(workspace, graph_url, "sandbox")
    with progress.step("cdk synth: functions and templates, about 10 seconds"):
        omissions = deploy.synthesise(workspace, graph_url=graph_url, say=progress.note)
    with progress.step("cdk deploy"):
        outputs = deploy.deploy(workspace, endpoint=ports.endpoint)
        set_default_encryption(workspace.assembly, endpoint=ports.endpoint)
        set_object_lock(workspace.assembly, endpoint=ports.endpoint)
        introduce_log(stage, outputs, endpoint=ports.endpoint)
    progress.note("Different from AWS here, and nowhere else:")
    for line in [*omissions, *STOOD_IN]:
        progress.note(f"- {line}")
    with progress.step("Opening the first epoch of content keys"):
        turn_epoch(stage, outputs, endpoint=ports.endpoint)
    with progress.step("Filling in secrets, registering the webhook, waiting for answers"):
        tenant.fill_secrets(stage, credentials, endpoint=ports.endpoint)
        found = tenant.describe(
            stage, credentials, outputs, endpoint=ports.endpoint, graph_url=graph_url
        )
        tenant.connect_webhook(found)
        tenant.announce_templates(found, _answering_api(workspace, found))
    facts.write(workspace, found)
    return found


def _note(workspace: Workspace, child: Child) -> None:
    run.save(workspace, run.load(workspace).with_child(child))


def _answering(workspace: Workspace, url: str, name: str) -> None:
    def answering() -> bool | None:
        if not any(
            each.name == name and processes.is_running(each) for each in _children(workspace)
        ):
            raise CliError(
                f"The {name} ended at once. Its last words are in {workspace.log(name)}."
            )
        return answers(url) or None

    hint = f"Its log is {workspace.log(name)}."
    wait_until(answering, what=f"An answer of the {name}", hint=hint, seconds=30)


def _children(workspace: Workspace) -> tuple[Child, ...]:
    return run.load(workspace).children


def _answering_api(workspace: Workspace, found: Facts) -> ApiClient:
    client = ApiClient(found)
    wait_until(
        lambda: client.get("/v1/conversations").status == _OK or None,
        what="An answer of the API",
        hint=f"The functions' errors are in {workspace.log('emulator')}.",
        seconds=30,
    )
    return client


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Two commands starting the same platform would each leave half of it."""
    workspace.state.mkdir(parents=True, exist_ok=True)
    with workspace.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CliError("Another amana command is starting the platform. Wait for it.") from None
        yield
