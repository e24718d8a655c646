"""What a person sees when something is wrong: a sentence with the next step, no traceback."""

import pytest

from cli.local import up
from cli.main import main


def run(tmp_path, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["--state", str(tmp_path), *arguments])
    return ended.value.code


@pytest.mark.parametrize("command", [["redrive", "inbound"], ["redrive", "outbound"]])
def test_without_a_platform_the_next_step_is_named(tmp_path, capsys, command):
    assert run(tmp_path, *command) == 1

    assert "amana up" in capsys.readouterr().err


def test_status_without_a_platform_is_no_success(tmp_path, capsys):
    assert run(tmp_path, "status") == 1

    assert "amana up" in capsys.readouterr().out


def test_down_without_a_platform_is_a_success(tmp_path, capsys):
    assert run(tmp_path, "down") == 0

    assert "Nothing was running" in capsys.readouterr().out


def test_an_interruption_says_how_to_clean_up(tmp_path, capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(up, "start_platform", interrupted)

    assert run(tmp_path, "up") == 130
    assert "amana down" in capsys.readouterr().err


def test_redrive_on_aws_needs_a_region(tmp_path, capsys, monkeypatch):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    assert run(tmp_path, "redrive", "inbound", "--stage", "prod") == 1
    assert "--region" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["dance"], ["redrive"], ["redrive", "sideways"]])
def test_wrong_usage_is_told_apart(tmp_path, arguments):
    assert run(tmp_path, *arguments) == 2
