"""Nobody takes an entry back: not from the outbox, not from the log; one role signs."""

import pytest
from iam_matrix import iam_matrix
from locked import bucket, denied_places, denied_to_all

from functions.core.audit.keys import VerifierKey
from functions.core.audit.note import _NAME
from functions.core.audit.outbox import registry_key
from functions.core.audit.tiles import WIDTH, bundle_path, tile_path
from functions.core.runtime.policies import value
from infra.build import function_names
from infra.config import load_stage
from infra.constructs.audit_bucket import EXPIRING, PARTIAL, REFILLED, REPLACED

STAGES = ["dev", "staging", "prod", "local"]
# the sequencer puts entries into the log itself; what wakes threads up is no act of anybody
SILENT = {"audit_sequencer", "wakeup", "witness"}


def rows(assembly):
    return iam_matrix(assembly).items()


def test_every_function_enters_what_it_does(prod):
    settings = {
        name: function.properties["Environment"]["Variables"]
        for name, function in prod.functions().items()
    }
    entering = {name for name, each in settings.items() if "AMANA_OUTBOX_TABLE" in each}
    assert entering - {"audit_sequencer"} == set(function_names()) - SILENT


def test_a_function_adds_entries_and_opens_writers_of_its_own_and_nothing_else(prod):
    matrix = iam_matrix(prod)
    for name, function in prod.functions().items():
        row = matrix[f"{function.stack}.{function.id[:-8].removesuffix('Function')}"]
        of_outbox = {
            action: place
            for action, places in row.items()
            for place in places
            if place.startswith("<Outbox.Arn>")
        }
        key = "<Outbox.Arn> when dynamodb:LeadingKeys ForAllValues"
        own = {
            "dynamodb:PutItem": f"{key}:StringNotLike WRITERS#*",
            "dynamodb:UpdateItem": f"{key}:StringEquals {registry_key(name)['pk']}",
        }
        counts = {"dynamodb:BatchGetItem": "<Outbox.Arn>"}
        expected = {"audit_sequencer": counts, "wakeup": {}}.get(name, own)
        assert of_outbox == expected, name


def test_nobody_may_delete_from_the_outbox(witnessed):
    for role, row in rows(witnessed):
        for action in ("DeleteItem", "BatchWriteItem", "DeleteTable", "UpdateTimeToLive"):
            places = row.get(f"dynamodb:{action}", [])
            assert not [place for place in places if "Outbox" in place], role


def test_only_the_sequencer_reads_the_stream_writes_the_log_and_signs(prod):
    for action, place in (
        ("dynamodb:GetRecords", "<Outbox.StreamArn>"),
        ("s3:PutObject", "<Audit.Arn>"),
        ("s3:PutObjectRetention", "<Audit.Arn>"),
        ("s3:PutObjectTagging", "<Audit.Arn>"),
        ("kms:Sign", "<SigningKey.Arn>"),
    ):
        may = [r for r, row in rows(prod) if any(p.startswith(place) for p in row.get(action, []))]
        assert may == ["audit.Sequencer"], action


def test_the_log_is_read_by_its_api_and_by_who_continues_it(prod):
    reading = [
        role
        for role, row in rows(prod)
        if any(place.startswith("<Audit.Arn>") for place in row.get("s3:GetObject", []))
    ]
    # what is about a person; and for an erasure after a restore, what was withdrawn since
    assert reading == [
        "api.AuditApi",
        "audit.Sequencer",
        "consent.ConsentApi",
        "rights.Access",
        "rights.Erasure",
    ]


def test_the_witness_signs_with_its_own_key_and_only_who_is_named_may_ask(witnessed):
    row = iam_matrix(witnessed)["witness.Witness"]
    assert [each.partition(" ")[0] for each in row["kms:Sign"]] == ["<SigningKey.Arn>"]
    assert not [p for places in row.values() for p in places if "<Audit" in p or "<Outbox" in p]
    asking = [
        each.properties["Principal"]
        for each in witnessed.of_type("AWS::Lambda::Permission")
        if each.stack == "witness"
    ]
    assert asking == ["arn:aws:iam::111122223333:role/sequencer"]
    invoked = iam_matrix(witnessed)["audit.Sequencer"]["lambda:InvokeFunction"]
    assert invoked == ["<WitnessFunction.Arn>"]


def test_the_witness_needs_no_other_stack(witnessed):
    assert "Fn::ImportValue" not in str(witnessed.templates["witness"])
    dependencies = witnessed.dependencies()
    assert dependencies["amana-prod-witness"] == set()
    assert "amana-prod-data" in dependencies["amana-prod-audit"]


