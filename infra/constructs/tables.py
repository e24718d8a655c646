"""A table with the defaults this platform asks of all of them."""

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from functions.core.retention.due import INDEX
from infra.constructs.lifecycle import removal_policy


def string_key(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


# where what is due is found: name, partition key, sort key
RETENTION = (INDEX, "retain_shard", "retain_at")


def add_index(table: dynamodb.Table, name: str, partition: str, sort: str) -> None:
    """What stands in an item is written once; indexes only point at it."""
    table.add_global_secondary_index(
        index_name=name,
        partition_key=string_key(partition),
        sort_key=string_key(sort),
        projection_type=dynamodb.ProjectionType.KEYS_ONLY,
    )


class Table(dynamodb.Table):
    """`Table` and not `TableV2`, because no rule pack sees the latter."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        retain: bool,
        sort_key: str | None = None,
        stream: dynamodb.StreamViewType | None = None,
        time_to_live_attribute: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            partition_key=string_key("pk"),
            sort_key=string_key(sort_key) if sort_key else None,
            # conversations come in bursts; nobody should plan capacity for them
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            stream=stream,
            time_to_live_attribute=time_to_live_attribute,
            deletion_protection=retain,
            removal_policy=removal_policy(retain=retain),
        )
