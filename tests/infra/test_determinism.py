"""The same commit gives the same templates, whoever synthesises it, where and when."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SCRIPT = """
from pathlib import Path
from infra.app import synthesise
from infra.build import stand_in_assets
from infra.config import load_stage
folder = Path({folder!r})
synthesise(load_stage("prod"), stand_in_assets(folder / "assets"), outdir=folder / "out")
"""


def test_another_person_in_another_place_without_network_writes_the_same(prod, tmp_path):
    # given another user, account, time zone and hash seed, and no way out
    environment = {
        "PATH": os.environ["PATH"],
        # where jsii keeps what it unpacked
        "HOME": os.environ["HOME"],
        "USER": "somebody-else",
        "LOGNAME": "somebody-else",
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "7",
        "CDK_DEFAULT_ACCOUNT": "999999999999",
        "CDK_DEFAULT_REGION": "ap-southeast-2",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }

    subprocess.run(  # noqa: S603 - this interpreter, a constant program
        [sys.executable, "-c", SCRIPT.format(folder=str(tmp_path))],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    )

    assert _files(tmp_path / "out") == _files(prod.folder)


def _files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
