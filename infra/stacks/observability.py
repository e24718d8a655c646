"""Who is told when something is wrong, and where to look."""

from aws_cdk import CfnOutput
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.config import StageConfig
from infra.stacks.api import ApiStack
from infra.stacks.base import StageStack
from infra.stacks.data import DataStack
from infra.stacks.ingress import IngressStack
from infra.stacks.messaging import MessagingStack


class ObservabilityStack(StageStack):
    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        data: DataStack,
        ingress: IngressStack,
        messaging: MessagingStack,
        api: ApiStack,
    ) -> None:
        super().__init__(scope, "observability", stage=stage, purpose="alarms and dashboard")
        self.topic = sns.Topic(self, "Alarms", master_key=data.keys.operations, enforce_ssl=True)
        if stage.tenant.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(stage.tenant.alarm_email))
        CfnOutput(self, "AlarmTopicArn", value=self.topic.topic_arn)
