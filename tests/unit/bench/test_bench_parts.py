"""The bench's own webhooks, events, log lines, Lambda's time and the month."""

import datetime as dt
import json

import pytest

from bench import bodies, calls, fixed, fold, logs, meter, runner, webhook
from bench.infrastructure import Infrastructure
from functions.core.runtime.streams import attribute, change_from, shard_of
from functions.core.whatsapp.model import UpdateKind
from functions.core.whatsapp.updates import updates


def test_a_batch_holds_so_many_updates_and_none_unknown():
    found = updates(bodies.encoded(bodies.batch(40, people=5)))
    assert len(found) == 40
    assert {update.kind for update in found} == {UpdateKind.MESSAGE, UpdateKind.STATUS}
    assert not [update for update in found if update.unknown]


def test_statuses_carry_our_id_and_a_price_until_read():
    told = [bodies.status(s, "wamid.1", bodies.person(1), "m_1") for s in ("sent", "read")]
    sent, read = (change["value"]["statuses"][0] for change in told)
    assert sent["biz_opaque_callback_data"] == read["biz_opaque_callback_data"] == "m_1"
    assert "pricing" in sent
    assert "pricing" not in read


def test_the_real_webhook_function_takes_the_benchs_webhook_and_no_other():
    event = calls.posted(bodies.encoded(bodies.batch(1, people=1)))
    with webhook.without_aws() as handler:
        assert handler(event, calls.Context())["statusCode"] == 200
        forged = {**event, "body": event["body"][:-4] + "AAAA"}
        assert handler(forged, calls.Context())["statusCode"] == 401


def test_a_setting_that_the_bench_does_not_know_is_an_error():
    with pytest.raises(KeyError, match="conversations_table"):
        calls.environment(
            {
                "inbound_queue_url": "q",
                "transit_bucket": "b",
                "claim_check_bytes": 1,
                "meta_secret_arn": "a",
                "transit_key_arn": "a",
                "outbox_table": "o",
            }
        )


def test_queue_attributes_reach_the_function_under_lambdas_names():
    message = {
        "MessageId": "1",
        "ReceiptHandle": "r",
        "Body": "b",
        "MD5OfBody": "0",
        "Attributes": {"ApproximateReceiveCount": "1"},
        "MessageAttributes": {"encoding": {"DataType": "String", "StringValue": "text"}},
    }
    [record] = calls.received([message], "inbound")["Records"]
    assert record["messageAttributes"] == {
        "encoding": {"stringValue": "text", "dataType": "String"}
    }


def test_changes_reach_the_archiver_as_lambda_hands_them_over():
    image = {"pk": {"S": "NODE#n1"}, "sk": {"S": "NODE"}, "sealed_value": {"B": b"\x00\xff"}}
    told = {
        "ApproximateCreationDateTime": dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
        "Keys": {name: image[name] for name in ("pk", "sk")},
        "NewImage": image,
        "SequenceNumber": "5",
    }
    event = calls.streamed([{"eventID": "1", "eventName": "INSERT", "dynamodb": told}])
    assert json.loads(json.dumps(event)) == event
    change = change_from(event["Records"][0])
    assert (change.sequence, change.pk) == (5, "NODE#n1")
    assert attribute(change.new, "sealed_value") == b"\x00\xff"
    assert shard_of(event, "window")


def test_only_queues_are_polled_at_our_cost(infrastructure):
    stream = resource(
        "AWS::Lambda::EventSourceMapping",
        StartingPosition="TRIM_HORIZON",
        MaximumBatchingWindowInSeconds=60,
    )
    resources = {"S": stream, "Q": resource("AWS::Lambda::EventSourceMapping")}
    with_sources = Infrastructure({**infrastructure.templates, "x": {"Resources": resources}})
    assert with_sources.polled_queues == 1


