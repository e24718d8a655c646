"""What every function has in common."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(p.parent.name for p in (ROOT / "functions").glob("*/handler.py"))
LONGEST_HANDLER = 60


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_handler_imports_with_an_empty_environment(function):
    """So that synth, tests and readers can import it; only a call needs the deployment."""
    code = f"from functions.{function}.handler import handler; assert callable(handler)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={}, check=True)  # noqa: S603 (our own code)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_handler_fits_a_screen_and_says_what_it_does(function):
    text = (ROOT / "functions" / function / "handler.py").read_text()
    assert len(text.splitlines()) <= LONGEST_HANDLER
    docstring = text.split('"""')[1]
    assert "Trigger:" in docstring
    assert "Effect:" in docstring


def test_every_function_has_a_handler_and_settings():
    folders = {p.name for p in (ROOT / "functions").iterdir() if (p / "__init__.py").exists()}
    assert folders - {"core"} == set(FUNCTIONS)
    for function in FUNCTIONS:
        assert (ROOT / "functions" / function / "settings.py").exists()
