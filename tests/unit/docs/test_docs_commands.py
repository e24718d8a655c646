"""What the documents tell to type exists, and is typed right."""

import re
import shutil
import subprocess

import pytest
from docs_pages import ROOT, coded, page, pages, rows

from cli.main import _parser

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):.*##", MAKEFILE, re.MULTILINE))
TEXT = "\n".join(each.text for each in pages())
SHELL = shutil.which("bash") or "bash"
BASH = [(each.name, block) for each in pages() for block in each.blocks("bash")]


def test_every_make_command_is_a_target():
    named = re.findall(r"(?:^|`)make ([a-z]+)", TEXT, re.MULTILINE)
    assert named
    assert set(named) <= TARGETS


def test_the_readme_names_every_make_target():
    readme = page("README.md")
    in_table = {word.split()[1] for row in rows(readme.text, "command") for word in coded(row[0])}
    in_blocks = set(re.findall(r"^make ([a-z]+)", "\n".join(readme.blocks("bash")), re.MULTILINE))
    assert in_table | in_blocks == TARGETS


# in a sentence a command may stand without what it asks for
NAMED_ALONE = {
    "redrive": ["inbound"],
    "restore replay": ["--since", "2026-11-24T08:00:00Z"],
    "audit verify": ["--key", "log.key"],
    "audit prove": ["1.tlog-proof", "--key", "log.key"],
    "audit receipt": ["receipt.json", "--key", "log.key"],
}


def test_every_amana_command_is_understood():
    in_blocks = re.findall(r"^ *\.venv/bin/amana (.*)$", TEXT, re.MULTILINE)
    in_prose = [word.removeprefix("amana ") for word in coded(TEXT) if word.startswith("amana ")]
    assert in_blocks
    for command in in_blocks + in_prose:
        arguments = command.replace('"$STAGE"', "prod").split()
        arguments += NAMED_ALONE.get(" ".join(arguments), [])
        _parser().parse_args(arguments)


@pytest.mark.parametrize("block", [b for _, b in BASH], ids=[n for n, _ in BASH])
def test_every_shell_example_is_valid_shell(block):
    # stand-ins such as <app secret> are for a person to replace
    text = re.sub(r"<[a-z A-Z]+>", "STAND_IN", block)
    done = subprocess.run(  # noqa: S603 - checks syntax, runs nothing
        [SHELL, "-n"], input=text, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
