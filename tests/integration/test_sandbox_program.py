"""python -m sandbox as a child process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3

ROOT = Path(__file__).parents[2]
NUMBER_ID = "106540352242922"


@pytest.fixture
def pool():
    pool = urllib3.PoolManager(retries=False)
    yield pool
    pool.clear()


def test_runs_as_a_program_until_it_is_told_to_end(tmp_path, pool):
    file = tmp_path / "sandbox.json"
    file.write_text(
        json.dumps(
            {
                "app_secret": "a",
                "verify_token": "b",
                "access_token": "token",
                "waba_id": "1",
                "phone_number_ids": {NUMBER_ID: "15550783881"},
            }
        )
    )
    command = [sys.executable, "-m", "sandbox", "--config", str(file)]
    with subprocess.Popen(  # noqa: S603  # our own interpreter and module
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        url = process.stdout.readline().removeprefix("Meta sandbox on ").strip()
        health = pool.request("GET", f"{url}/sandbox/health").json()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""

    assert health["ok"]


def test_says_what_is_wrong_with_its_configuration(tmp_path):
    file = tmp_path / "sandbox.json"
    file.write_text('{"colour": "red"}')

    ended = subprocess.run(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-m", "sandbox", "--config", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert "unknown in sandbox.json: colour" in ended.stderr
