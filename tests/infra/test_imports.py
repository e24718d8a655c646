"""What a function needs is read from its source, so that it cannot be forgotten."""

import pytest

from infra.imports import UnknownImportError, imports_of


def write(root, path, source):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source)


@pytest.fixture
def root(tmp_path):
    for package in ("functions", "functions/core", "functions/hello"):
        write(tmp_path, f"{package}/__init__.py", "")
    return tmp_path


def test_follows_imports_into_core_and_into_function_bodies(root):
    write(root, "functions/hello/handler.py", "from functions.core import deep\n")
    write(root, "functions/core/deep.py", "def f():\n    import pydantic\n")
    assert imports_of("hello", root=root).distributions == {"pydantic"}


def test_leaves_out_what_is_in_core_but_not_imported(root):
    write(root, "functions/hello/handler.py", "import json\n")
    write(root, "functions/core/other.py", "import pydantic\n")
    assert imports_of("hello", root=root).distributions == frozenset()


def test_leaves_out_what_only_type_checkers_import(root):
    source = (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import mypy_boto3_sqs\nelse:\n    import urllib3\n"
    )
    write(root, "functions/hello/handler.py", source)
    assert imports_of("hello", root=root).distributions == {"urllib3"}


@pytest.mark.parametrize("call", ["client('sqs')", "boto3.client('sqs')"])
def test_collects_the_services_of_clients(root, call):
    write(root, "functions/hello/handler.py", f"x = lambda: {call}\n")
    assert imports_of("hello", root=root).services == {"sqs"}


def test_names_the_file_that_imports_what_nobody_locked(root):
    write(root, "functions/hello/handler.py", "import leftpad\n")
    with pytest.raises(UnknownImportError, match=r"handler.py imports leftpad"):
        imports_of("hello", root=root)
