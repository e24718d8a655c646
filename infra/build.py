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

from infra import packages
from infra.config import StageConfig
from infra.imports import imports_of
from infra.packages import ROOT, Target

BUILD = ROOT / ".build"


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


def build_assets(stage: StageConfig, *, say: Callable[[str], None] | None = None) -> Path:
    """The folder that holds one folder per function; rebuilt where sources changed."""
    say = say or _progress
    target = target_of(stage)
    if packages.bytecode_interpreter(target.python) is None:
        say(f"no python{target.python} here: functions ship as source, cold starts take longer")
    assets = BUILD / "assets" / target.folder
    assets.mkdir(parents=True, exist_ok=True)
    for name in function_names():
        _build(name, target, assets, say)
    return assets


def stand_in_assets(folder: Path) -> Path:
    """As `build_assets`, but empty: for whoever looks at templates and not at code."""
    for name in function_names():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "stand-in.txt").write_text(f"{name}\n", encoding="utf-8")
    return folder


def _build(name: str, target: Target, assets: Path, say: Callable[[str], None]) -> None:
    needs = imports_of(name, root=ROOT)
    third_party = packages.install(needs, target, cache_folder=BUILD / "packages", say=say)
    sources = _sources(name)
    digest = _digest(sources, third_party.name)
    stamp = assets / f"{name}.digest"
    if (assets / name).is_dir() and stamp.exists() and stamp.read_text() == digest:
        return
    say(f"asset {name}: {', '.join(sorted(needs.distributions)) or 'no packages'}")
    partial = assets / f"{name}.partial-{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "functions").mkdir(parents=True)
    for path in sources:
        copy = partial / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    packages.compile_bytecode(partial, target.python)
    shutil.copytree(third_party, partial, dirs_exist_ok=True)
    shutil.rmtree(assets / name, ignore_errors=True)
    partial.rename(assets / name)
    stamp.write_text(digest)


def _sources(name: str) -> list[Path]:
    folders = [ROOT / "functions" / "core", ROOT / "functions" / name, ROOT / "policies"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in files if "__pycache__" not in path.parts]
    return sorted([ROOT / "functions" / "__init__.py", *kept])


def _digest(sources: list[Path], third_party: str) -> str:
    total = hashlib.sha256(third_party.encode())
    for path in sources:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return total.hexdigest()


def _progress(line: str) -> None:
    sys.stderr.write(f"==> {line}\n")
