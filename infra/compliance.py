"""`python -m infra.compliance`: every AWS stage against six rule packs, our gate and cfn-lint."""

import json
import shutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import get_args

from infra.acknowledge import PACKS
from infra.app import synthesise
from infra.build import BUILD, stand_in_assets
from infra.config import StageConfig, StageName, load_stage
from infra.gate import MOST_RULES, Audit, audit
from infra.processes import run, tool
from infra.tenant import Witness

AWS_STAGES = [name for name in get_args(StageName) if name != "local"]


def main() -> int:
    folder = BUILD / "compliance"
    shutil.rmtree(folder, ignore_errors=True)
    # what is inside the functions changes no finding
    assets = stand_in_assets(folder / "assets")
    objections: list[str] = []
    for name in AWS_STAGES:
        assembly = folder / name
        synthesise(_whole(load_stage(name)), assets, outdir=assembly)
        result = audit(assembly)
        _say(f"{name}: {len(result.objections)} objections; {_summary(result)}")
        objections += result.objections
    objections += lint(sorted(folder.glob("*/*.template.json")))
    for objection in objections:
        _say(f"  {objection}")
    _say(f"compliance: {len(objections)} objections by {len(PACKS)} rule packs and cfn-lint")
    return int(bool(objections))


def _whole(stage: StageConfig) -> StageConfig:
    """With a witness, whether or not its file asks for one: auditors deploy it as it is."""
    chosen = stage.tenant.witness or Witness(
        name="witness.example", callers=("arn:aws:iam::111122223333:role/example",)
    )
    return replace(stage, tenant=replace(stage.tenant, witness=chosen))


def lint(templates: Iterable[Path]) -> list[str]:
    """What cfn-lint says about the templates, offline."""
    command = [tool("cfn-lint"), "--format", "json"]
    # CDK says again in DependsOn what a reference says already; harmless
    command += ["--ignore-checks", "W3005", "--", *map(str, templates)]
    done = run(command)
    if done.returncode and not done.stdout.strip():
        return [f"cfn-lint failed: {done.stderr.strip()}"]
    return [
        f"{Path(each['Filename']).name}: {each['Rule']['Id']} {each['Message']} "
        f"at {'/'.join(map(str, each['Location']['Path'] or []))}"
        for each in json.loads(done.stdout or "[]")
    ]


def _summary(result: Audit) -> str:
    counts = ", ".join(f"{rule} {count}" for rule, count in result.rules.items())
    return (
        f"{len(result.acknowledgements)} acknowledgements of {len(result.rules)} rules "
        f"(at most {MOST_RULES}): {counts}"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
