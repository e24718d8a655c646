"""The rule packs find nothing here, and the gate over them sees what they let pass."""

import json
from dataclasses import replace

import pytest

from infra.acknowledge import PACKS
from infra.config import load_stage
from infra.gate import MOST_RULES, audit

ID = "AwsSolutions::AwsSolutions-SQS3"
REASON = (
    "Failed messages are kept elsewhere. Compensating control: an alarm on the first one, which "
    "tests/infra asserts."
)


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_no_stage_gives_an_auditor_cause_to_object(assembled, stage):
    result = audit(assembled(stage).folder)
    assert result.objections == []
    assert result.acknowledgements


def test_a_witness_gives_no_cause_either(witnessed):
    assert audit(witnessed.folder).objections == []


def test_the_local_stage_is_the_same_stacks_with_a_witness(assembled, witnessed):
    assert list(assembled("local").templates) == list(witnessed.templates)


def test_a_stage_file_with_every_choice_of_an_operator_still_passes(assembled):
    # given a stage file with these lines more
    dev = load_stage("dev")
    tenant = replace(
        dev.tenant,
        reserve_concurrency=False,
        alarm_email="on-call@example.com",
        media_malware_scan=True,
    )

    poor = assembled("poor", replace(dev, tenant=tenant))

    assert audit(poor.folder).objections == []
    for function in poor.functions().values():
        assert "ReservedConcurrentExecutions" not in function.properties
    (mail,) = poor.of_type("AWS::SNS::Subscription")
    assert mail.properties["Endpoint"] == "on-call@example.com"


@pytest.fixture
def assembly(tmp_path):
    """Writes an assembly in which `found` violations met `acknowledged` ids."""

    def write(*, acknowledged=None, met=(), found=(), packs=PACKS):
        metadata = [
            {"type": "aws:cdk:acknowledged-rules", "data": {id_: reason}}
            for id_, reason in (acknowledged or {}).items()
        ]
        (tmp_path / "s.metadata.json").write_text(json.dumps({"/s/q": metadata}))
        reports = {pack: {"pluginName": pack, "violations": []} for pack in packs}
        reports["AwsSolutions"]["violations"] = [
            {
                "ruleName": rule,
                "description": "It is wrong.",
                "violatingConstructs": [{"constructPath": "s/q/Resource"}],
            }
            for rule in found
        ]
        reports["AwsSolutions"]["suppressedViolations"] = [
            {"acknowledgedAt": "s/q", "acknowledgedId": id_} for id_ in met
        ]
        report = {"pluginReports": list(reports.values())}
        (tmp_path / "validation-report.json").write_text(json.dumps(report))
        return tmp_path

    return write


def test_accepts_a_full_id_with_a_reason_that_meets_a_finding(assembly):
    result = audit(assembly(acknowledged={ID: REASON}, met=[ID]))
    assert result.objections == []
    assert result.rules == {"SQS3": 1}


def test_objects_to_a_finding_nobody_acknowledged(assembly):
    (objection,) = audit(assembly(found=["AwsSolutions-SQS3"])).objections
    assert objection == "s/q/Resource: AwsSolutions-SQS3: It is wrong."


def test_objects_to_a_short_id_which_hides_the_finding(assembly):
    (objection,) = audit(
        assembly(acknowledged={"Annotation::AwsSolutions-SQS3": REASON})
    ).objections
    assert "no full id" in objection


def test_objects_to_an_acknowledgement_without_its_finding(assembly):
    (objection,) = audit(assembly(acknowledged={ID: REASON})).objections
    assert "stale" in objection


@pytest.mark.parametrize("reason", ["", " ", "Not needed."])
def test_objects_to_a_reason_that_explains_nothing(assembly, reason):
    (objection,) = audit(assembly(acknowledged={ID: reason}, met=[ID])).objections
    assert "no reason" in objection


def test_objects_to_a_pack_that_did_not_run(assembly):
    without_pci = [pack for pack in PACKS if pack != "PCI.DSS.321"]
    assert audit(assembly(packs=without_pci)).objections == ["pack PCI.DSS.321 did not run"]


def test_objects_to_more_exceptions_than_agreed(assembly):
    ids = [f"AwsSolutions::AwsSolutions-R{number}" for number in range(MOST_RULES + 1)]
    (objection,) = audit(assembly(acknowledged=dict.fromkeys(ids, REASON), met=ids)).objections
    assert objection.startswith(f"{MOST_RULES + 1} rules acknowledged, more than {MOST_RULES}")


def test_counts_one_rule_once_whatever_a_pack_calls_it(assembly):
    ids = [
        "AwsSolutions::AwsSolutions-SMG4",
        "HIPAA.Security::HIPAA.Security-SecretsManagerRotationEnabled",
    ]
    result = audit(assembly(acknowledged=dict.fromkeys(ids, REASON), met=ids))
    assert result.rules == {"SecretsManagerRotationEnabled": 2}
