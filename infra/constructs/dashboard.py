"""One page that answers: does it work, and if not, where does it hurt?"""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from infra.constructs.alarms import FIVE_MINUTES
from infra.constructs.metrics import counted, counted_by

_HALF, _THIRD = 12, 8


class Dashboard(cloudwatch.Dashboard):
    def add_alarms(self, alarms: Sequence[cloudwatch.IAlarm]) -> None:
        self.add_widgets(cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=24))

    def add_messages(self) -> None:
        self.add_widgets(
            _graph(
                "Accepted, by type", [counted_by("MessagesAccepted", "type", period=FIVE_MINUTES)]
            ),
            _graph(
                "Sent, by outcome", [counted_by("MessagesSettled", "state", period=FIVE_MINUTES)]
            ),
            _graph(
                "Webhooks nobody signed; channel stopped",
                [
                    counted(name, period=FIVE_MINUTES)
                    for name in ("SignatureFailures", "ChannelStopped")
                ],
            ),
            _graph("Unknown, by kind", [counted_by("UnknownUpdates", "kind", period=FIVE_MINUTES)]),
        )

    def add_content(self, archiver: lambda_.IFunction) -> None:
        lag = _lag(archiver, "oldest change not archived")
        self.add_widgets(
            _graph(
                "Card numbers masked",
                [counted_by("CardNumbersMasked", "direction", period=FIVE_MINUTES)],
            ),
            _graph("Media, by state", [counted_by("MediaSettled", "state", period=FIVE_MINUTES)]),
            _graph("Archive: milliseconds behind", [lag]),
        )

    def add_audit_log(self, sequencer: lambda_.IFunction) -> None:
        counts = ("AuditSequenced", "AuditBatches")
        self.add_widgets(
            _graph(
                "Audit log: entries and batches",
                [counted(name, period=FIVE_MINUTES) for name in counts],
            ),
            _graph("Audit log: witness refused", [counted("WitnessRefused", period=FIVE_MINUTES)]),
            _graph("Audit log: milliseconds behind", [_lag(sequencer, "oldest entry not in it")]),
        )

    def add_apis(self, apis: Mapping[str, apigateway.RestApi]) -> None:
        for name, api in apis.items():
            self.add_widgets(
                _graph(
                    f"{name}: requests and refusals",
                    [
                        api.metric_count(period=FIVE_MINUTES),
                        api.metric_client_error(period=FIVE_MINUTES),
                        api.metric_server_error(period=FIVE_MINUTES),
                    ],
                    width=_HALF,
                ),
                _graph(
                    f"{name}: milliseconds",
                    [api.metric_latency(period=FIVE_MINUTES, statistic=s) for s in ("p50", "p99")],
                    width=_HALF,
                ),
            )

    def add_queues(self, queues: Mapping[str, sqs.IQueue], dlqs: Mapping[str, sqs.IQueue]) -> None:
        self.add_widgets(
            _graph("Waiting", [_waiting(name, queue) for name, queue in queues.items()]),
            _graph("Age of the oldest, seconds", [_age(name, q) for name, q in queues.items()]),
            _graph("Given up", [_waiting(name, queue) for name, queue in dlqs.items()]),
        )

    def add_functions(self, functions: Mapping[str, lambda_.IFunction]) -> None:
        each = functions.items()
        self.add_widgets(
            _graph("Errors", [f.metric_errors(label=name) for name, f in each]),
            _graph(
                "Milliseconds, p99",
                [f.metric_duration(label=name, statistic="p99") for name, f in each],
            ),
            _graph("Throttled", [f.metric_throttles(label=name) for name, f in each]),
        )

    def add_tables(self, tables: Mapping[str, dynamodb.ITable]) -> None:
        for kind in ("Read", "Write"):
            metrics: list[cloudwatch.IMetric] = [
                table.metric(
                    f"Consumed{kind}CapacityUnits", statistic="Sum", label=name, period=FIVE_MINUTES
                )
                for name, table in tables.items()
            ]
            self.add_widgets(_graph(f"{kind} units", metrics, width=_HALF))


def _graph(
    title: str, metrics: Sequence[cloudwatch.IMetric], *, width: int = _THIRD
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=metrics, width=width)


def _lag(function: lambda_.IFunction, label: str) -> cloudwatch.Metric:
    return function.metric(
        "IteratorAge", label=label, statistic=cloudwatch.Stats.MAXIMUM, period=FIVE_MINUTES
    )


def _waiting(name: str, queue: sqs.IQueue) -> cloudwatch.Metric:
    return queue.metric_approximate_number_of_messages_visible(label=name, period=FIVE_MINUTES)


def _age(name: str, queue: sqs.IQueue) -> cloudwatch.Metric:
    return queue.metric_approximate_age_of_oldest_message(
        label=name, statistic="Maximum", period=FIVE_MINUTES
    )
