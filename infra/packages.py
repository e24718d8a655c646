"""Locked third-party packages for one target, installed into a folder without Docker."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra.imports import Imports

ROOT = Path(__file__).parent.parent
# raised when this module changes what it writes
_LAYOUT = "1"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where the code will run. `platform` None: on this very machine."""

    python: str
    architecture: str
    platform: str | None

    @property
    def folder(self) -> str:
        where = "host" if self.platform is None else "lambda"
        return f"{where}-py{self.python.replace('.', '')}-{self.architecture}"


def install(
    needs: Imports, target: Target, *, cache_folder: Path, say: Callable[[str], None]
) -> Path:
    """A folder with the packages of `needs`; made once per content."""
    requirements = _requirements(needs.distributions)
    interpreter = bytecode_interpreter(target.python)
    key = hashlib.sha256(
        "\n".join(
            [
                _LAYOUT,
                str(target),
                str(interpreter is not None),
                *sorted(needs.services),
                requirements,
            ]
        ).encode()
    ).hexdigest()[:16]
    folder = cache_folder / f"{target.folder}-{key}"
    if folder.exists():
        return folder
    say(f"packages for {target.folder}: {', '.join(sorted(needs.distributions)) or 'none'}")
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    if requirements:
        _pip_install(requirements, target, partial)
    _prune(partial, needs.services)
    compile_bytecode(partial, target.python)
    partial.rename(folder)
    return folder


def _requirements(distributions: frozenset[str]) -> str:
    """The lock file's lines, hashes included, for `distributions` and all they need."""
    locked, needed_by = _locked()
    wanted: set[str] = set()
    queue = list(distributions)
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue += [other for other, users in needed_by.items() if name in users]
    return "".join(locked[name] for name in sorted(wanted))


@cache
def _locked() -> tuple[dict[str, str], dict[str, set[str]]]:
    """Per package: its requirement with hashes, and (from uv's `# via` notes) who needs it."""
    command = [_uv(), "export", "--locked", "--no-default-groups", "--no-emit-project"]
    export = _run([*command, "--no-header"])
    if export.returncode:
        raise RuntimeError(f"uv export failed: {export.stderr.strip()}")
    locked: dict[str, str] = {}
    needed_by: dict[str, set[str]] = {}
    for block in re.findall(r"^\S.*\n(?:[ \t]+.*\n)*", export.stdout, flags=re.MULTILINE):
        name = re.match(r"[\w.-]+", block)
        if name is None:
            continue
        lines = block.splitlines()
        locked[name[0]] = "\n".join(line for line in lines if "#" not in line) + "\n"
        notes = [line.replace("# via", "").strip(" #\t") for line in lines if "#" in line]
        needed_by[name[0]] = {note for note in notes if note}
    return locked, needed_by


def _pip_install(requirements: str, target: Target, folder: Path) -> None:
    lock = folder.with_name(f"{folder.name}.txt")
    lock.write_text(requirements, encoding="utf-8")
    command = [_uv(), "pip", "install", "--quiet", "--target", str(folder), "--require-hashes"]
    command += ["--no-deps", "--only-binary", ":all:", "--python", sys.executable]
    command += ["--link-mode", "copy", "--requirements", str(lock)]
    if target.platform is not None:
        command += ["--python-version", target.python, "--python-platform", target.platform]
    done = _run(command)
    lock.unlink()
    if done.returncode:
        raise RuntimeError(
            f"packages for {target.folder} cannot be installed: {done.stderr.strip()}"
        )


def _prune(folder: Path, services: frozenset[str]) -> None:
    """Leave out what never runs: 25 MB of other services' models, scripts, install records."""
    data = folder / "botocore" / "data"
    if data.is_dir():
        for entry in data.iterdir():
            if entry.is_dir() and entry.name not in services:
                shutil.rmtree(entry)
    for examples in data.rglob("examples-1.json*"):
        examples.unlink()
    shutil.rmtree(folder / "bin", ignore_errors=True)
    shutil.rmtree(folder / "boto3" / "examples", ignore_errors=True)
    (folder / ".lock").unlink(missing_ok=True)
    for info in folder.glob("*.dist-info"):
        for record in ("RECORD", "REQUESTED", "INSTALLER", "uv_cache.json"):
            (info / record).unlink(missing_ok=True)


def compile_bytecode(folder: Path, python: str) -> None:
    """Bytecode that Lambda uses whatever the file times say; needs the runtime's own version."""
    interpreter = bytecode_interpreter(python)
    if interpreter is None:
        return
    # names in sets are written in hash order; a fixed seed makes the files identical
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""}
    command = [interpreter, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    done = _run([*command, "-s", str(folder), "-p", "/var/task", str(folder)], environment)
    if done.returncode:
        raise RuntimeError(f"{folder} cannot be compiled: {done.stdout.strip()}")


@cache
def bytecode_interpreter(python: str) -> str | None:
    """An interpreter of exactly this minor version, or None when the machine has none."""
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [
        shutil.which(f"python{python}"),
        *map(str, sorted(pyenv.glob(f"{python}.*/bin/python"))),
    ]
    return next((path for path in found if path and _runs(path, python)), None)


def _runs(path: str, python: str) -> bool:
    version = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = _run([path, "-c", version])
    return done.returncode == 0 and done.stdout.strip() == python


def _uv() -> str:
    beside = Path(sys.executable).parent / "uv"
    return str(beside) if beside.exists() else "uv"


def _run(
    command: list[str], environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - uv and interpreters that were looked up here, no shell
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
