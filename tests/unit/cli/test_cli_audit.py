"""`amana audit verify` and `prove` as a person runs them: lines, exit codes, never a traceback."""

import boto3
import pytest
from moto import mock_aws

from cli.main import main
from functions.core.audit.note import checkpoint_from, signed
from functions.core.audit.tiles import bundle_path
from functions.core.audit.verify import verify
from functions.core.audit.verify.bucket import Bucket
from tests.fakes.audit_log import ORIGIN, Signer, entries_of, proof_of, sample, stored
from tools import verify_audit

KEY = Signer().key.text
BUCKET = "audit-log"


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["audit", *map(str, arguments)])
    told = capsys.readouterr()
    return ended.value.code, told.out.splitlines(), told.err


def auditor(capsys, *arguments):
    code = verify_audit.main([*map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out.splitlines(), told.err


BOTH = pytest.mark.parametrize("verifier", [run, auditor])


@pytest.fixture
def log():
    return sample(600)


@pytest.fixture
def folder(log, tmp_path):
    return stored(log.files, tmp_path / "log")


@BOTH
def test_a_whole_copy_is_told_in_one_line(verifier, folder, capsys):
    code, lines, err = verifier(capsys, "verify", folder, "--key", KEY)
    assert (code, len(lines), err) == (0, 1, "")
    assert "600 entries" in lines[0]


def test_the_summary_counts_and_says_what_nobody_can_tell(folder, capsys):
    _, (line,), _ = run(capsys, "verify", folder, "--key", KEY)
    assert line == (
        "The audit log is whole: 600 entries of 5 writers in 3 batches; it ends at "
        "2026-11-02T08:01:00+00:00. Without --until nobody can tell whether the end was cut off."
    )


@BOTH
def test_the_key_may_be_a_file(verifier, folder, tmp_path, capsys):
    (tmp_path / "key").write_text(KEY + "\n")
    assert verifier(capsys, "verify", folder, "--key", tmp_path / "key")[0] == 0


@BOTH
def test_findings_are_told_a_line_each_with_exit_code_1(verifier, log, folder, capsys):
    bundle = folder / bundle_path(0)
    bundle.write_bytes(bundle.read_bytes().replace(b'"done"', b'"dona"', 1))
    code, lines, _ = verifier(capsys, "verify", folder, "--key", KEY)
    assert code == 1
    assert lines[0].startswith("flipped: entry 0")
    assert len([line for line in lines if line.startswith("flipped: ")]) == 1


@BOTH
def test_a_checkpoint_kept_earlier_tells_of_entries_cut_off(
    verifier, log, folder, tmp_path, capsys
):
    (folder / "checkpoint").write_bytes(log.checkpoints[0])
    (tmp_path / "kept").write_bytes(log.checkpoints[1])
    code, lines, _ = verifier(capsys, "verify", folder, "--key", KEY, "--known", tmp_path / "kept")
    assert code == 1
    assert {line.split(":")[0] for line in lines[:2]} == {"truncated", "replayed"}


@BOTH
def test_a_log_that_should_reach_further_is_truncated(verifier, folder, capsys):
    until = "2026-11-02T09:00:00+00:00"
    code, lines, _ = verifier(capsys, "verify", folder, "--key", KEY, "--until", until)
    assert (code, lines[0].split(":")[0]) == (1, "truncated")


@BOTH
@pytest.mark.parametrize("key", ["nowhere", "a+b+c", ORIGIN + "+00000000+" + KEY.split("+", 2)[2]])
def test_a_key_that_cannot_be_used_ends_with_exit_code_2(verifier, folder, key, capsys):
    code, lines, err = verifier(capsys, "verify", folder, "--key", key)
    assert (code, lines) == (2, [])
    assert len(err.splitlines()) == 1


@BOTH
def test_a_folder_that_is_not_there_ends_with_exit_code_2(verifier, tmp_path, capsys):
    code, lines, err = verifier(capsys, "verify", tmp_path / "nowhere", "--key", KEY)
    assert (code, lines) == (2, [])
    assert "nowhere is no folder" in err


@BOTH
def test_a_known_checkpoint_that_is_not_there_ends_with_exit_code_2(
    verifier, folder, tmp_path, capsys
):
    asked = ["verify", folder, "--key", KEY, "--known", tmp_path / "nowhere"]
    code, _, err = verifier(capsys, *asked)
    assert (code, "nowhere" in err) == (2, True)


def test_a_time_that_is_none_ends_with_exit_code_2(folder, capsys):
    code, _, err = run(capsys, "verify", folder, "--key", KEY, "--until", "soon")
    assert (code, "soon is no time" in err) == (2, True)


def test_a_witness_that_has_not_signed_is_missed(log, folder, capsys):
    witness = Signer("witness.example/one", 0xB0B)
    asked = ["verify", folder, "--key", KEY, "--witness-key", witness.key.text]
    code, lines, _ = run(capsys, *asked)
    assert (code, lines[0].split(":")[0]) == (1, "unwitnessed")
    found = checkpoint_from(log.checkpoint)
    both = signed(
        found.origin, found.size, found.root, *found.signatures, witness.signature(found.text)
    )
    (folder / "cosigned").write_bytes(both.note)
    assert run(capsys, *asked)[0] == 0


@BOTH
def test_a_proof_shows_its_entry(verifier, log, tmp_path, capsys):
    proof = proof_of(log, 77)
    (tmp_path / "entry.tlog-proof").write_bytes(proof.file)
    code, lines, _ = verifier(capsys, "prove", tmp_path / "entry.tlog-proof", "--key", KEY)
    assert (code, lines[-1]) == (0, proof.entry.decode())


@BOTH
@pytest.mark.parametrize(
    "change",
    [
        lambda proof: proof.replace(b"index 77", b"index 78"),
        lambda proof: proof.replace(b"index 77", b"index -7"),
        lambda proof: proof.replace(b"extra e", b"extra f"),
        lambda proof: proof.replace(b"\n600\n", b"\n601\n"),
        lambda proof: proof[:-9],
        lambda proof: b"\xff" + proof,
        lambda proof: b"",
    ],
)
def test_a_proof_that_proves_nothing_is_refused_in_one_line(
    verifier, change, log, tmp_path, capsys
):
    path = tmp_path / "entry.tlog-proof"
    path.write_bytes(change(proof_of(log, 77).file))
    code, lines, err = verifier(capsys, "prove", path, "--key", KEY)
    assert code == 1
    assert len([*lines, *err.splitlines()]) == 1


@BOTH
def test_a_proof_that_is_not_there_ends_with_exit_code_2(verifier, tmp_path, capsys):
    assert verifier(capsys, "prove", tmp_path / "nowhere", "--key", KEY)[0] == 2


def connect():
    return boto3.client("s3", region_name="eu-central-1")


@pytest.fixture
def bucket(log):
    """As the sequencer leaves it: every checkpoint is a version."""
    with mock_aws():
        client = connect()
        region = {"LocationConstraint": "eu-central-1"}
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=region)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        for name, data in log.files.items():
            if name != "checkpoint":
                client.put_object(Bucket=BUCKET, Key=name, Body=data)
        for note in log.checkpoints:
            client.put_object(Bucket=BUCKET, Key="checkpoint", Body=note)
        yield client


def kinds_in_bucket():
    report = verify(Bucket(connect, BUCKET).listed(), key=Signer().key)
    return [str(finding.kind) for finding in report.findings]


def test_a_bucket_is_read_with_all_its_checkpoints(bucket):
    assert kinds_in_bucket() == []
    files = Bucket(connect, BUCKET).listed()
    assert len(list(files.versions("checkpoint"))) == 3


def test_what_was_written_first_counts_whatever_hides_it(bucket):
    bucket.put_object(Bucket=BUCKET, Key=bundle_path(0), Body=b"other")
    bucket.delete_object(Bucket=BUCKET, Key=bundle_path(1))
    bucket.delete_object(Bucket=BUCKET, Key="checkpoint")
    assert kinds_in_bucket() == []


def test_an_older_checkpoint_put_in_place_of_the_newest_is_replayed(bucket, log):
    bucket.put_object(Bucket=BUCKET, Key="checkpoint", Body=log.checkpoints[0])
    assert set(kinds_in_bucket()) == {"replayed"}


def test_a_checkpoint_of_another_history_among_the_versions_is_a_fork(bucket, log):
    other = sample(600, batch=90)
    bucket.put_object(Bucket=BUCKET, Key="checkpoint", Body=other.checkpoints[0])
    bucket.put_object(Bucket=BUCKET, Key="checkpoint", Body=log.checkpoint)
    assert set(kinds_in_bucket()) == {"forked", "replayed"}


def test_a_bucket_must_reach_to_now(bucket, capsys):
    code, lines, _ = run(capsys, "verify", f"s3://{BUCKET}", "--key", KEY)
    assert code == 1
    assert lines[0].split(":")[0] in ("truncated", "backdated")


def test_a_bucket_that_aws_refuses_ends_with_exit_code_2(bucket, capsys):
    code, lines, err = run(capsys, "verify", "s3://nobodys", "--key", KEY)
    assert (code, lines) == (2, [])
    assert "s3:ListBucketVersions" in err


def test_entries_are_told_without_reading_them_as_markup(folder, log, capsys):
    name = bundle_path(1)
    entries = entries_of(log.files, name)
    assert len(entries) == 256
    (folder / name).write_bytes(b"[bold]")
    code, lines, _ = run(capsys, "verify", folder, "--key", KEY)
    assert (code, lines[0].startswith(f"malformed: {name}")) == (1, True)
