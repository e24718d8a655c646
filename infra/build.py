"""Assets of the functions, built before synth: one folder per function, ready to zip.

CDK is pointed at these folders. Its own bundling hook once gave every function the first one's
code when several shared a source path; a finished folder leaves nothing to mix up.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from infra import bytecode, packages
from infra.config import StageConfig
from infra.imports import Imports, imports_of
from infra.packages import Target
from infra.processes import ROOT

BUILD = ROOT / ".build"


def say(line: str) -> None:
    """Progress; on standard error, because standard output may be a template."""
    sys.stderr.write(f"==> {line}\n")


def function_names() -> list[str]:
    """`ls functions` without `core` is the list of deployed functions."""
    folders = (ROOT / "functions").iterdir()
    return sorted(f.name for f in folders if (f / "__init__.py").exists() and f.name != "core")


def target_of(stage: StageConfig) -> Target:
    wheels = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
    return Target(
        python=stage.python,
        architecture=stage.architecture,
        platform=None if stage.is_local else wheels[stage.architecture],
    )


def build_assets(
    stage: StageConfig, *, build: Path = BUILD, say: Callable[[str], None] = say
) -> Path:
    """The folder that holds one folder per function; rebuilt where sources changed."""
    target = target_of(stage)
    if bytecode.interpreter(target.python) is None:
        say(
            f"no python{target.python} here: functions ship as source, cold starts take a second "
            f"longer; `uv python install {target.python}` brings one"
        )
    assets = build / "assets" / target.folder
    assets.mkdir(parents=True, exist_ok=True)
    for name in function_names():
        needs = imports_of(name, root=ROOT)
        third_party = packages.install(
            needs.distributions, target, cache_folder=build / "packages", say=say
        )
        if _assemble(name, needs, third_party, target, assets / name):
            say(f"asset {name}: {', '.join(sorted(needs.distributions)) or 'no packages'}")
    return assets


def stand_in_assets(folder: Path) -> Path:
    """As `build_assets`, but empty: for whoever looks at templates and not at code."""
    for name in function_names():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "stand-in.txt").write_text(f"{name}\n", encoding="utf-8")
    return folder


def _assemble(
    name: str, needs: Imports, third_party: list[Path], target: Target, asset: Path
) -> bool:
    """Whether anything had to be done."""
    sources = _sources(name)
    digest = _digest(sources, [*(each.name for each in third_party), *sorted(needs.services)])
    stamp = asset.with_name(f"{name}.digest")
    if asset.is_dir() and stamp.exists() and stamp.read_text() == digest:
        return False
    partial = asset.with_name(f"{name}.partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    for path in sources:
        copy = partial / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    bytecode.compile_folder(partial, target.python)
    for package in third_party:
        shutil.copytree(package, partial, dirs_exist_ok=True, ignore=_unused_models(needs.services))
    shutil.rmtree(asset, ignore_errors=True)
    partial.rename(asset)
    stamp.write_text(digest)
    return True


def _unused_models(services: frozenset[str]) -> Callable[[str, list[str]], list[str]]:
    """Botocore describes 400 services in 25 MB; a function talks to a handful."""

    def ignore(folder: str, names: list[str]) -> list[str]:
        path = Path(folder)
        if path.parts[-2:] == ("botocore", "data"):
            return [name for name in names if (path / name).is_dir() and name not in services]
        return [name for name in names if name.startswith("examples-1.json")]

    return ignore


def _sources(name: str) -> list[Path]:
    folders = [ROOT / "functions" / "core", ROOT / "functions" / name, ROOT / "policies"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in files if "__pycache__" not in path.parts]
    return sorted([ROOT / "functions" / "__init__.py", *kept])


def _digest(sources: list[Path], inputs: list[str]) -> str:
    total = hashlib.sha256("\n".join(inputs).encode())
    for path in sources:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return total.hexdigest()
