"""What is running: written as soon as a child starts, so that a crash leaves nothing unknown."""

import dataclasses
import json
import os
from dataclasses import dataclass
from pathlib import Path

from cli import processes
from cli.processes import Child
from cli.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Run:
    children: tuple[Child, ...] = ()

    def with_child(self, child: Child) -> "Run":
        return Run(children=(*self.children, child))

    @property
    def all_alive(self) -> bool:
        return bool(self.children) and all(processes.is_running(each) for each in self.children)


def load(workspace: Workspace) -> Run:
    """The children of the last `up`, dead or alive; none when there was no `up`."""
    try:
        values = json.loads(workspace.run_json.read_text(encoding="utf-8"))
        return Run(children=tuple(Child(**each) for each in values["children"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Run()


def save(workspace: Workspace, run: Run) -> None:
    write_private(workspace.run_json, json.dumps(dataclasses.asdict(run), indent=2))


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and for this user's eyes only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
