"""Alarms that reach a person, in one vocabulary."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledge import SERVERLESS, acknowledge

FIVE_MINUTES = Duration.minutes(5)
ONE_MINUTE = Duration.minutes(1)
_AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


class Alarms(Construct):
    """A topic, and the alarms that write to it; `email` also reads it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, key: kms.IKey, email: str | None
    ) -> None:
        super().__init__(scope, construct_id)
        self.all: list[cloudwatch.Alarm] = []
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        # a policy of one's own replaces the default one, under which alarms may publish
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if email:
            self._subscribe(email)

    def _subscribe(self, email: str) -> None:
        subscription = self.topic.add_subscription(subscriptions.EmailSubscription(email))
        acknowledge(
            subscription,
            "SNSRedrivePolicy",
            SERVERLESS,
            reason=(
                "A mail that cannot be delivered would lie in a queue nobody is told of either. "
                "Compensating controls: SNS repeats for hours, the alarm stays on the dashboard "
                "until its cause is gone, and other subscribers of the topic are not affected."
            ),
        )

    def when(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        *,
        at_least: float,
        means: str,
        periods: int = 1,
    ) -> None:
        """`means`: what happened and what to do, for the person who is woken."""
        self._add(
            cloudwatch.Alarm(
                self,
                name,
                metric=metric,
                threshold=at_least,
                evaluation_periods=periods,
                comparison_operator=_AT_LEAST,
                alarm_description=means,
                # no traffic is no trouble
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
        )

    def when_silent(
        self, name: str, metric: cloudwatch.IMetric, *, periods: int, means: str
    ) -> None:
        """Of what is counted whether or not anybody does anything: nothing in so many periods."""
        self._add(
            cloudwatch.Alarm(
                self,
                name,
                metric=metric,
                threshold=1,
                evaluation_periods=periods,
                comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
                alarm_description=means,
                # who is gone counts nothing
                treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
            )
        )

    def _add(self, alarm: cloudwatch.Alarm) -> None:
        action = actions.SnsAction(self.topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        self.all.append(alarm)

    def when_not_empty(self, name: str, dlq: sqs.IQueue, *, means: str) -> None:
        metric = dlq.metric_approximate_number_of_messages_visible(
            period=ONE_MINUTE, statistic=cloudwatch.Stats.MAXIMUM
        )
        self.when(name, metric, at_least=1, means=means)

    def when_waiting(self, name: str, queue: sqs.IQueue, *, seconds: int, means: str) -> None:
        metric = queue.metric_approximate_age_of_oldest_message(
            period=ONE_MINUTE, statistic=cloudwatch.Stats.MAXIMUM
        )
        self.when(name, metric, at_least=seconds, means=means, periods=3)