@pytest.mark.parametrize(("stack", "role"), [("audit", "Sequencer"), ("witness", "Witness")])
def test_a_signing_key_signs_whole_messages_of_one_role_whatever_iam_says(witnessed, stack, role):
    (key,) = [
        each.properties
        for each in witnessed.of_type("AWS::KMS::Key")
        if each.stack == stack and each.properties.get("KeyUsage") == "SIGN_VERIFY"
    ]
    assert key["KeySpec"] == "ECC_NIST_P256"
    denied = {
        each["Sid"]: (each["Action"], each.get("Condition"))
        for each in key["KeyPolicy"]["Statement"]
        if each["Effect"] == "Deny" and each["Principal"] == {"AWS": "*"}
    }
    action, condition = denied.pop("NoOthers")
    assert action == "kms:Sign"
    signer = witnessed.name_of(condition["ArnNotEquals"]["aws:PrincipalArn"])
    assert signer == f"<{role}Role.Arn>"
    assert denied == {
        "NoOtherAlgorithms": (
            "kms:Sign",
            {"StringNotEquals": {"kms:SigningAlgorithm": "ECDSA_SHA_256"}},
        ),
        "NoDigests": ("kms:Sign", {"StringNotEquals": {"kms:MessageType": "RAW"}}),
        "NoGrants": ("kms:CreateGrant", None),
    }


@pytest.mark.parametrize("name", STAGES)
def test_every_object_of_the_log_is_locked(assembled, name):
    stage = load_stage(name)
    audit = bucket(assembled(name), "Audit")
    assert audit["ObjectLockEnabled"] is True
    assert audit["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {
        "Mode": stage.archive_lock_mode,
        "Days": stage.audit_retention_days,
    }
    denied = denied_to_all(assembled(name), "Audit")
    assert denied["NoDeletion"] == (["s3:DeleteObject", "s3:DeleteObjectVersion"], None)
    assert denied["NoLifting"] == (["s3:BypassGovernanceRetention"], None)
    assert denied["NoOtherLocks"] == (
        ["s3:PutObject"],
        {"StringNotEquals": {"s3:object-lock-mode": stage.archive_lock_mode}},
    )
    # a day of grace, for clocks
    bound = stage.audit_retention_days + 1
    assert denied["NoLongerLocks"] == (
        ["s3:PutObject", "s3:PutObjectRetention"],
        {"NumericGreaterThan": {"s3:object-lock-remaining-retention-days": bound}},
    )
    assert "s3:PutLifecycleConfiguration" in denied["NoReconfiguration"][0]


def test_the_log_is_kept_for_six_years_and_elsewhere_no_longer_than_the_stage_allows():
    days = {name: load_stage(name).audit_retention_days for name in STAGES}
    assert days.pop("prod") == value("audit", "retention", "days") == 2192
    assert days == dict.fromkeys(days, 30)
    for name in STAGES:
        stage = load_stage(name)
        assert stage.audit_partial_days <= stage.audit_retention_days


def test_only_checkpoints_and_the_head_are_replaced_and_only_by_who_has_seen_them(prod):
    denied, places = denied_to_all(prod, "Audit"), denied_places(prod, "Audit")
    assert REPLACED == ("checkpoint", "cosigned", "sequencer/head")
    assert denied["NoOverwriting"] == (["s3:PutObject"], {"Null": {"s3:if-none-match": "true"}})
    assert places["NoOverwriting"] == [f"!<Audit.Arn>/{name}" for name in REPLACED]
    assert denied["NoBlindReplacing"] == (
        ["s3:PutObject"],
        {"Null": {"s3:if-none-match": "true", "s3:if-match": "true"}},
    )
    assert places["NoBlindReplacing"] == [f"<Audit.Arn>/{name}" for name in REPLACED]


def test_no_full_tile_can_be_marked_to_expire_early(prod):
    (place,) = denied_places(prod, "Audit")["NoEarlyExpiry"]
    assert denied_to_all(prod, "Audit")["NoEarlyExpiry"] == (["s3:PutObjectTagging"], None)
    marked = place.removeprefix("!<Audit.Arn>/")
    for path in (tile_path(0, 1234067, 3), bundle_path(5, 255), tile_path(1, 0, 1)):
        assert _like(path, marked), path
    for path in (tile_path(0, 1234067, WIDTH), bundle_path(5), "checkpoint"):
        assert not _like(path, marked), path


def _like(path, pattern):
    """As IAM matches: an asterisk stands for slashes too."""
    first, middle, last = pattern.split("*")
    return path.startswith(first) and middle in path and path.endswith(last)


