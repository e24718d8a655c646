"""What a function imports, read from its source: third-party packages and AWS services.

Derived and not declared, so that a package cannot be forgotten when an import is added, nor kept
when the last import of it goes.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# import name -> the distribution in pyproject.toml that brings it
_DISTRIBUTIONS = {
    "aws_lambda_powertools": "aws-lambda-powertools",
    "boto3": "boto3",
    "botocore": "botocore",
    "cryptography": "cryptography",
    "holidays": "holidays",
    "pydantic": "pydantic",
    "pydantic_core": "pydantic",
    "typing_extensions": "pydantic",
    "urllib3": "urllib3",
}


class UnknownImportError(ValueError):
    """A function imports what is not in the project's dependencies."""


@dataclass(frozen=True, kw_only=True)
class Imports:
    distributions: frozenset[str]
    # names as boto3.client takes them
    services: frozenset[str]


def imports_of(function: str, *, root: Path) -> Imports:
    """Everything reachable from the modules of `functions/<function>`."""
    queue = [f"functions.{function}"]
    queue += [_module(path, root) for path in (root / "functions" / function).rglob("*.py")]
    seen: set[str] = set()
    distributions: set[str] = set()
    services: set[str] = set()
    while queue:
        module = queue.pop()
        path = _source(module, root)
        if module in seen or path is None:
            continue
        seen.add(module)
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        services.update(_services(tree))
        for name in _imported(tree):
            top = name.partition(".")[0]
            if top == "functions":
                queue += _with_parents(name)
            elif top not in sys.stdlib_module_names:
                distributions.add(_distribution(top, path))
    return Imports(distributions=frozenset(distributions), services=frozenset(services))


def _distribution(top: str, path: Path) -> str:
    if top not in _DISTRIBUTIONS:
        raise UnknownImportError(f"{path} imports {top}; add it to infra/imports.py and pyproject")
    return _DISTRIBUTIONS[top]


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in _runtime_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _runtime_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those under `if TYPE_CHECKING:`, which never run."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            yield from (inner for part in child.orelse for inner in ast.walk(part))
            continue
        yield child
        yield from _runtime_nodes(child)


def _services(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        first = node.args[0]
        if name == "client" and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def _source(module: str, root: Path) -> Path | None:
    base = root.joinpath(*module.split("."))
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def _module(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
