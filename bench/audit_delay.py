"""(k) The audit log: from an entry's own time to a signed checkpoint that covers it."""

import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench.results import Number, Section, spread
from bench.timing import Spread
from cli.client import ApiClient
from cli.demo import audit_files
from cli.demo.messages import a_text, invented_phone
from cli.local.aws import LOCAL_CONFIG, local_session
from cli.local.down import stop_platform
from cli.local.facts import Facts
from cli.local.up import start_platform
from cli.progress import Progress
from cli.workspace import Workspace
from functions.core.audit.log_s3 import S3Log
from functions.core.audit.reading import LogReader
from functions.core.audit.searching import Search, Wanted
from functions.core.audit.vocabulary import Action

_ROUNDS = 20
_AIM_SECONDS = 10.0
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.02


def measure() -> Section:
    return Section(
        key="audit_delay",
        title="(k) audit log: from writing to a signed checkpoint, on the local platform",
        numbers=[_delay()],
        notes=[
            f"{_ROUNDS} messages through the API, one after the other; each until a checkpoint,",
            "signed by the log's key, covers its entry. On AWS the stream is read every 5 s.",
        ],
    )


def _delay() -> Number:
    with (
        tempfile.TemporaryDirectory(prefix="amana-bench-") as folder,
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
    ):
        workspace = Workspace(state=Path(folder))
        facts, _ = start_platform(workspace, Progress(Console(file=nowhere)))
        try:
            waited = list(_waited(facts))
        finally:
            stop_platform(workspace)
    return spread("entry to checkpoint", Spread.of(waited), "s", target=_AIM_SECONDS)


def _waited(facts: Facts) -> Iterator[float]:
    api, key = ApiClient(facts), audit_files.key(facts)
    s3 = local_session().client("s3", endpoint_url=facts.aws_endpoint, config=LOCAL_CONFIG)
    reader = LogReader(S3Log(s3, facts.outputs["amana-local-data"]["AuditBucket"]))
    wanted = Wanted(action=Action.INTENT_ACCEPTED.value)
    for _ in range(_ROUNDS):
        answer = api.send(a_text(invented_phone(), "hello"), key=secrets.token_hex(8))
        what, begin = f"message/{answer.body['id']}", time.monotonic()
        while time.monotonic() - begin < _PATIENCE_SECONDS:
            time.sleep(_PAUSE_SECONDS)
            found = Search(reader).page(wanted, cursor=None, limit=1).found
            if found and found[0].entry["what"] == what:
                break
        else:
            raise RuntimeError("the entry did not reach the log")
        assert key.has_signed(reader.checkpoint()), "published is signed"
        at = datetime.fromisoformat(found[0].entry["at"])
        yield (datetime.now(UTC) - at).total_seconds()
