"""After a restore: everybody who was erased since the copy was made is erased again.

Before functions are pointed at the restored tables, or while nothing comes in. Every step may be
repeated; interrupted, the command is simply run again.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CliError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from cli.stage import Stage

# in this order: people, then what still points to them, then what was withdrawn meanwhile
STEPS = ("replay", "pointers", "withdrawals")
# as long as the function may take, and no second call of it beside the first
PATIENCE = Config(read_timeout=910, retries={"total_max_attempts": 1})


@dataclass(frozen=True, kw_only=True)
class Replay:
    """`since`: when the copy was made."""

    function: str
    since: datetime

    def run(self, client: "LambdaClient") -> Counter[str]:
        """`again`, `held`, `pointers`, `recorded`, `known`, `unknown`: how many of each."""
        counts: Counter[str] = Counter()
        for step in STEPS:
            after = ""
            while True:
                told = self._called(client, step, after)
                after = str(told.pop("next", ""))
                counts.update({name: int(count) for name, count in told.items()})
                if not after:
                    break
        return counts

    def _called(self, client: "LambdaClient", step: str, after: str) -> dict[str, Any]:
        since_ms = int(self.since.timestamp() * 1000)
        event = {"step": step, "since_ms": since_ms, "after": after}
        try:
            answer = client.invoke(FunctionName=self.function, Payload=json.dumps(event).encode())
        except (ClientError, BotoCoreError) as error:
            raise CliError(
                f"{self.function} cannot be called: {error}. Check --stage, --profile and --region."
            ) from error
        told: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise CliError(
                f"The step {step} failed ({told.get('errorType', 'unknown')}): see the log of "
                f"{self.function}. Nothing is done twice: run the command again."
            )
        return told


def since_from(text: str) -> datetime:
    """A time with a zone, such as 2026-11-24T08:00:00Z."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = datetime.min  # noqa: DTZ901 (it has no zone, so it is refused)
    if when.tzinfo is None:
        raise CliError(f"{text} is no time with a zone, as in 2026-11-24T08:00:00Z.")
    return when


def replay(stage: "Stage", since: str) -> Counter[str]:
    client: LambdaClient = stage.session.client(
        "lambda", endpoint_url=stage.endpoint, config=PATIENCE
    )
    function = stage.outputs("rights")["ErasureFunctionName"]
    return Replay(function=function, since=since_from(since)).run(client)
