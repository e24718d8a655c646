"""The local platform itself: what it promises, and where it differs from AWS."""

import json
import subprocess
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from cli.emulator.buckets import encrypted_buckets
from cli.emulator.gaps import LEFT_OUT
from cli.local.aws import LOCAL_CONFIG, local_session
from cli.main import main


def run(platform, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["--state", str(platform.workspace.state), *arguments])
    return ended.value.code


def test_up_on_a_running_platform_says_so_and_changes_nothing(platform, capsys):
    before = platform.workspace.run_json.read_text()

    assert run(platform, "up") == 0

    assert "already running" in capsys.readouterr().out
    assert platform.workspace.run_json.read_text() == before


def test_status_shows_what_runs_and_what_waits(platform, capsys):
    assert run(platform, "status") == 0

    shown = capsys.readouterr().out
    assert platform.facts.webhook_url in shown
    assert "inbound" in shown


def sockets_of(pid):
    names = (str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir())
    return {name.removeprefix("socket:[").rstrip("]") for name in names}


def listening_addresses():
    """Hexadecimal address and inode of every listening TCP socket, as Linux tells them."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A":
                yield columns[1].partition(":")[0], columns[9]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's list of sockets")
def test_everything_listens_on_this_machine_only(platform):
    children = json.loads(platform.workspace.run_json.read_text())["children"]
    ours = {inode for child in children for inode in sockets_of(child["pid"])}

    addresses = [address for address, inode in listening_addresses() if inode in ours]

    assert addresses == ["0100007F"] * 3


@pytest.mark.parametrize("resource_type", LEFT_OUT)
def test_what_is_left_out_is_still_unknown_to_the_emulator(platform, resource_type):
    """When this fails, the emulator has learnt it: take the type off the list."""
    template = {"Resources": {"It": {"Type": resource_type, "Properties": {}}}}

    with pytest.raises(ClientError, match="Unrecognized resource types"):
        platform.client("cloudformation").create_stack(
            StackName="probe", TemplateBody=json.dumps(template)
        )


@pytest.mark.parametrize("resource_type", LEFT_OUT)
def test_what_is_left_out_is_in_the_stacks_and_was_named(platform, resource_type):
    """When this fails, the stacks no longer need it: take the type off the list."""
    assert resource_type in (platform.workspace.state / "up.log").read_text()


def test_buckets_have_the_default_encryption_of_their_template(platform):
    s3 = local_session().client("s3", endpoint_url=platform.facts.aws_endpoint, config=LOCAL_CONFIG)
    outputs = platform.facts.outputs["amana-local-data"]

    names = ("TransitBucket", "MediaBucket", "ArchiveBucket", "AuditBucket", "ExportsBucket")
    assert len(encrypted_buckets(platform.workspace.assembly)) == len(names)
    for name in names:
        found = s3.get_bucket_encryption(Bucket=outputs[name])
        (rule,) = found["ServerSideEncryptionConfiguration"]["Rules"]
        assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"


def test_a_call_without_permission_is_denied_and_noticed(platform):
    iam = platform.client("iam")
    iam.create_user(UserName="nobody")
    keys = iam.create_access_key(UserName="nobody")["AccessKey"]
    stranger = local_session().client(
        "dynamodb",
        endpoint_url=platform.facts.aws_endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
    )
    table = platform.facts.outputs["amana-local-data"]["ConversationsTable"]

    with pytest.raises(ClientError, match="not authorized"):
        stranger.scan(TableName=table)

    (denial,) = platform.denials()
    assert denial["action"] == "dynamodb:Scan"
    assert denial["principal"].endswith("user/nobody")


def test_functions_run_with_what_is_in_their_archive_only(platform):
    launcher = str(platform.workspace.state / "bare-python")

    done = subprocess.run(  # noqa: S603 - the launcher that the platform wrote
        [launcher, "-c", "import boto3"], capture_output=True, check=False
    )

    assert done.returncode != 0
