"""A stage file that is wrong says where and how before anything is deployed."""

from dataclasses import replace

import pytest

from functions.core.consent.controller import Controller
from functions.core.consent.rules import rules
from functions.core.consent.vocabulary import Purpose, Strength
from infra.config import load_stage
from infra.limits import limit
from infra.retention import RetentionError
from infra.stage_checks import CONTROLLER
from infra.tenant import TenantFileError, Witness, load_tenant

GOOD = {
    "portfolio_id": '"100000000000001"',
    "waba_id": '"100000000000002"',
    "phone_number_ids": '["100000000000003"]',
    "controller": "{" + ", ".join(f'{key} = "x"' for key in CONTROLLER[:4]) + ", "
    'privacy_url = "https://x.example", jurisdiction = "DE", storage_location = "EU", '
    'authority = "x"}',
}

LOG_KEY = "100000000000001.amana/prod+c0ffee00+Ak1G/+=="
CALLER = "arn:aws:iam::444455556666:role/amana-prod-audit-SequencerRole"


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
        regimes='["gdpr", "mifid2"]',
        retention_classes='["mifid-ii-16-7-requested"]',
        retention="{communications_days = 3000}",
        content='{marketing = {store = "metadata"}, service = {days = 30}}',
        profile_names="false",
        card_policy='"mask"',
        language='"de"',
        media_malware_scan="true",
        timezone='"Europe/Berlin"',
        first_contact_notice="true",
        consent='{marketing = {strength = "attested", cap_messages = 2}}',
        witness_function='"arn:aws:lambda:eu-central-1:111122223333:function:witness"',
        witness=f'{{name = "w", log_keys = ["{LOG_KEY}"], callers = ["{CALLER}"]}}',
    )
    assert tenant.phone_number_ids == ("100000000000003", "100000000000004")
    assert tenant.alarm_email == "on-call@example.com"
    assert (tenant.account, tenant.region) == ("123456789012", "eu-central-1")
    assert tenant.reserve_concurrency is False
    assert tenant.messages_per_second == 20
    assert (tenant.regimes, tenant.retention) == (("gdpr", "mifid2"), {"communications_days": 3000})
    assert tenant.retention_classes == ("mifid-ii-16-7-requested",)
    assert tenant.content_rules == '{"marketing":{"store":"metadata"},"service":{"days":30}}'
    assert tenant.profile_names is False
    assert (tenant.card_policy, tenant.language) == ("mask", "de")
    assert tenant.media_malware_scan is True
    assert (tenant.timezone, tenant.first_contact_notice) == ("Europe/Berlin", True)
    changed = rules(tenant.consent_rules)[Purpose.MARKETING]
    assert (changed.strength, changed.cap_messages) == (Strength.ATTESTED, 2)
    assert Controller.parse(tenant.controller_json).privacy_url == "https://x.example"
    assert tenant.witness_function == "arn:aws:lambda:eu-central-1:111122223333:function:witness"
    assert tenant.witness == Witness(name="w", log_keys=(LOG_KEY,), callers=(CALLER,))


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
        ({"retention_classes": "[]"}, "retention_classes must be a list with at least one class"),
        ({"retention_classes": '["mifid-ii-16-7"]'}, "one of gdpr-17-3-e, mifid-ii-16-7-requested"),
        ({"regimes": "[]"}, "regimes must be a list with at least one regime"),
        (
            {"regimes": '["dora"]'},
            "must be one of ccpa, finra, gdpr, hipaa, mifid2",
        ),
        ({"retention": "1"}, "retention must be a table of communications_days, contact_days"),
        ({"retention": "{key_days = 1}"}, "export_days, not key_days"),
        ({"retention": "{export_days = 0}"}, "whose export_days is a whole number from 1"),
        ({"content": "1"}, "content must be tables by purpose: marketing"),
        ({"content": "{spam = {days = 1}}"}, "service, not spam"),
        ({"content": "{service = 1}"}, 'a table service of store = "full" or "metadata"'),
        ({"content": '{service = {store = "none"}}'}, "a table service of store"),
        ({"content": '{service = {store = "full", days = 1}}'}, "a table service of store"),
        ({"content": "{service = {days = 0}}"}, "a table service of store"),
        ({"profile_names": '"no"'}, "profile_names must be true or false"),
        ({"card_policy": '"keep"'}, "card_policy must be one of mask_and_deflect, mask"),
        ({"language": '"German"'}, "language must be one of en, ar"),
        ({"media_malware_scan": "1"}, "media_malware_scan must be true or false"),
        ({"controller": None}, "controller is missing"),
        ({"controller": '"Example Clinic"'}, "controller must be a table of name, address"),
        ({"controller": '{name = "x"}'}, "controller must be a table whose address is a text"),
        ({"timezone": '"Berlin"'}, "timezone must be a time zone"),
        ({"first_contact_notice": '"on"'}, "first_contact_notice must be true or false"),
        ({"consent": "{spam = {}}"}, "marketing, utility, authentication, service, not spam"),
        ({"consent": "{marketing = 1}"}, "tables by purpose"),
        ({"consent": "{marketing = {colour = 1}}"}, "not colour"),
        ({"consent": '{marketing = {strength = "firm"}}'}, "whose strength is one of imported"),
        ({"consent": "{marketing = {quiet_from = 24}}"}, "whose quiet_from is a whole number"),
        ({"consent": "{utility = {cap_days = 1}}"}, "with both of cap_messages and cap_days"),
        ({"witness_function": '"witness"'}, "witness_function must be the ARN of a function"),
        ({"witness": '"w"'}, "witness must be a table with a name"),
        ({"witness": "{log_keys = []}"}, "witness must be a table with a name"),
        ({"witness": '{name = "a b"}'}, "whose name is a name without spaces or plus"),
        ({"witness": '{name = "w", keys = []}'}, "of name, log_keys, callers, not keys"),
        ({"witness": '{name = "w", log_keys = ["k"]}'}, r"whose log_keys is name\+key id"),
        ({"witness": '{name = "w", callers = ["*"]}'}, "whose callers is the ARN of a role"),
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


