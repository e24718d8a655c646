"""The step that leaves out what the emulator does not know."""

import json

import pytest

from cli.emulator.gaps import LEFT_OUT, STOOD_IN, close_gaps
from cli.errors import CliError

ASSOCIATION = "AWS::WAFv2::WebACLAssociation"


@pytest.fixture
def assembly(tmp_path):
    def write(resources, outputs=None):
        path = tmp_path / "stack.template.json"
        path.write_text(json.dumps({"Resources": resources, "Outputs": outputs or {}}))
        return tmp_path

    return write


def resources_of(assembly):
    return json.loads((assembly / "stack.template.json").read_text())["Resources"]


def test_the_list_of_what_is_left_out_only_shrinks():
    assert set(LEFT_OUT) == {
        "AWS::WAFv2::LoggingConfiguration",
        "AWS::WAFv2::WebACLAssociation",
    }


def test_the_list_of_what_is_stood_in_for_only_shrinks():
    assert [each.partition(":")[0] for each in STOOD_IN] == [
        "cdk bootstrap",
        "default encryption of buckets",
        "Object Lock of archive and audit log",
        "conditions on locks, keys, items and roles",
        "denials of buckets' policies",
        "rights for batches of messages",
        "events of stacks",
        "shards of a table's stream",
        "witness of the audit log",
        "names of functions' errors",
        "secure transport",
    ]


def test_unknown_resources_go_and_are_named_with_what_is_missing(assembly):
    folder = assembly({"Link": {"Type": ASSOCIATION}, "Queue": {"Type": "AWS::SQS::Queue"}})

    omissions = close_gaps(folder)

    assert list(resources_of(folder)) == ["Queue"]
    assert [str(each) for each in omissions] == [
        f"{ASSOCIATION} (stack): the firewall exists, but no request passes through it"
    ]


def test_others_no_longer_wait_for_what_is_gone(assembly):
    folder = assembly(
        {
            "Link": {"Type": ASSOCIATION},
            "One": {"Type": "AWS::SQS::Queue", "DependsOn": "Link"},
            "Two": {"Type": "AWS::SQS::Queue", "DependsOn": ["Link", "One"]},
        }
    )

    close_gaps(folder)

    assert "DependsOn" not in resources_of(folder)["One"]
    assert resources_of(folder)["Two"]["DependsOn"] == ["One"]


@pytest.mark.parametrize("reference", [{"Ref": "Link"}, {"Fn::GetAtt": ["Link", "Id"]}])
def test_a_reference_to_what_is_gone_is_an_error_that_names_it(assembly, reference):
    folder = assembly({"Link": {"Type": ASSOCIATION}}, {"Output": {"Value": reference}})

    with pytest.raises(CliError, match="stack refers to Link"):
        close_gaps(folder)


def test_a_template_without_gaps_stays_as_it_is(assembly):
    folder = assembly({"Queue": {"Type": "AWS::SQS::Queue"}})
    before = (folder / "stack.template.json").read_bytes()

    assert close_gaps(folder) == []
    assert (folder / "stack.template.json").read_bytes() == before
