"""(b) What a cold start imports, and how long it takes, beside a bare boto3 client."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench import calls
from bench.results import Number, Section, spread
from bench.timing import Spread, ratio

_ROOT = Path(__file__).parent.parent
_AIM = 1.15
_ROUNDS = 15
_FEW_ROUNDS = 5
_FORBIDDEN = ("pydantic", "pydantic_core", "aws_lambda_powertools.event_handler")
_TIMED = "import time\nbegin = time.process_time()\n{}\nprint(time.process_time() - begin)"
_BARE = "import boto3\nboto3.client('sqs')"
# Clients come with the import only inside Lambda: see functions/webhook/wiring.py.
_WEBHOOK = "import functions.webhook.handler\nfrom functions.core.runtime import aws\naws.sqs()"
_IN_LAMBDA = "import functions.webhook.handler"
_MODULES = """
import json, sys
from bench import bodies, calls
from bench.webhook import without_aws
with without_aws() as handler:
    answer = handler(calls.posted(bodies.encoded(bodies.batch(1, people=1))), calls.Context())
print(json.dumps([answer["statusCode"], sorted(sys.modules)]))
"""


def measure() -> Section:
    with tempfile.TemporaryDirectory(prefix="amana-bench-") as cache:
        turns: dict[str, list[float]] = {"webhook": [], "bare": []}
        for each, code in (("webhook", _WEBHOOK), ("bare", _BARE)):
            _seconds(code, cache)  # compiles, so that bytecode is there as in a built asset
            turns[each] = []
        for number in range(_ROUNDS):
            for name in ("webhook", "bare") if number % 2 == 0 else ("bare", "webhook"):
                code = _WEBHOOK if name == "webhook" else _BARE
                turns[name].append(_seconds(code, cache))
        in_lambda = [_seconds(_IN_LAMBDA, cache, in_lambda=True) for _ in range(_FEW_ROUNDS)]
    numbers = [
        spread("import + sqs client: ratio", ratio(turns, "webhook", "bare"), "x", target=_AIM),
        spread("webhook: import + sqs client", Spread.of(turns["webhook"]), "ms", scale=1e3),
        spread("boto3: import + sqs client", Spread.of(turns["bare"]), "ms", scale=1e3),
        spread("webhook: all clients, as in Lambda", Spread.of(in_lambda), "ms", scale=1e3),
        *_forbidden(),
    ]
    return Section(
        key="starts",
        title="(b) webhook: what a cold start imports, beside boto3.client('sqs')",
        numbers=numbers,
        notes=[
            f"{_ROUNDS} fresh interpreters each, in turns, with bytecode in place; processor time.",
            "Modules are looked at after the function has taken a signed webhook.",
        ],
    )


def seconds_to_import(functions: list[str]) -> dict[str, float]:
    """Median time to import the handler of each function, all its clients included."""
    with tempfile.TemporaryDirectory(prefix="amana-bench-") as cache:
        result = {}
        for name in functions:
            code = f"import functions.{name}.handler"
            _seconds(code, cache, in_lambda=True)
            times = [_seconds(code, cache, in_lambda=True) for _ in range(_FEW_ROUNDS)]
            result[name] = Spread.of(times).median
        return result


def _forbidden() -> list[Number]:
    status, modules = json.loads(_run(_MODULES, {}))
    if status != 200:  # noqa: PLR2004 - HTTP's OK
        raise RuntimeError(f"the webhook function answered {status}")
    return [
        Number(
            name=f"modules of {package}",
            value=sum(m == package or m.startswith(f"{package}.") for m in modules),
            unit="imported",
            target=0,
            hard=True,
        )
        for package in _FORBIDDEN
    ]


def _seconds(code: str, cache: str, *, in_lambda: bool = False) -> float:
    settings = {"PYTHONPYCACHEPREFIX": cache}
    if in_lambda:
        settings["AWS_LAMBDA_FUNCTION_NAME"] = "bench"
    return float(_run(_TIMED.format(code), settings))


def _run(code: str, extra: Mapping[str, str]) -> str:
    left_out = ("PYTHONDONTWRITEBYTECODE", "AWS_PROFILE", "AWS_ENDPOINT_URL")
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code],
        cwd=_ROOT,
        env={**inherited, **calls.environment(), **extra},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"a fresh interpreter failed: {done.stderr.strip()}")
    return done.stdout