def under(stage, *regimes, **changes):
    """The stage as a stage file with these laws would make it."""
    config = load_stage(stage)
    named = {"retention_classes": (), **changes}
    return replace(config, tenant=replace(config.tenant, regimes=regimes, **named))


def test_only_production_locks_beyond_anyones_reach():
    modes = {
        name: load_stage(name).archive_lock_mode for name in ("dev", "staging", "prod", "local")
    }
    assert modes == {
        "dev": "GOVERNANCE",
        "staging": "GOVERNANCE",
        "prod": "COMPLIANCE",
        "local": "GOVERNANCE",
    }


def test_the_longest_duty_to_keep_messages_decides_how_long_the_archive_is_locked():
    one = under("prod", "sec", "gdpr").archive_retention
    both = under("prod", "sec", "mifid2").archive_retention
    asked = under("prod", "mifid2", retention_classes=("mifid-ii-16-7-requested",))
    assert (one.name, one.days) == ("sec-17a-4-b-4", 1096)
    assert (both.name, both.days) == ("mifid-ii-16-7", 1827)
    assert asked.archive_retention.days == 2557


def test_who_names_no_law_gets_the_longest_that_any_demands_of_its_own_accord():
    prod = load_stage("prod")
    assert prod.archive_retention.name == "hipaa-164-316-b-2"
    assert prod.archive_retention_bound_days == 2557


def test_a_law_without_a_duty_to_keep_locks_for_the_shortest_time_there_is():
    assert under("prod", "gdpr").archive_retention.days == 1


@pytest.mark.parametrize("stage", ["dev", "staging", "local"])
def test_other_stages_lock_for_a_day_and_refuse_a_law_of_years(stage):
    assert load_stage(stage).archive_retention.days == 1
    with pytest.raises(
        RetentionError, match=f"{stage}.toml: regimes .* at most 30 days"
    ) as refused:
        _ = under(stage, "mifid2").archive_retention
    assert "mifid-ii-16-7 asks for 1827" in str(refused.value)


@pytest.mark.parametrize("name", ["dev", "staging", "prod", "local"])
def test_a_destroyed_key_is_gone_from_every_backup_within_the_days_that_are_promised(name):
    stage = load_stage(name)
    assert stage.unrecoverable_within_days == stage.epoch_days + 2 + stage.epoch_key_pending_days
    # sooner than backups end, or epochs would gain nothing over waiting for that
    assert stage.unrecoverable_within_days < limit("dynamodb_point_in_time_recovery")
    shortest, longest = limit("kms_pending_deletion_least"), limit("kms_pending_deletion_most")
    assert shortest <= stage.epoch_key_pending_days <= longest