def test_less_memory_is_a_slower_processor_but_no_shorter_wait():
    waiting = meter.gb_seconds(0, 98, 1024), meter.gb_seconds(0, 98, 512)
    assert waiting == (pytest.approx(0.1), pytest.approx(0.05))
    computing = [meter.gb_seconds(1, 0, mib) for mib in (512, 1024)]
    assert computing[0] == pytest.approx(computing[1], rel=0.01)


def test_a_start_is_shared_by_all_invocations():
    assert meter.cold_gb_seconds(0.5, 1024) == pytest.approx(0.02)


def test_by_x_rays_own_rule_more_requests_are_traced_less(infrastructure):
    one, four = (runner.traced_share(n, infrastructure) for n in (1, 4))
    assert 0.5 < one < 1
    assert four < one / 2


def test_a_rule_of_the_stage_replaces_x_rays_own(infrastructure):
    rule = resource("AWS::XRay::SamplingRule", SamplingRule={"ReservoirSize": 0, "FixedRate": 0.01})
    ruled = Infrastructure({**infrastructure.templates, "x": {"Resources": {"R": rule}}})
    assert runner.traced_share(1, ruled) == pytest.approx(0.01)


def test_what_is_logged_follows_from_the_templates(infrastructure):
    assert infrastructure.logs_invocations
    quiet = resource("AWS::Lambda::Function", LoggingConfig={"SystemLogLevel": "WARN"})
    dropping = resource(
        "AWS::WAFv2::LoggingConfiguration", LoggingFilter={"DefaultBehavior": "DROP"}
    )
    less = Infrastructure({"all": {"Resources": {"F": quiet, "W": dropping}}})
    assert not less.logs_invocations
    assert not less.logs_allowed_requests


def resource(kind, **properties):
    return {"Type": kind, "Properties": properties}


@pytest.fixture
def infrastructure():
    rules = [{"Name": "RatePerAddress"}, {"Name": "Common", "OverrideAction": {"None": {}}}]
    traced = {"Mode": "Active"}
    resources = {
        "A": resource("AWS::WAFv2::WebACL", Rules=rules),
        "B": resource("AWS::KMS::Key"),
        "C": resource("AWS::CloudWatch::Alarm", MetricName="m"),
        "D": resource("AWS::CloudWatch::Alarm", Metrics=[{"MetricStat": {}}, {"MetricStat": {}}]),
        "E": resource(
            "AWS::Lambda::Function",
            Handler="functions.wakeup.handler.handler",
            MemorySize=256,
            TracingConfig=traced,
        ),
        "F": resource(
            "AWS::ApiGateway::Stage",
            AccessLogSetting={"Format": json.dumps({"id": "$context.requestId"})},
        ),
    }
    return Infrastructure({"all": {"Resources": resources}})


def test_the_month_is_counted_in_the_templates(infrastructure):
    months = {month.what: month for month in fixed.monthly(infrastructure)}
    assert months["WAF web ACLs"].dollars == 5
    assert months["WAF rules"].dollars == 2
    assert months["KMS keys"].dollars == 1
    assert months["KMS keys of epochs"].dollars == 2
    assert months["alarms, metrics they watch"].amount == 3
    assert months["metrics of our own"].amount > 3
    assert months["sweeps: traces"].amount == 43_200


def test_log_lines_are_counted_with_what_cloudwatch_adds(infrastructure):
    assert logs.lines_bytes("ab\ncd\n") == 2 * (2 + 26)
    assert logs.access_bytes(infrastructure) == len(json.dumps({"id": "0" * 36})) + 26
    assert 1_500 < logs.waf_bytes(infrastructure) < 4_000


def test_folding_is_timed_on_fresh_stores(monkeypatch):
    monkeypatch.setattr(fold, "_SIZES", (2, 4))
    monkeypatch.setattr(fold, "_REPEATED", 2)
    section = fold.measure()
    assert [n.name.endswith("exponent") for n in section.numbers].count(True) == 2
    assert all(n.value for n in section.numbers)
