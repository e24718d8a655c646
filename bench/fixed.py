"""What a month costs before the first message: counted in the templates of `infra/`."""

import ast
from dataclasses import dataclass
from pathlib import Path

from bench.assumptions import assumed
from bench.infrastructure import Infrastructure
from bench.ledger import dollars
from functions.core.content.keyring import MAX_AGE_SECONDS
from functions.core.content.transit import LIFE_SECONDS

_FUNCTIONS = Path(__file__).parent.parent / "functions"
_SECONDS = 30 * 24 * 3600
_LONG_POLL = 20  # seconds
_DAY = 24 * 3600
_SHARDS = 8  # queries of one sweep: functions/core/conversations/model.py
_SWEEP_SECONDS = 0.3  # eight queries, the start of the function left out


@dataclass(frozen=True)
class Monthly:
    what: str
    amount: float
    price: str

    @property
    def dollars(self) -> float:
        return dollars(self.price, self.amount)


def monthly(infrastructure: Infrastructure) -> list[Monthly]:
    return [*_provisioned(infrastructure), *_running(infrastructure)]


def _provisioned(infrastructure: Infrastructure) -> list[Monthly]:
    acls = infrastructure.of_type("AWS::WAFv2::WebACL")
    alarms = infrastructure.of_type("AWS::CloudWatch::Alarm")
    metrics_of = [max(1, sum("MetricStat" in m for m in a.get("Metrics", []))) for a in alarms]
    methods = infrastructure.of_type("AWS::ApiGateway::Method")
    return [
        Monthly("KMS keys", len(infrastructure.of_type("AWS::KMS::Key")), "kms.key"),
        Monthly("KMS keys of epochs", assumed("kms", "open_epochs"), "kms.key"),
        Monthly("WAF web ACLs", len(acls), "waf.web_acl"),
        Monthly("WAF rules", sum(len(acl["Rules"]) for acl in acls), "waf.rule"),
        Monthly(
            "secrets", len(infrastructure.of_type("AWS::SecretsManager::Secret")), "secrets.secret"
        ),
        Monthly("alarms, metrics they watch", sum(metrics_of), "cloudwatch.alarm"),
        Monthly(
            "dashboards",
            len(infrastructure.of_type("AWS::CloudWatch::Dashboard")),
            "cloudwatch.dashboard",
        ),
        Monthly("metrics of our own", _own_series(), "cloudwatch.metric"),
        Monthly(
            "API Gateway's detailed metrics",
            len(methods) * assumed("metrics", "per_method") * _is_detailed(infrastructure),
            "cloudwatch.metric",
        ),
    ]


def _is_detailed(infrastructure: Infrastructure) -> bool:
    stages = infrastructure.of_type("AWS::ApiGateway::Stage")
    settings = [each for stage in stages for each in stage.get("MethodSettings", [])]
    return any(each.get("MetricsEnabled") for each in settings)


def _running(infrastructure: Infrastructure) -> list[Monthly]:
    polls = infrastructure.polled_queues * assumed("sqs", "pollers") * _SECONDS / _LONG_POLL
    sweeps = _SECONDS / 60
    memory_gb = infrastructure.memory_mib["wakeup"] / 1024
    # producers ask for a data key and for it to be opened, consumers for the latter
    sqs_keys = _SECONDS / _DAY * assumed("kms", "sqs_principals")
    table_keys = _SECONDS / (60 * assumed("kms", "table_minutes")) * assumed("kms", "table_callers")
    reads = assumed("secrets", "environments") * _SECONDS / 300
    kms = sqs_keys + table_keys + assumed("kms", "log_requests") + reads + _content_keys()
    return [
        Monthly("empty polls of queues", polls, "sqs.fifo_request"),
        Monthly("sweeps: schedule", sweeps, "events.invocation"),
        Monthly("sweeps: invocations", sweeps, "lambda.request"),
        Monthly("sweeps: time", sweeps * memory_gb * _SWEEP_SECONDS, "lambda.gb_second"),
        Monthly("sweeps: empty queries", sweeps * _SHARDS / 2, "dynamodb.read_unit"),
        Monthly("sweeps: traces", sweeps * infrastructure.traced, "xray.trace"),
        Monthly("secrets read again", reads, "secrets.request"),
        Monthly("KMS requests behind caches", kms, "kms.request"),
        Monthly("access tokens of one client", assumed("cognito", "tokens"), "cognito.token"),
    ]


def _content_keys() -> float:
    """Requests for roots of epochs and for data keys of transit, beyond those of cold starts."""
    environments = assumed("secrets", "environments")
    roots = environments * assumed("kms", "open_epochs") * _SECONDS / MAX_AGE_SECONDS
    # each of the consumers' environments opens the data key of each producer's once in its life
    pairs = environments * environments
    transit = (environments + pairs) * _SECONDS / LIFE_SECONDS
    return roots + transit


def _own_series() -> float:
    """Every `log.metric("Name", …)` in the functions; with dimensions it is several series."""
    names: dict[str, float] = {}
    for path in _FUNCTIONS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "metric":
                many = any(k.arg not in ("value", "unit") for k in node.keywords)
                name = ast.unparse(node.args[0])
                names[name] = assumed("metrics", "series") if many else 1
    return sum(names.values())
