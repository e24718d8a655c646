"""What the functions count themselves: see `functions/core/runtime/log.py`."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

NAMESPACE = "Amana"


def counted(name: str, *, period: Duration) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=NAMESPACE, metric_name=name, statistic=cloudwatch.Stats.SUM, period=period
    )


def counted_by(name: str, dimension: str, *, period: Duration) -> cloudwatch.MathExpression:
    """One line for each value that the dimension has had."""
    search = f'{{{NAMESPACE},{dimension}}} MetricName="{name}"'
    return cloudwatch.MathExpression(
        expression=f"SEARCH('{search}', 'Sum', {period.to_seconds():.0f})",
        using_metrics={},
        label="",
        period=period,
    )
