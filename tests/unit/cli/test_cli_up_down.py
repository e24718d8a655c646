"""Starting is all or nothing, and what a crash left is cleared away."""

import json
import os
import sys

import pytest
from rich.console import Console

from cli import processes
from cli.errors import CliError
from cli.local import run, up
from cli.local.down import stop_platform
from cli.progress import Progress
from cli.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace(state=tmp_path / "state")


@pytest.fixture
def progress(tmp_path):
    with (tmp_path / "screen").open("w") as screen:
        yield Progress(Console(file=screen))


@pytest.fixture
def child(workspace):
    """A process that belongs to the platform of the workspace."""
    children = []

    def start(name="emulator"):
        command = [sys.executable, "-c", "import time; time.sleep(60)"]
        log = workspace.log(name)
        started = processes.start(name, command, env=dict(os.environ), log=log, cwd=workspace.root)
        children.append(started)
        run.save(workspace, run.load(workspace).with_child(started))
        return started

    yield start
    processes.stop(*children)


@pytest.fixture
def starts(workspace, monkeypatch):
    """Stands in for what starting takes; counts how often it was done."""
    calls = []

    def start(of, _progress):
        calls.append(of)
        return "facts"

    monkeypatch.setattr(up, "_start", start)
    return calls


def test_down_ends_everything_and_leaves_only_what_tells_why(workspace, child):
    one, other = child("emulator"), child("sandbox")
    workspace.local_json.write_text("{}")
    workspace.scratch.mkdir()

    assert stop_platform(workspace)

    assert not processes.is_running(one)
    assert not processes.is_running(other)
    assert {path.name for path in workspace.state.iterdir()} == {"logs"}


def test_down_without_a_platform_says_so(workspace):
    assert not stop_platform(workspace)


@pytest.mark.parametrize("content", ["", "{", '{"children": 5}', '{"children": [{"pid": 1}]}'])
def test_down_copes_with_a_file_that_a_crash_cut_off(workspace, content):
    workspace.state.mkdir()
    workspace.run_json.write_text(content)

    assert not stop_platform(workspace)


def test_up_starts_what_is_not_there(workspace, progress, starts):
    assert up.start_platform(workspace, progress) == ("facts", True)
    assert starts == [workspace]


def test_up_clears_away_what_crashed_before_it_starts_anew(workspace, progress, starts, child):
    alive, dead = child("emulator"), child("sandbox")
    processes.stop(dead)
    workspace.local_json.write_text("{}")

    assert up.start_platform(workspace, progress) == ("facts", True)

    assert not processes.is_running(alive)
    assert starts == [workspace]


def test_up_that_fails_leaves_nothing_running(workspace, progress, child, monkeypatch):
    started = []

    def half(_workspace, _progress):
        started.append(child("emulator"))
        raise CliError("the sandbox does not start")

    monkeypatch.setattr(up, "_start", half)

    with pytest.raises(CliError):
        up.start_platform(workspace, progress)

    assert not processes.is_running(started[0])
    assert not workspace.run_json.exists()


def test_two_commands_do_not_start_the_same_platform(workspace, progress, monkeypatch):
    def while_starting(_workspace, _progress):
        return up.start_platform(workspace, progress)

    monkeypatch.setattr(up, "_start", while_starting)

    with pytest.raises(CliError, match="Another amana command"):
        up.start_platform(workspace, progress)


def test_a_child_is_on_record_as_soon_as_it_runs(workspace, child):
    one = child()

    stored = json.loads(workspace.run_json.read_text())

    assert [each["pid"] for each in stored["children"]] == [one.pid]
