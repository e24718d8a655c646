"""`amana`: what a person runs."""

import argparse
import signal
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.markup import escape

from cli.errors import CliError
from cli.progress import Progress
from cli.workspace import Workspace

if TYPE_CHECKING:
    from cli.stage import Stage

_STAGES = ("local", "dev", "staging", "prod")


def main(arguments: Sequence[str] | None = None) -> None:
    """Exit code 0: as announced; 1: not; 2: wrong usage, or unreadable; 130: interrupted."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    progress = Progress()
    try:
        raise SystemExit(_COMMANDS[options.command](options, progress))
    except CliError as error:
        progress.fail(str(error))
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        progress.fail("Interrupted. `amana down` stops whatever is still running.")
        raise SystemExit(130) from None


def _up(options: argparse.Namespace, progress: Progress) -> int:
    from cli.local.up import start_platform

    workspace = _workspace(options)
    found, started = start_platform(workspace, progress)
    verb = "is running" if started else "is already running"
    progress.say(f"The local platform {verb}. Everything about it: {workspace.local_json}")
    progress.say(f"  webhook  {found.webhook_url}\n  api      {found.api_url}")
    progress.say("Stop it with `amana down`, look at it with `amana status`.")
    return 0


def _down(options: argparse.Namespace, progress: Progress) -> int:
    from cli.local.down import stop_platform

    stopped = stop_platform(_workspace(options))
    progress.say("The local platform is stopped." if stopped else "Nothing was running.")
    return 0


def _status(options: argparse.Namespace, progress: Progress) -> int:
    from cli.local.status import show_status

    return 0 if show_status(_workspace(options), progress) else 1


def _demo(options: argparse.Namespace, progress: Progress) -> int:
    from cli.demo.run import run_demo

    return 0 if run_demo(_workspace(options), progress) else 1


def _redrive(options: argparse.Namespace, progress: Progress) -> int:
    from cli.redrive import redrive
    from cli.stage import find_stage

    stage = find_stage(
        options.stage,
        workspace=_workspace(options),
        profile=options.profile,
        region=options.region,
    )
    moved = redrive(stage.sqs(), stage.queue_pair(options.queue))
    where = f"{options.queue} of stage {options.stage}"
    progress.say(f"{moved} put back into {where}." if moved else f"No dead letters in {where}.")
    return 0


def _archive(options: argparse.Namespace, progress: Progress) -> int:
    from cli.archive import verify_archive

    return 0 if verify_archive(options.target, _stage(options), progress) else 1


def _restore(options: argparse.Namespace, progress: Progress) -> int:
    from cli.restore import replay
    from cli.stage import find_stage

    stage = find_stage(
        options.stage,
        workspace=_workspace(options),
        profile=options.profile,
        region=options.region,
    )
    told = replay(stage, options.since)
    progress.say(
        f"Erased again: {told['again']}; kept under a hold by now: {told['held']}. "
        f"Pointers removed: {told['pointers']}. Withdrawals recorded again: {told['recorded']}."
    )
    if told["unknown"]:
        progress.say(f"{told['unknown']} withdrawals are of people whom the copy does not know.")
    return 0


def _policies(options: argparse.Namespace, progress: Progress) -> int:
    from cli.policies import explain

    progress.say(escape("\n".join(explain(options.stage))))
    return 0


def _audit(options: argparse.Namespace, progress: Progress) -> int:
    from cli.audit import Asked, check_proof, check_receipt, verify_log

    if options.action == "prove":
        return check_proof(options.file, options.key, progress)
    if options.action == "receipt":
        return check_receipt(options.file, options.key, progress)
    stage = _stage(options)
    if options.action == "key":
        from cli.audit_key import log_key

        progress.say(log_key(stage).text if stage else "")
        return 0
    asked = Asked(
        target=options.target,
        key=options.key,
        witness_key=options.witness_key,
        known=tuple(options.known),
        until=options.until,
        profile=options.profile,
        region=options.region,
        stage=stage,
    )
    return verify_log(asked, progress)


def _stage(options: argparse.Namespace) -> "Stage | None":
    from cli.stage import find_stage

    if not options.stage:
        return None
    return find_stage(
        options.stage,
        workspace=_workspace(options),
        profile=options.profile,
        region=options.region,
    )


_COMMANDS = {
    "audit": _audit,
    "policies": _policies,
    "restore": _restore,
    "up": _up,
    "down": _down,
    "status": _status,
    "demo": _demo,
    "redrive": _redrive,
    "archive": _archive,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="amana", description=__doc__)
    parser.add_argument("--state", type=Path, help="where the local platform lives (.amana)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="start the local platform and leave it running")
    commands.add_parser("down", help="stop it, also after a crash")
    commands.add_parser("status", help="what runs, and what waits in the queues")
    commands.add_parser("demo", help="a conversation both ways, from webhook to status")
    redrive = commands.add_parser("redrive", help="put dead letters back into their queue")
    redrive.add_argument("queue", choices=("inbound", "outbound", "media"))
    redrive.add_argument("--stage", choices=_STAGES, default="local")
    archive = commands.add_parser("archive", help="what the WORM archive holds")
    verify = archive.add_subparsers(dest="action", required=True, metavar="ACTION").add_parser(
        "verify", help="go through all of it: what is missing, changed, extra, shortened"
    )
    verify.add_argument("target", nargs="?", help="a folder or s3://BUCKET; else the stage's own")
    verify.add_argument("--stage", choices=_STAGES, help="also tells how far it must reach")
    for command in (redrive, verify):
        command.add_argument("--profile", help="AWS profile, for stages on AWS")
        command.add_argument("--region", help="AWS region, for stages on AWS")
    restored = commands.add_parser("restore", help="what a restored table must not bring back")
    again = restored.add_subparsers(dest="action", required=True, metavar="ACTION").add_parser(
        "replay", help="erase everybody again who was erased since the copy was made"
    )
    again.add_argument("--since", required=True, help="when the copy was made, with a zone")
    again.add_argument("--stage", choices=_STAGES, default="local")
    again.add_argument("--profile", help="AWS profile, for stages on AWS")
    again.add_argument("--region", help="AWS region, for stages on AWS")
    policies = commands.add_parser("policies", help="what laws and own choices mean for a stage")
    explained = policies.add_subparsers(dest="action", required=True, metavar="ACTION").add_parser(
        "explain", help="how long each kind of data is kept, why, and what people may ask"
    )
    explained.add_argument("--stage", choices=_STAGES, default="prod")
    _add_audit(commands.add_parser("audit", help="what the audit log proves"))
    return parser


def _add_audit(audit: argparse.ArgumentParser) -> None:
    actions = audit.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser(
        "verify", help="go through all of it: 0 whole, 1 findings, 2 it cannot be read"
    )
    verify.add_argument("target", nargs="?", help="a folder or s3://BUCKET; else the stage's own")
    verify.add_argument("--stage", choices=_STAGES, help="whose log to read")
    verify.add_argument("--known", action="append", default=[], help="a checkpoint kept earlier")
    verify.add_argument("--until", help="when the log should reach to; of a bucket: now")
    verify.add_argument("--witness-key", help="also ask for this witness's signature")
    key = actions.add_parser("key", help="print the log's public key, for an auditor")
    key.add_argument("--stage", choices=_STAGES, default="local")
    for command in (verify, key):
        command.add_argument("--profile", help="AWS profile, for what is on AWS")
        command.add_argument("--region", help="AWS region, for what is on AWS")
    prove = actions.add_parser("prove", help="check the proof of one entry, and print the entry")
    prove.add_argument("file", help="a .tlog-proof")
    receipt = actions.add_parser("receipt", help="check a receipt of consent: what does it prove?")
    receipt.add_argument("file", help="a receipt as the API gave it, JSON")
    for command in (verify, prove, receipt):
        command.add_argument("--key", required=True, help="name+id+base64, or a file that holds it")


def _workspace(options: argparse.Namespace) -> Workspace:
    return Workspace(state=options.state.resolve()) if options.state else Workspace()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Ended from outside is cleaned up as when a person interrupts."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
