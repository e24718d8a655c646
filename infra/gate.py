"""Reads a cloud assembly and says what an auditor would object to.

cdk-nag lets pass what it should not: a short id hides a finding without a trace, an empty reason
counts, and an acknowledgement whose finding is gone stays for ever. The assembly holds all that
is needed to see it: every stack's metadata (what was acknowledged where) and the validation
report (what was found, and which acknowledgement it met).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.acknowledge import PACKS

_ACKNOWLEDGED = "aws:cdk:acknowledged-rules"
# one rule of cdk-nag has a name of its own in the AwsSolutions pack
_OTHER_NAMES = {"SMG4": "SecretsManagerRotationEnabled"}
# what does not fit into a sentence and a half is hardly a reason
_SHORTEST_REASON = 80
# more exceptions than these and the packs no longer describe this platform
MOST_RULES = 12
# exceptions that come with a line in a stage file: reserve_concurrency and alarm_email
_OF_THE_OPERATOR = {"LambdaConcurrency", "SNSRedrivePolicy"}


@dataclass(frozen=True, order=True, kw_only=True)
class Acknowledgement:
    path: str
    id: str
    reason: str = field(compare=False)

    @property
    def rule(self) -> str:
        """The rule's name without pack and finding: `IAM5` of `…AwsSolutions-IAM5[Resource::*]`."""
        name = self.id.partition("::")[2].partition("[")[0]
        for pack in PACKS:
            name = name.removeprefix(f"{pack}-")
        return _OTHER_NAMES.get(name, name)


@dataclass(frozen=True, kw_only=True)
class Audit:
    objections: list[str]
    acknowledgements: list[Acknowledgement]

    @property
    def rules(self) -> dict[str, int]:
        """Acknowledged rule names, and how often each."""
        names = sorted(each.rule for each in self.acknowledgements)
        return {name: names.count(name) for name in dict.fromkeys(names)}


def audit(assembly: Path) -> Audit:
    report = json.loads((assembly / "validation-report.json").read_text(encoding="utf-8"))
    packs = {each["pluginName"]: each for each in report["pluginReports"]}
    acknowledgements = sorted(_acknowledgements(assembly))
    used = {
        (each["acknowledgedAt"], each["acknowledgedId"])
        for pack in packs.values()
        for each in pack.get("suppressedViolations", [])
    }
    objections = [f"pack {name} did not run" for name in PACKS if name not in packs]
    objections += _violations(packs.values())
    for each in acknowledgements:
        objections += _faults(each, used=(each.path, each.id) in used)
    rules = {each.rule for each in acknowledgements} - _OF_THE_OPERATOR
    if len(rules) > MOST_RULES:
        names = ", ".join(sorted(rules))
        objections.append(f"{len(rules)} rules acknowledged, more than {MOST_RULES}: {names}")
    return Audit(objections=objections, acknowledgements=acknowledgements)


def _acknowledgements(assembly: Path) -> Iterator[Acknowledgement]:
    for file in sorted(assembly.glob("*.metadata.json")):
        for path, entries in json.loads(file.read_text(encoding="utf-8")).items():
            for entry in entries:
                if entry["type"] == _ACKNOWLEDGED:
                    for id_, reason in entry["data"].items():
                        yield Acknowledgement(path=path.lstrip("/"), id=id_, reason=reason)


def _violations(packs: Any) -> Iterator[str]:
    for pack in packs:
        for violation in pack["violations"]:
            for construct in violation["violatingConstructs"]:
                path, rule = construct["constructPath"], violation["ruleName"]
                yield f"{path}: {rule}: {violation['description']}"


def _faults(each: Acknowledgement, *, used: bool) -> Iterator[str]:
    where = f"{each.path}: {each.id}"
    full = any(re.match(rf"{re.escape(pack)}::{re.escape(pack)}-\w", each.id) for pack in PACKS)
    if not full:
        yield f"{where} is no full id (Pack::Pack-Rule): it hides the finding from the report"
    elif not used:
        yield f"{where} is stale: there is no such finding here any more"
    if len(each.reason.strip()) < _SHORTEST_REASON:
        yield f"{where} gives no reason an auditor could follow"
