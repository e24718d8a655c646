"""A message that fails is tried a bounded number of times, kept, and somebody is told."""

import pytest

from functions.core.runtime.policies import value
from infra.build import function_names


def test_every_queue_is_a_dead_letter_queue_or_has_one_of_its_own_kind(prod):
    queues = {each.id: each for each in prod.of_type("AWS::SQS::Queue")}
    for queue in queues.values():
        if queue.id in _dead_letter_ids(prod):
            assert queue.properties["MessageRetentionPeriod"] == 14 * 86_400, queue
            continue
        redrive = queue.properties["RedrivePolicy"]
        # media are waited for, see policies/media.toml
        tries = value("media", "fetch", "tries") if queue.id.startswith("Media") else 5
        assert redrive["maxReceiveCount"] == tries, queue
        dlq = queues[redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        assert dlq.properties.get("FifoQueue") == queue.properties.get("FifoQueue"), queue


def test_every_dead_letter_queue_has_an_alarm_on_its_first_message(prod):
    watched = {
        alarm.properties["Dimensions"][0]["Value"]["Fn::ImportValue"].split("GetAtt")[1]
        for alarm in prod.of_type("AWS::CloudWatch::Alarm")
        if alarm.properties.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and alarm.properties["Threshold"] == 1
    }
    for id_ in _dead_letter_ids(prod):
        assert any(each.startswith(id_) for each in watched), id_


@pytest.mark.parametrize(
    ("metric", "count"),
    [
        ("ApproximateAgeOfOldestMessage", 3),
        ("SignatureFailures", 1),
        ("ChannelStopped", 1),
        ("5XXError", 2),
        # a witness has its own, in its own stack
        ("Errors", len(function_names()) - 1),
        ("Throttles", len(function_names()) - 1),
        ("CiphertextRefused", 1),
        ("IteratorAge", 2),
        ("MediaOverdue", 1),
        ("ArchiveLostObjects", 1),
        ("ArchiveGaps", 1),
        ("AuditBatches", 1),
        ("WitnessRefused", 1),
        ("ExecutionsFailed", 6),
        ("ExecutionsTimedOut", 6),
        ("RightsOverdue", 1),
        ("RightsHoursLeft", 1),
        ("RightsLocked", 1),
        ("RightsUntold", 1),
        ("RetentionOverdue", 1),
        ("RetentionRuns", 1),
    ],
)
def test_there_is_an_alarm_on(prod, metric, count):
    alarms = [
        alarm
        for alarm in prod.of_type("AWS::CloudWatch::Alarm")
        if alarm.properties.get("MetricName") == metric
    ]
    assert len(alarms) == count


def test_every_alarm_tells_somebody_and_says_what_to_do(prod):
    for alarm in prod.of_type("AWS::CloudWatch::Alarm"):
        assert alarm.properties["AlarmActions"], alarm
        assert len(alarm.properties["AlarmDescription"]) > 40, alarm


def test_alarms_may_publish_to_the_encrypted_topic(prod):
    (policy,) = prod.of_type("AWS::SNS::TopicPolicy")
    allowed = [
        statement["Principal"]
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert allowed == [{"Service": "cloudwatch.amazonaws.com"}]
    keys = [k for k in prod.of_type("AWS::KMS::Key") if k.id.startswith("KeysOperations")]
    statements = keys[0].properties["KeyPolicy"]["Statement"]
    assert {"Service": "cloudwatch.amazonaws.com"} in [each["Principal"] for each in statements]


def test_visibility_is_six_times_the_consumers_timeout(prod):
    queues = {each.id[:-8]: each.properties for each in prod.of_type("AWS::SQS::Queue")}
    functions = prod.functions()
    consumers = {"InboundQueue": "inbound", "OutboundQueue": "sender", "MediaQueue": "media"}
    for queue, consumer in consumers.items():
        timeout = functions[consumer].properties["Timeout"]
        assert queues[queue]["VisibilityTimeout"] == 6 * timeout


def test_consumers_report_single_failures_and_take_no_more_than_is_reserved(prod):
    functions = {each.id: each for each in prod.functions().values()}
    sources = [
        each.properties
        for each in prod.of_type("AWS::Lambda::EventSourceMapping")
        if "TumblingWindowInSeconds" not in each.properties
    ]
    assert len(sources) == 3
    for source in sources:
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        function = functions[source["FunctionName"]["Ref"]]
        reserved = function.properties["ReservedConcurrentExecutions"]
        assert source["ScalingConfig"]["MaximumConcurrency"] == reserved


def test_the_archiver_misses_no_change_and_is_told_its_shard(prod):
    (source,) = [
        each.properties
        for each in prod.of_type("AWS::Lambda::EventSourceMapping")
        if "Archiver" in each.properties["FunctionName"]["Ref"]
    ]
    assert "Conversations" in prod.name_of(source["EventSourceArn"])
    assert source["StartingPosition"] == "TRIM_HORIZON"
    # without a window Lambda names no shard
    assert source["TumblingWindowInSeconds"] == 60
    assert source["BisectBatchOnFunctionError"] is True
    # tried until the stream forgets
    assert "MaximumRetryAttempts" not in source
    assert "MaximumRecordAgeInSeconds" not in source
    assert "FailedInvocations" in str(source["DestinationConfig"]["OnFailure"])


def test_media_are_waited_for_longer_than_a_day_and_shorter_than_meta_keeps_them(prod):
    tries = value("media", "fetch", "tries")
    pauses = value("media", "fetch", "retries")
    waited = sum(pauses) + (tries - len(pauses)) * pauses[-1]
    (queue,) = [q for q in prod.of_type("AWS::SQS::Queue") if q.id.startswith("MediaQueue")]
    kept = queue.properties["MessageRetentionPeriod"]
    assert 86_400 < waited < kept < value("media", "lifetime", "webhook_id") * 86_400


def test_outbound_keeps_order_per_conversation_and_not_across(prod):
    (outbound,) = [q for q in prod.of_type("AWS::SQS::Queue") if q.id.startswith("OutboundQueue")]
    assert outbound.properties["FifoQueue"] is True
    assert outbound.properties["FifoThroughputLimit"] == "perMessageGroupId"
    assert outbound.properties["DeduplicationScope"] == "messageGroup"


def test_undelivered_schedule_events_and_failed_invocations_are_kept(prod):
    for rule in prod.of_type("AWS::Events::Rule"):
        (target,) = rule.properties["Targets"]
        assert "FailedInvocations" in str(target["DeadLetterConfig"]), rule
    for function in prod.functions().values():
        assert "FailedInvocations" in str(function.properties["DeadLetterConfig"]), function


def _dead_letter_ids(assembly):
    behind_queues = {
        queue.properties["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in assembly.of_type("AWS::SQS::Queue")
        if "RedrivePolicy" in queue.properties
    }
    behind_functions = {
        function.properties["DeadLetterConfig"]["TargetArn"]["Fn::GetAtt"][0]
        for function in assembly.functions().values()
    }
    return behind_queues | behind_functions
