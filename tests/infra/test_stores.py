"""Nothing is kept that has no kind of data, no end, and nobody who gives it out or erases it."""

from dataclasses import replace

import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from functions.core.retention.kinds import DataKind
from infra.app import add_stacks, new_app
from infra.build import stand_in_assets
from infra.config import load_stage
from infra.constructs.tables import string_key
from infra.regimes.errors import PolicyError
from infra.regimes.own import own
from infra.regimes.reading import regimes
from infra.regimes.stores import (
    TYPES,
    deployed,
    readable,
    refuse_strangers,
    refuse_unenforced,
    stores,
)

KNOWN = stores()


@pytest.fixture(scope="session")
def everything(assembled):
    """Resources of production with all that a stage file can ask for."""
    prod = load_stage("prod")
    scanning = replace(prod, tenant=replace(prod.tenant, media_malware_scan=True))
    return [*assembled("scanning", scanning).resources]


@pytest.fixture(scope="session")
def templates(assembled, witnessed, everything):
    del everything
    return [*witnessed.templates.values(), *assembled("scanning").templates.values()]


def test_every_store_that_is_deployed_is_accounted_for_and_no_other(templates):
    refuse_strangers(KNOWN, deployed(templates))


@pytest.mark.parametrize(
    ("add", "name"),
    [
        (lambda s: dynamodb.Table(s, "Diary", partition_key=string_key("pk")), "table Diary"),
        (lambda s: s3.Bucket(s, "Attic"), "bucket Attic"),
        (lambda s: sqs.Queue(s, "Waiting"), "queue Waiting"),
        (lambda s: logs.LogGroup(s, "Traces"), "log Traces"),
    ],
)
def test_a_store_added_to_a_stack_is_refused_until_it_is_accounted_for(tmp_path, add, name):
    app = new_app(outdir=tmp_path / "out")
    add_stacks(app, load_stage("dev"), stand_in_assets(tmp_path / "assets"))
    data = next(each for each in app.node.children if each.node.id == "amana-dev-data")
    before = deployed([each.template for each in app.synth().stacks])
    add(data)
    after = deployed([each.template for each in app.synth(force=True).stacks])
    assert {" ".join(each) for each in after - before} == {name}
    with pytest.raises(PolicyError, match=f"stores.toml: {name} is missing: say what kind"):
        refuse_strangers(KNOWN, after)


def test_an_entry_without_a_store_is_refused_with_its_line(templates):
    without = deployed(templates) - {("bucket", "Media")}
    with pytest.raises(PolicyError, match=r"stores.toml:\d+: there is no bucket Media"):
        refuse_strangers(KNOWN, without)


def test_every_kind_of_data_is_kept_somewhere_and_every_class_by_a_store():
    assert {each.kind for each in KNOWN} == set(DataKind)
    refuse_unenforced(KNOWN, [each for law in regimes().values() for each in law.retention])


def test_a_class_that_no_store_keeps_is_refused():
    [sec] = [each for each in regimes()["sec"].retention if each.id == "sec-17a-4-b-4"]
    others = [each for each in KNOWN if each.kind is not DataKind.COMMUNICATIONS]
    with pytest.raises(PolicyError, match=r"sec.toml:\d+: .* communications, which no store keeps"):
        refuse_unenforced(others, [sec])


def properties(everything, store):
    found = [
        each.properties
        for each in everything
        if each.type == TYPES[store.type] and readable(each.id) == store.name
    ]
    # the witness's table is in another account's stage
    assert found or store.name == "Cosigned"
    return found


# of logs there is a test below; the rest has nothing to set
SET = [each for each in KNOWN if each.type in {"table", "bucket", "queue"}]


@pytest.mark.parametrize("store", SET, ids=lambda each: f"{each.name}-{each.prefix}")
def test_what_is_said_to_end_it_is_there(everything, store):
    for found in properties(everything, store):
        match store.end:
            case "ttl":
                assert found["TimeToLiveSpecification"]["Enabled"]
            case "lock":
                assert found["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Days"] >= 1
            case "lifecycle":
                rules = found["LifecycleConfiguration"]["Rules"]
                assert any("NoncurrentVersionExpiration" in rule for rule in rules)
            case "queue":
                assert found["MessageRetentionPeriod"] <= 14 * 86_400
            case "workflow" if store.type == "table" and store.kind is not DataKind.KEY:
                indexes = [each["IndexName"] for each in found["GlobalSecondaryIndexes"]]
                assert "retention" in indexes
            case "workflow":
                assert store.kind in {DataKind.KEY, DataKind.COMMUNICATIONS}
            case other:
                assert other in {"stays", "epoch"}


def test_what_is_on_its_way_ends_as_early_as_is_said(everything):
    [transit] = [each for each in everything if readable(each.id) == "Transit"]
    [rule] = transit.properties["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == own().choices[DataKind.TRANSIT].days


def test_logs_end_when_their_stage_says(everything):
    days = {each.properties["RetentionInDays"] for each in everything if each.type == TYPES["log"]}
    assert days == {load_stage("prod").log_retention_days}
