"""What is deployed is what is in `functions/`, with the settings its code will parse."""

import importlib
import typing
from pathlib import Path

import pytest

from functions.core.runtime.settings import Settings
from infra.build import function_names
from infra.limits import limit

ROOT = Path(__file__).parent.parent.parent


def test_the_folders_in_functions_are_the_deployed_functions(witnessed):
    folders = {each.name for each in (ROOT / "functions").iterdir() if each.is_dir()}
    assert sorted(witnessed.functions()) == sorted(folders - {"core", "__pycache__"})
    assert function_names() == sorted(witnessed.functions())


@pytest.mark.parametrize("name", function_names())
def test_the_handler_named_in_the_template_exists(witnessed, name):
    module, _, attribute = witnessed.functions()[name].properties["Handler"].rpartition(".")
    assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()
    assert callable(getattr(importlib.import_module(module), attribute))


@pytest.mark.parametrize("stage", ["prod", "local"])
@pytest.mark.parametrize("name", function_names())
def test_the_environment_parses_back_to_the_functions_settings(assembled, witnessed, stage, name):
    assembly = assembled(stage) if stage == "local" else witnessed
    template = assembly.functions()[name].properties["Environment"]["Variables"]
    environment = {key: assembly.name_of(value) for key, value in template.items()}
    settings_type = _settings_of(name)
    settings = settings_type.parse(environment)
    assert settings.environment() == environment
    for field, hint in typing.get_type_hints(settings_type).items():
        assert isinstance(getattr(settings, field), hint)


def test_the_environment_carries_names_and_never_a_secret(witnessed):
    for name, function in witnessed.functions().items():
        for key, value in function.properties["Environment"]["Variables"].items():
            assert not key.endswith(("_TOKEN", "_SECRET", "_KEY")), (name, key)
            assert "resolve:" not in str(value), (name, key)


def test_functions_run_on_arm_with_the_runtime_of_the_stage(witnessed):
    for function in witnessed.functions().values():
        assert function.properties["Architectures"] == ["arm64"]
        assert function.properties["Runtime"] == "python3.14"
        assert function.properties["TracingConfig"] == {"Mode": "Active"}


def test_each_function_gets_its_own_code(witnessed):
    keys = [str(each.properties["Code"]["S3Key"]) for each in witnessed.functions().values()]
    assert len(set(keys)) == len(keys)


def _settings_of(name: str) -> type[Settings]:
    module = importlib.import_module(f"functions.{name}.settings")
    return next(
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Settings) and each is not Settings
    )


# a name or an ARN that CloudFormation puts in is shorter
_LONGEST_REFERENCE = 130


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_what_functions_are_told_fits_into_their_environment(assembled, stage):
    for name, function in assembled(stage).functions().items():
        told = function.properties["Environment"]["Variables"]
        lengths = [
            len(key) + (len(value) if isinstance(value, str) else _LONGEST_REFERENCE)
            for key, value in told.items()
        ]
        assert sum(lengths) < limit("lambda_environment"), name
