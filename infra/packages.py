"""Locked third-party packages for one target, each installed into a folder of its own, once.

uv picks the wheel of the target on whatever machine this runs, and checks it against the hash in
the lock file; no Docker, no compiler.
"""

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra import bytecode
from infra.processes import run, tool

# raised when this module changes what it writes
_LAYOUT = "2"


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
    distributions: Iterable[str], target: Target, *, cache_folder: Path, say: Callable[[str], None]
) -> list[Path]:
    """The folders of `distributions` and of all that they need."""
    locked, needed_by = _locked()
    wanted: set[str] = set()
    queue = list(distributions)
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue += [other for other, users in needed_by.items() if name in users]
    return [_folder_of(locked[name], target, cache_folder, say) for name in sorted(wanted)]


def _folder_of(
    requirement: str, target: Target, cache_folder: Path, say: Callable[[str], None]
) -> Path:
    compiled = bytecode.interpreter(target.python) is not None
    content = f"{_LAYOUT} {target} {compiled} {requirement}"
    key = hashlib.sha256(content.encode()).hexdigest()[:16]
    name = re.split(r"[\s;]", requirement, maxsplit=1)[0]
    folder = cache_folder / target.folder / f"{name}-{key}"
    if folder.exists():
        return folder
    say(f"package {name} for {target.folder}")
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _pip_install(requirement, target, partial)
    _remove_records(partial)
    bytecode.compile_folder(partial, target.python)
    partial.rename(folder)
    return folder


@cache
def _locked() -> tuple[dict[str, str], dict[str, set[str]]]:
    """Per package: its requirement with hashes, and (from uv's `# via` notes) who needs it."""
    command = [tool("uv"), "export", "--locked", "--no-default-groups", "--no-emit-project"]
    export = run([*command, "--no-header"])
    if export.returncode:
        raise RuntimeError(f"uv export failed: {export.stderr.strip()}")
    locked: dict[str, str] = {}
    needed_by: dict[str, set[str]] = {}
    for block in re.findall(r"^\w.*\n(?:[ \t]+.*\n)*", export.stdout, flags=re.MULTILINE):
        lines = block.splitlines()
        name = re.split(r"==", lines[0], maxsplit=1)[0]
        locked[name] = "\n".join(line for line in lines if "#" not in line) + "\n"
        notes = [line.replace("# via", "").strip(" #\t") for line in lines if "#" in line]
        needed_by[name] = {note for note in notes if note}
    return locked, needed_by


def _pip_install(requirement: str, target: Target, folder: Path) -> None:
    lock = folder.with_name(f"{folder.name}.txt")
    lock.write_text(requirement, encoding="utf-8")
    command = [tool("uv"), "pip", "install", "--quiet", "--target", str(folder)]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--link-mode", "copy"]
    command += ["--python", sys.executable, "--requirements", str(lock)]
    if target.platform is not None:
        command += ["--python-version", target.python, "--python-platform", target.platform]
    done = run(command)
    lock.unlink()
    if done.returncode:
        raise RuntimeError(
            f"{requirement.split(maxsplit=1)[0]} for {target.folder}: {done.stderr.strip()}"
        )


def _remove_records(folder: Path) -> None:
    """What installers write about themselves, and scripts that nobody can call in Lambda."""
    shutil.rmtree(folder / "bin", ignore_errors=True)
    (folder / ".lock").unlink(missing_ok=True)
    for info in folder.glob("*.dist-info"):
        for record in ("RECORD", "REQUESTED", "INSTALLER", "uv_cache.json"):
            (info / record).unlink(missing_ok=True)
