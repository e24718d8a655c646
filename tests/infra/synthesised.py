"""Reads synthesised templates the way the tests ask about them."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Resource:
    stack: str
    id: str
    type: str
    body: dict[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        return self.body.get("Properties", {})

    def __str__(self) -> str:
        return f"{self.stack}/{self.id}"


class Assembly:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def templates(self) -> dict[str, dict[str, Any]]:
        """Per stack, named without its stage: `data`, `ingress`."""
        files = sorted(self.folder.glob("*.template.json"))
        return {
            path.name.split(".")[0].split("-")[-1]: json.loads(path.read_text()) for path in files
        }

    @cached_property
    def resources(self) -> list[Resource]:
        return [
            Resource(stack=stack, id=id_, type=body["Type"], body=body)
            for stack, template in self.templates.items()
            for id_, body in template.get("Resources", {}).items()
        ]

    def of_type(self, type_: str) -> list[Resource]:
        return [each for each in self.resources if each.type == type_]

    def stacks(self) -> dict[str, dict[str, Any]]:
        """What the CDK CLI is told about each stack."""
        manifest = json.loads((self.folder / "manifest.json").read_text())
        return {
            name: artifact["properties"]
            for name, artifact in manifest["artifacts"].items()
            if artifact["type"] == "aws:cloudformation:stack"
        }

    def dependencies(self) -> dict[str, set[str]]:
        """Which stacks each stack waits for."""
        manifest = json.loads((self.folder / "manifest.json").read_text())
        stacks = self.stacks()
        return {
            name: stacks.keys() & manifest["artifacts"][name].get("dependencies", [])
            for name in stacks
        }

    def functions(self) -> dict[str, Resource]:
        """Deployed functions by the folder they come from."""
        return {
            each.properties["Handler"].split(".")[1]: each
            for each in self.of_type("AWS::Lambda::Function")
        }

    def name_of(self, value: Any) -> str:
        """What an intrinsic refers to, in words: `<Conversations.Arn>`, `<AWS::Region>`."""
        match value:
            case str():
                return value
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(self.name_of(part) for part in parts)
            case {"Fn::ImportValue": export}:
                return self._exports[export]
            case {"Fn::GetAtt": [id_, attribute]}:
                return f"<{_readable(id_)}.{attribute}>"
            case {"Ref": id_}:
                return f"<{_readable(id_)}>"
        raise AssertionError(f"a test has to learn to read {value}")

    @cached_property
    def _exports(self) -> dict[str, str]:
        return {
            output["Export"]["Name"]: self.name_of(output["Value"])
            for template in self.templates.values()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }


def _readable(logical_id: str) -> str:
    """Without the eight digits of a hash that CDK appends."""
    if len(logical_id) > 8 and all(c in "0123456789ABCDEF" for c in logical_id[-8:]):
        return logical_id[:-8]
    return logical_id
