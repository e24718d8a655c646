"""Where the local platform keeps what belongs to one run: everything under `.amana/`."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """Paths of one platform; two platforms in different folders do not touch each other."""

    state: Path = ROOT / ".amana"
    root: Path = ROOT

    @property
    def local_json(self) -> Path:
        return self.state / "local.json"

    @property
    def run_json(self) -> Path:
        return self.state / "run.json"

    @property
    def lock(self) -> Path:
        return self.state / "lock"

    @property
    def assembly(self) -> Path:
        return self.state / "cdk.out"

    @property
    def outputs(self) -> Path:
        return self.state / "outputs.json"

    @property
    def denials(self) -> Path:
        """One JSON line per call that IAM denied."""
        return self.state / "denied.jsonl"

    @property
    def scratch(self) -> Path:
        """TMPDIR of the emulator: unpacked functions live here, and go with it."""
        return self.state / "tmp"

    @property
    def sandbox_config(self) -> Path:
        return self.state / "sandbox.json"

    def log(self, name: str) -> Path:
        return self.state / "logs" / f"{name}.log"
