"""The emulator's process: ministack on two ports, with IAM enforced and denials on record.

Callers use plain HTTP, as they have no reason to trust a certificate made a minute ago. Functions
use TLS on the second port, so that policies that demand secure transport are met, not lifted.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from cli.emulator.authorization import (
    answering_tasks,
    as_single_messages,
    holding_root,
    knowing_bodies,
    knowing_locks,
    naming_roles,
    telling_items_apart,
)
from cli.emulator.start import ACCOUNT, REGION, ROOT_CREDENTIALS


def main() -> None:
    arguments = _arguments()
    # ministack reads its environment when it is imported; the parent process has set it
    from ministack import app
    from ministack.core import iam_actions, iam_evaluator, lambda_runtime
    from ministack.services import stepfunctions

    enforce = telling_items_apart(as_single_messages(iam_evaluator.enforce))
    enforce = answering_tasks(enforce, lambda: list(stepfunctions._state_machines))  # noqa: SLF001 - no other list
    enforce = recording(enforce, arguments.denials)
    # outside of the record, which is about functions
    iam_evaluator.enforce = holding_root(
        enforce, ROOT_CREDENTIALS["AWS_ACCESS_KEY_ID"], bucket_denies
    )
    iam_actions.s3_service_context = knowing_locks(iam_actions.s3_service_context)
    iam_actions.request_tag_context = knowing_bodies(iam_actions.request_tag_context)
    iam_evaluator._resolve_condition_key = naming_roles(  # noqa: SLF001 - no setting for it
        iam_evaluator._resolve_condition_key  # noqa: SLF001
    )
    lambda_runtime._detect_runtime_binary = running_python_as(  # noqa: SLF001 - no setting for it
        lambda_runtime._detect_runtime_binary,  # noqa: SLF001
        _bare_python(arguments.denials.parent),
    )
    config = Config()
    config.insecure_bind = [f"127.0.0.1:{arguments.http_port}"]
    config.bind = [f"127.0.0.1:{arguments.https_port}"]
    config.certfile, config.keyfile = str(arguments.certificate), str(arguments.key)
    config.keep_alive_timeout = 75
    # state lives in memory and goes with the process: nothing is worth waiting for
    config.graceful_timeout = 0.2
    asyncio.run(serve(trusting_root(app.app), config))


def trusting_root(app: Any) -> Any:
    """`app`, taking plain HTTP of the emulator's root user for secure.

    Tools of a developer have no certificate; functions have one, and are held to it.
    """
    root = f"Credential={ROOT_CREDENTIALS['AWS_ACCESS_KEY_ID']}/".encode()

    async def trusting(scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = scope.get("headers", [])
        if any(name == b"authorization" and root in value for name, value in headers):
            scope = {**scope, "headers": [*headers, (b"x-forwarded-proto", b"https")]}
        await app(scope, receive, send)

    return trusting


def bucket_denies(action: str, resource: str, context: dict[str, Any]) -> Any:
    """What the policy of an object's bucket refuses the root user, as the emulator says it."""
    from ministack.core import iam_evaluator
    from ministack.services import s3

    policy, account = s3.bucket_policy_for_arn(resource) or ("", ACCOUNT)
    request = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:iam::{account}:root",
        principal_type="Root",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=REGION,
        service_context=context,
    )
    result = iam_evaluator.evaluate_resource_policy(policy, request)
    result.principal_arn, result.resource_policy_arn = request.principal_arn, resource
    return result if result.decision == "Deny" else None


def recording(enforce: Callable[..., Any], denials: Path) -> Callable[..., Any]:
    """`enforce`, writing a line per refusal: who, what, on which resource. Never content."""

    def recorded(access_key_id: str, iam_action: str, *args: Any, **kwargs: Any) -> Any:
        refusal = enforce(access_key_id, iam_action, *args, **kwargs)
        if refusal is not None:
            line = {
                "action": iam_action,
                "resource": kwargs.get("resource_arn", "*"),
                "principal": getattr(refusal, "principal_arn", "") or "unauthenticated",
                "reason": getattr(refusal, "decision", "") or getattr(refusal, "code", ""),
            }
            with denials.open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
        return refusal

    return recorded


def running_python_as(
    detect: Callable[[str], tuple[str, str]], python: Path
) -> Callable[[str], tuple[str, str]]:
    """`detect`, with another interpreter for Python functions."""

    def detected(runtime: str) -> tuple[str, str]:
        binary, script = detect(runtime)
        return (str(python) if runtime.startswith("python") else binary, script)

    return detected


def _bare_python(folder: Path) -> Path:
    """This interpreter without site-packages: functions find only what is in their own archive.

    The virtual environment holds every package and this very source tree; with it, a function
    whose archive lacks something would run here and fail on AWS.
    """
    launcher = folder / "bare-python"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S -B "$@"\n', encoding="utf-8")
    launcher.chmod(0o700)
    return launcher


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="cli.emulator.server")
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--https-port", type=int, required=True)
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--denials", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
