"""The one place where the local platform differs from AWS, and says so.

The stacks are synthesised as for AWS. This step edits the local copy of their templates: it leaves
out what the emulator does not know. `tests/e2e` holds the lists against the emulator, so that an
entry the emulator has learnt, or the stacks no longer need, must go.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.errors import CliError

# Resource types that the emulator's CloudFormation refuses, and what is missing without them.
LEFT_OUT = {
    "AWS::WAFv2::WebACLAssociation": "the firewall exists, but no request passes through it",
    "AWS::WAFv2::LoggingConfiguration": "the firewall writes no log",
}

# What is there otherwise than on AWS, and what is done about it.
STOOD_IN = (
    "cdk bootstrap: the bucket for assets, and nothing else of it",
    "default encryption of buckets: ignored by the emulator's CloudFormation, set through S3",
    "Object Lock of archive and audit log: ignored by its CloudFormation, set through S3",
    "conditions on locks, keys, items and roles: not AWS's in the emulator's IAM, taught at start",
    "denials of buckets' policies: the emulator's root is exempt, and held to them from the start",
    "rights for batches of messages: asked for by names AWS does not know, corrected at start",
    "events of stacks: none are sent, so `amana up` starts the workflow that opens an epoch",
    "shards of a table's stream: there is one, and a tumbling window is ignored",
    "witness of the audit log: in the same account, and told the log's key after the deployment",
    "names of functions' errors: all the same to workflows, so that none is told from a defect",
    "secure transport: demanded of functions, but the emulator's root may use plain HTTP",
)


@dataclass(frozen=True, kw_only=True, order=True)
class Omission:
    resource_type: str
    stack: str
    logical_id: str

    def __str__(self) -> str:
        return f"{self.resource_type} ({self.stack}): {LEFT_OUT[self.resource_type]}"


def close_gaps(assembly: Path) -> list[Omission]:
    """Edit the templates of a synthesised assembly; what was left out, in order."""
    return sorted(omission for path in _templates(assembly) for omission in _edit(path))


def _templates(assembly: Path) -> Iterator[Path]:
    return iter(sorted(assembly.glob("*.template.json")))


def _edit(path: Path) -> list[Omission]:
    template = json.loads(path.read_text(encoding="utf-8"))
    resources: dict[str, Any] = template.get("Resources", {})
    gone = {name for name, each in resources.items() if each["Type"] in LEFT_OUT}
    if not gone:
        return []
    stack = path.name.removesuffix(".template.json")
    omissions = [
        Omission(resource_type=resources.pop(name)["Type"], stack=stack, logical_id=name)
        for name in sorted(gone)
    ]
    for resource in resources.values():
        _forget_dependencies(resource, gone)
    if used := gone & set(_references(template)):
        raise CliError(
            f"{stack} refers to {', '.join(sorted(used))}, which the emulator does not know. "
            "Let the stack do without that reference, or stand in for it in cli/emulator/gaps.py."
        )
    path.write_text(json.dumps(template, indent=1), encoding="utf-8")
    return omissions


def _forget_dependencies(resource: dict[str, Any], gone: set[str]) -> None:
    needs = resource.pop("DependsOn", [])
    needs = [needs] if isinstance(needs, str) else needs
    if kept := [name for name in needs if name not in gone]:
        resource["DependsOn"] = kept


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _references(each)
    elif isinstance(node, dict):
        if isinstance(name := node.get("Ref"), str):
            yield name
        if isinstance(pair := node.get("Fn::GetAtt"), list):
            yield pair[0]
        for each in node.values():
            yield from _references(each)
