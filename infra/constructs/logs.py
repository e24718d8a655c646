"""Log groups: encrypted, with an end."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.lifecycle import removal_policy

_RETENTION = {
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
}


class LogGroup(logs.LogGroup):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        key: kms.IKey,
        name: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            # only where AWS demands a certain name
            log_group_name=name,
            encryption_key=key,
            retention=_RETENTION[stage.log_retention_days],
            removal_policy=removal_policy(retain=stage.retain),
        )
