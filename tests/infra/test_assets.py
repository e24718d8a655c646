"""The built folders run by themselves, hold nothing they do not need, and come out the same."""

import hashlib
import subprocess
import sys

import pytest

from infra.build import build_assets, function_names
from infra.config import load_stage


@pytest.fixture(scope="module")
def build_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("build")


@pytest.fixture(scope="module")
def assets(build_folder):
    """Built for this machine, so that they can be run here."""
    return build_assets(load_stage("local"), build=build_folder, say=lambda _: None)


@pytest.mark.parametrize("name", function_names())
def test_a_handler_imports_from_its_folder_alone_with_an_empty_environment(assets, name):
    # given an interpreter that sees the standard library and this folder, nothing installed
    code = f"import sys; sys.path.insert(0, '.'); import functions.{name}.handler as h; h.handler"

    done = subprocess.run(  # noqa: S603 - this interpreter, a constant program
        [sys.executable, "-I", "-S", "-c", code],
        cwd=assets / name,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_a_folder_holds_core_its_own_function_and_the_policies(assets):
    for name in function_names():
        assert (assets / name / "functions" / "core").is_dir()
        assert (assets / name / "policies").is_dir()
        others = {each.name for each in (assets / name / "functions").iterdir() if each.is_dir()}
        assert others <= {"core", name, "__pycache__"}


def test_the_webhook_brings_neither_pydantic_nor_powertools(assets):
    brought = {each.name for each in (assets / "webhook").iterdir()}
    assert "botocore" in brought
    assert not brought & {"pydantic", "pydantic_core", "aws_lambda_powertools"}


def test_only_models_of_services_in_use_are_shipped(assets):
    for name in function_names():
        shipped = {p.name for p in (assets / name / "botocore" / "data").iterdir() if p.is_dir()}
        assert shipped <= {
            "dynamodb",
            "kms",
            "lambda",
            "s3",
            "secretsmanager",
            "sqs",
            "stepfunctions",
        }, name


def test_a_second_build_does_nothing(assets, build_folder):
    said = []
    assert build_assets(load_stage("local"), build=build_folder, say=said.append) == assets
    assert said == []


def test_two_builds_are_byte_for_byte_the_same(assets, tmp_path):
    again = build_assets(load_stage("local"), build=tmp_path, say=lambda _: None)
    for name in function_names():
        assert _digests(again / name) == _digests(assets / name)


def test_bytecode_is_used_whatever_the_file_times_say(assets):
    (compiled,) = (assets / "webhook" / "functions" / "webhook").rglob("handler.*.pyc")
    flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
    # PEP 552: bit 0 hash-based, bit 1 checked against the source
    assert flags == 0b01


def _digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