def test_what_may_go_goes_when_its_time_is_over(prod):
    rules = bucket(prod, "Audit")["LifecycleConfiguration"]["Rules"]
    tag = [{"Key": key, "Value": each} for key, each in PARTIAL.items()]
    partial = {r["Prefix"]: r["ExpirationInDays"] for r in rules if r.get("TagFilters") == tag}
    whole = {
        r["Prefix"]: r["ExpirationInDays"]
        for r in rules
        if "ExpirationInDays" in r and "TagFilters" not in r
    }
    replaced = {
        r["Prefix"]: r["NoncurrentVersionExpiration"]["NoncurrentDays"]
        for r in rules
        if "NoncurrentVersionExpiration" in r and "ExpirationInDays" not in r
    }
    assert partial == dict.fromkeys(REFILLED, value("audit", "retention", "partial_days"))
    assert whole == dict.fromkeys(EXPIRING, 2193)
    assert replaced == {"checkpoint": 2192, "cosigned": 2192, "sequencer/": 2}


def test_nothing_that_stands_for_what_is_gone_ever_expires(prod):
    """Above the level that heartbeats fill, a partial tile may be the newest for years."""
    rules = bucket(prod, "Audit")["LifecycleConfiguration"]["Rules"]
    expiring = [r for r in rules if "ExpirationInDays" in r]
    for level in range(2, 8):
        for path in (tile_path(level, 0), tile_path(level, 0, 1)):
            assert not [r for r in expiring if path.startswith(r["Prefix"])], path
    # of level 1 the partial ones only, and those are replaced within a day
    for path in (tile_path(1, 0), tile_path(1, 7)):
        assert all("TagFilters" in r for r in expiring if path.startswith(r["Prefix"])), path
    per_day = 24 * 60 // value("audit", "heartbeat", "minutes")
    assert per_day > WIDTH


def test_the_sequencer_misses_no_entry_and_is_told_its_shard(prod):
    (source,) = [
        each.properties
        for each in prod.of_type("AWS::Lambda::EventSourceMapping")
        if "Sequencer" in each.properties["FunctionName"]["Ref"]
    ]
    assert prod.name_of(source["EventSourceArn"]) == "<Outbox.StreamArn>"
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert source["BatchSize"] == 1000
    assert source["TumblingWindowInSeconds"] == source["MaximumBatchingWindowInSeconds"] == 5
    assert source["BisectBatchOnFunctionError"] is True
    # tried until the stream forgets
    assert "MaximumRetryAttempts" not in source
    assert "MaximumRecordAgeInSeconds" not in source
    assert "FailedInvocations" in str(source["DestinationConfig"]["OnFailure"])
    # an entry that expires was in the log long before
    (only,) = source["FilterCriteria"]["Filters"]
    assert only == {"Pattern": '{"eventName":["INSERT","MODIFY"]}'}


def test_silence_is_proved_every_five_minutes(prod):
    (rule,) = [r for r in prod.of_type("AWS::Events::Rule") if r.stack == "audit"]
    assert rule.properties["ScheduleExpression"] == "rate(5 minutes)"
    (target,) = rule.properties["Targets"]
    assert "Sequencer" in str(target["Arn"])


def test_a_log_that_is_silent_for_a_quarter_of_an_hour_raises_an_alarm(prod):
    (alarm,) = [
        each.properties
        for each in prod.of_type("AWS::CloudWatch::Alarm")
        if each.properties.get("MetricName") == "AuditBatches"
    ]
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["ComparisonOperator"] == "LessThanThreshold"
    assert alarm["Threshold"] == 1
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 15 * 60


def test_entries_that_wait_for_five_minutes_raise_an_alarm(prod):
    ages = {
        prod.name_of(each.properties["Dimensions"][0]["Value"]): each.properties["Threshold"]
        for each in prod.of_type("AWS::CloudWatch::Alarm")
        if each.properties.get("MetricName") == "IteratorAge"
    }
    assert ages["<SequencerFunction>"] == 5 * 60 * 1000


@pytest.mark.parametrize("name", STAGES)
def test_the_origin_can_stand_in_a_signature_line(assembled, name):
    settings = assembled(name).functions()["audit_sequencer"].properties["Environment"]
    origin = settings["Variables"]["AMANA_ORIGIN"]
    assert origin == load_stage(name).audit_origin
    assert _NAME.fullmatch(origin)
    assert VerifierKey(origin, b"der").text.startswith(f"{origin}+")


def test_every_stage_has_a_log_of_its_own():
    assert len({load_stage(name).audit_origin for name in STAGES}) == len(STAGES)
