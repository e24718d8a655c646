"""What is entrusted survives: deletion, mistakes, and the wrong command in the right account."""

import pytest

from tests.fakes import tables

STATEFUL = {
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::KMS::Key",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
    "AWS::Logs::LogGroup",
    "AWS::Cognito::UserPool",
    "AWS::Backup::BackupVault",
}

# as the data stack names them, and their schema
TABLES = {
    "Conversations": tables.conversations_schema(),
    "Ephemeral": tables.ephemeral_schema(),
    "ContentKeys": tables.content_keys_schema(),
    "Compliance": tables.compliance_schema(),
    "Consent": tables.consent_schema(),
    "Outbox": tables.outbox_schema(),
}


@pytest.mark.parametrize("stage", ["prod", "staging"])
def test_production_stages_retain_every_stateful_resource(assembled, stage):
    stateful = [each for each in assembled(stage).resources if each.type in STATEFUL]
    assert {each.type for each in stateful} == STATEFUL
    for each in stateful:
        assert each.body["DeletionPolicy"] == "Retain", each
        assert each.body["UpdateReplacePolicy"] == "Retain", each


@pytest.mark.parametrize("stage", ["prod", "staging"])
def test_production_stages_refuse_deletion_of_tables_users_and_stacks(assembled, stage):
    assembly = assembled(stage)
    for table in assembly.of_type("AWS::DynamoDB::Table"):
        assert table.properties["DeletionProtectionEnabled"] is True, table
    for pool in assembly.of_type("AWS::Cognito::UserPool"):
        assert pool.properties["DeletionProtection"] == "ACTIVE", pool
    assert all(stack["terminationProtection"] for stack in assembly.stacks().values())


def test_a_dev_stage_leaves_nothing_behind_but_the_accounts_logging_role(dev):
    kept = {each.type for each in dev.resources if each.body.get("DeletionPolicy") == "Retain"}
    assert kept <= {"AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::ApiGateway::Account"}


def test_every_table_has_point_in_time_recovery_and_a_customer_managed_key(prod):
    tables = prod.of_type("AWS::DynamoDB::Table")
    assert {each.id[:-8] for each in tables} == set(TABLES)
    for table in tables:
        recovery = table.properties["PointInTimeRecoverySpecification"]
        assert recovery["PointInTimeRecoveryEnabled"] is True, table
        assert "KMSMasterKeyId" in table.properties["SSESpecification"], table


def test_backups_end_when_point_in_time_recovery_does(prod):
    (plan,) = prod.of_type("AWS::Backup::BackupPlan")
    (rule,) = plan.properties["BackupPlan"]["BackupPlanRule"]
    assert rule["Lifecycle"]["DeleteAfterDays"] == 35


def test_every_table_is_in_the_weekly_backup(prod):
    (selection,) = prod.of_type("AWS::Backup::BackupSelection")
    saved = [prod.name_of(each) for each in selection.properties["BackupSelection"]["Resources"]]
    assert sorted(saved) == sorted(f"<{name}.Arn>" for name in TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_the_schema_that_other_tests_use(prod, name):
    assert _schema(_table(prod, name)) == _schema(TABLES[name])


def test_changes_of_conversations_and_entries_for_the_log_can_be_followed_and_nothing_else(prod):
    followed = {
        name: _table(prod, name)["StreamSpecification"]["StreamViewType"]
        for name in TABLES
        if "StreamSpecification" in _table(prod, name)
    }
    # of keys it would be one more copy
    assert followed == {"Conversations": "NEW_AND_OLD_IMAGES", "Outbox": "NEW_IMAGE"}


@pytest.mark.parametrize("name", ["Ephemeral", "Outbox"])
def test_what_is_kept_for_a_while_only_expires(prod, name):
    assert _table(prod, name)["TimeToLiveSpecification"] == {
        "AttributeName": "expires_at",
        "Enabled": True,
    }


def test_exports_are_gone_after_a_day(prod):
    (exports,) = [b for b in prod.of_type("AWS::S3::Bucket") if b.id.startswith("Exports")]
    rules = exports.properties["LifecycleConfiguration"]["Rules"]
    # of people's own data the files may be fetched for a month
    ends = {rule.get("Prefix"): rule["ExpirationInDays"] for rule in rules}
    assert ends == {None: 30, "e_": 1, "imports/": 1}
    assert all(rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1} for rule in rules)


def test_a_claim_check_outlives_every_message_that_may_point_at_it(prod):
    (transit,) = [b for b in prod.of_type("AWS::S3::Bucket") if b.id.startswith("Transit")]
    days = transit.properties["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"]
    queues = {each.id[:-8]: each.properties for each in prod.of_type("AWS::SQS::Queue")}
    in_dlq = queues["InboundDlq"]["MessageRetentionPeriod"] // 86_400
    redriven = queues["InboundQueue"]["MessageRetentionPeriod"] // 86_400
    assert in_dlq == 14
    assert days > in_dlq + redriven


def test_logs_are_kept_for_thirteen_months_in_prod(prod):
    assert {g.properties["RetentionInDays"] for g in prod.of_type("AWS::Logs::LogGroup")} == {400}


def _table(assembly, name):
    found = [t for t in assembly.of_type("AWS::DynamoDB::Table") if t.id[:-8] == name]
    (table,) = found
    return table.properties


def _schema(table):
    attributes = {
        each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]
    }
    indexes = {
        each["IndexName"]: (each["KeySchema"], each["Projection"])
        for each in table.get("GlobalSecondaryIndexes", [])
    }
    return table["KeySchema"], table["BillingMode"], attributes, indexes
