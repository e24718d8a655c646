"""Children of the platform end as a group, and nobody else is ever touched."""

import dataclasses
import os
import signal
import sys
import time

import pytest

from cli import processes

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
# a leader with a worker of its own, as the emulator with its functions
WITH_A_WORKER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("ready", flush=True)
time.sleep(60)
"""
LEADER = [sys.executable, "-c", WITH_A_WORKER]


@pytest.fixture
def start(tmp_path):
    children = []

    def start(command):
        child = processes.start(
            "child", command, env=dict(os.environ), log=tmp_path / "child.log", cwd=tmp_path
        )
        children.append(child)
        return child

    yield start
    for child in children:
        processes.stop(child)


def group_exists(pid):
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_started_child_is_running_until_it_is_stopped(start):
    child = start(SLEEPER)
    assert processes.is_running(child)

    assert processes.stop(child)

    assert not processes.is_running(child)
    assert not group_exists(child.pid)


def test_stopping_twice_says_that_nothing_was_left(start):
    child = start(SLEEPER)
    processes.stop(child)

    assert not processes.stop(child)


def test_workers_end_with_their_leader(start, tmp_path):
    child = start(LEADER)
    wait_for(lambda: "ready" in (tmp_path / "child.log").read_text())

    processes.stop(child)

    wait_for(lambda: not group_exists(child.pid))


def test_workers_end_also_when_their_leader_was_killed(start, tmp_path):
    child = start(LEADER)
    wait_for(lambda: "ready" in (tmp_path / "child.log").read_text())
    os.kill(child.pid, signal.SIGKILL)
    wait_for(lambda: not processes.is_running(child))

    assert processes.stop(child)

    wait_for(lambda: not group_exists(child.pid))


def test_a_process_that_took_over_the_id_is_left_alone(start):
    other = start(SLEEPER)
    crashed = dataclasses.replace(other, started="long ago")

    assert not processes.is_running(crashed)
    assert not processes.stop(crashed)
    assert processes.is_running(other)
