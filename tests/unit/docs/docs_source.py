"""What the code says about itself, read from its source, since a synth would take seconds."""

import ast
import re
from pathlib import Path

from docs_pages import ROOT

from infra.stacks.data import CONVERSATION_INDEXES
from infra.stacks.routes import APART

STACKS = ROOT / "infra" / "stacks"


def function_names() -> set[str]:
    folders = (ROOT / "functions").iterdir()
    return {f.name for f in folders if (f / "__init__.py").exists() and f.name != "core"}


def outputs() -> dict[str, set[str]]:
    """Outputs of each stack."""
    found: dict[str, set[str]] = {}
    shared = _outputs_in(STACKS / "base.py")
    for path in sorted(STACKS.glob("*.py")):
        names = _outputs_in(path)
        inherits = "(FunctionStack)" in path.read_text(encoding="utf-8")
        if path.stem != "base" and (names or inherits):
            found[path.stem] = names | (shared if inherits else set())
    return found


def _outputs_in(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.For):
            found |= _outputs_of_secrets(node)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("CfnOutput"):
            name = node.args[1]
            found |= {name.value} if isinstance(name, ast.Constant) else set()
    return found | (set(APART) if path.stem == "api" else set())


def _outputs_of_secrets(loop: ast.For) -> set[str]:
    """`for name in ("meta", …): output = f"{name.title()…}Secret"`."""
    if "Secret" not in ast.unparse(loop) or not isinstance(loop.iter, ast.Tuple):
        return set()
    return {f"{name.title().replace('-', '')}Secret" for name in ast.literal_eval(loop.iter)}


# which of the stack's dictionaries an alarm's name is made for each entry of
_EACH = {
    "NotEmpty": ("dlqs",),
    "Waiting": ("queues", "slow_queues"),
    "ServerErrors": ("apis",),
    "Errors": ("functions",),
    "Throttles": ("functions",),
    "Failed": ("workflows",),
    "TimedOut": ("workflows",),
    "{end}": ("workflows",),
}


def alarms() -> set[str]:
    source = (STACKS / "observability.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    entries = _dictionaries(tree)
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("self.alarms.when"):
            name = node.args[0]
            if isinstance(name, ast.Constant):
                found.add(name.value)
            else:
                suffix = ast.unparse(name).removeprefix("f'{name}").removesuffix("'")
                ends = entries["ends"] if suffix == "{end}" else {suffix}
                names = {each for key in _EACH[suffix] for each in entries[key]}
                found |= {f"{each}{end}" for each in names for end in ends}
    return found


def _dictionaries(tree: ast.AST) -> dict[str, set[str]]:
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            keys = [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
            found[ast.unparse(target).removeprefix("self.")] = set(keys)
    return found


def metrics() -> dict[str, str]:
    """Name to dimension of what functions count."""
    found = {}
    for path in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "log.metric":
                dimensions = [keyword.arg or "" for keyword in node.keywords]
                found[ast.literal_eval(node.args[0])] = ", ".join(dimensions)
    return found


def key_prefixes() -> set[str]:
    """`ALIAS#` and the like, where they are made into keys, and keys that are written out."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "functions").rglob("*.py")]
    text = "\n".join(sources)
    written = re.findall(r'\{"pk": "([A-Z]+)"\}|= "([A-Z]+)#[A-Z]+"', text)
    return set(re.findall(r'f"([A-Z]+)#\{', text)) | {
        one for pair in written for one in pair if one
    }


def problems() -> set[tuple[int, str]]:
    """Status and name of every problem that a function answers."""
    found = set()
    for path in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Problem":
                status, name = node.args[:2]
                assert isinstance(status, ast.Constant), path
                assert isinstance(name, ast.Constant), path
                found.add((status.value, name.value))
    return found


def reasons() -> set[str]:
    """Codes of all reasons for which a message is refused."""
    found = set()
    for path in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Reason" and node.args:
                found.add(ast.literal_eval(node.args[0]))
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Reason":
                found |= {ast.literal_eval(k.value) for k in node.keywords if k.arg == "code"}
    return found


def settings_of(function: str) -> set[str]:
    """Names of a function's settings."""
    source = (ROOT / "functions" / function / "settings.py").read_text(encoding="utf-8")
    nodes = ast.walk(ast.parse(source))
    return {ast.unparse(node.target) for node in nodes if isinstance(node, ast.AnnAssign)}


def indexes() -> set[tuple[str, ...]]:
    return set(CONVERSATION_INDEXES)


def constant(path: str, name: str) -> object:
    """The value of a module's constant, where it is written out."""
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{path} has no {name}")
