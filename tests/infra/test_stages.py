"""A stage file that is wrong says where and how before anything is deployed."""

import pytest

from infra.config import load_stage
from infra.limits import limit
from infra.tenant import TenantFileError, load_tenant

GOOD = {
    "portfolio_id": '"100000000000001"',
    "waba_id": '"100000000000002"',
    "phone_number_ids": '["100000000000003"]',
}


def tenant_file(folder, **changes):
    values = {**GOOD, **changes}
    lines = [f"{key} = {value}" for key, value in values.items() if value is not None]
    (folder / "test.toml").write_text("\n".join(lines))
    return load_tenant("test", folder=folder)


def test_reads_every_key(tmp_path):
    tenant = tenant_file(
        tmp_path,
        phone_number_ids='["100000000000003", "100000000000004"]',
        alarm_email='"on-call@example.com"',
        account='"123456789012"',
        region='"eu-central-1"',
        reserve_concurrency="false",
        messages_per_second="20",
    )
    assert tenant.phone_number_ids == ("100000000000003", "100000000000004")
    assert tenant.alarm_email == "on-call@example.com"
    assert (tenant.account, tenant.region) == ("123456789012", "eu-central-1")
    assert tenant.reserve_concurrency is False
    assert tenant.messages_per_second == 20


def test_sends_at_metas_ordinary_rate_unless_told_otherwise(tmp_path):
    assert tenant_file(tmp_path).messages_per_second == 80


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"waba_id": None}, "waba_id is missing"),
        ({"waba_id": "100000000000002"}, "waba_id must be 5 to 20 digits, as text"),
        ({"waba_id": '"+4915112345678"'}, "waba_id must be 5 to 20 digits"),
        ({"phone_number_ids": "[]"}, "phone_number_ids must be a list with at least one id"),
        ({"phone_number_ids": '"100000000000003"'}, "phone_number_ids must be a list"),
        ({"phone_number": '"1"'}, "phone_number is unknown; known are portfolio_id"),
        ({"alarm_email": '"nobody"'}, "alarm_email must be an e-mail address"),
        ({"account": '"123456789012"'}, "account and region are set together"),
        ({"region": '"Frankfurt"', "account": '"123456789012"'}, "region must be an AWS region"),
        ({"reserve_concurrency": '"no"'}, "reserve_concurrency must be true or false"),
        ({"messages_per_second": "0"}, "messages_per_second must be a whole number from 1 to 1000"),
        ({"messages_per_second": "true"}, "messages_per_second must be a whole number"),
        ({"waba_id": "="}, "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_key(tmp_path, changes, complaint):
    with pytest.raises(TenantFileError, match=complaint) as refused:
        tenant_file(tmp_path, **changes)
    assert "test.toml" in str(refused.value)


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(TenantFileError, match=r"nowhere.toml is missing: copy another"):
        load_tenant("nowhere", folder=tmp_path)


def test_an_unknown_stage_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="must be one of dev, staging, prod, local"):
        load_stage("production")


def test_only_the_local_stage_can_be_pointed_at_another_graph():
    assert load_stage("local", graph_url="http://127.0.0.1:1").graph_url == "http://127.0.0.1:1"
    with pytest.raises(ValueError, match="local stage only"):
        load_stage("prod", graph_url="http://127.0.0.1:1")


@pytest.mark.parametrize("name", ["dev", "staging", "prod", "local"])
def test_the_numbers_of_a_stage_are_within_what_aws_allows(name):
    stage = load_stage(name)
    assert stage.claim_check_bytes < limit("sqs_message")
    assert stage.concurrency.inbound >= limit("event_source_concurrency_floor")
    assert stage.concurrency.sender >= limit("event_source_concurrency_floor")
    # a webhook of 3 MB grows by a third in base64
    assert 3_000_000 * 4 / 3 < limit("lambda_request_payload") < limit("api_gateway_payload")


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_production_stages_keep_their_data(name):
    assert load_stage(name).retain
