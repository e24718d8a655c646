"""What `cdk deploy` would provision for production, read from the templates it writes.

Memory sizes, batch sizes, table schemas and everything billed by the month come from here, so
that the bench cannot describe another deployment than the one in `infra/`.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.assumptions import assumed
from bench.units import Index

_ROOT = Path(__file__).parent.parent
STAGE = "prod"

Properties = dict[str, Any]

_TABLES = {
    "ConversationsTable": "conversations",
    "ConsentTable": "consent",
    "EphemeralTable": "ephemeral",
    "KeysTable": "keys",
    "ComplianceTable": "compliance",
    "OutboxTable": "outbox",
}
_PARTS = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")


@dataclass(frozen=True)
class Infrastructure:
    """`templates`: CloudFormation templates of one stage, by stack."""

    templates: dict[str, dict[str, Any]]

    def of_type(self, kind: str) -> list[Properties]:
        return [properties for _, properties in self._resources(kind)]

    @cached_property
    def memory_mib(self) -> dict[str, int]:
        functions = self.of_type("AWS::Lambda::Function")
        return {f["Handler"].split(".")[1]: f["MemorySize"] for f in functions}

    @cached_property
    def tables(self) -> dict[str, Properties]:
        """By the names the bench gives them, as arguments of CreateTable."""
        known = dict(self._resources("AWS::DynamoDB::Table"))
        found = {}
        for output, name in _TABLES.items():
            properties = known[self._output(output)["Ref"]]
            found[name] = {part: properties[part] for part in _PARTS if part in properties}
            if "StreamSpecification" in properties:
                found[name]["StreamSpecification"] = {
                    "StreamEnabled": True,
                    **properties["StreamSpecification"],
                }
        return found

    @cached_property
    def stream_window_seconds(self) -> float:
        """So long changes of the conversations table are gathered before a function gets them.

        Those of the outbox have a shorter window: what is written shall be signed soon.
        """
        sources = self.of_type("AWS::Lambda::EventSourceMapping")
        streams = [each for each in sources if "StartingPosition" in each]
        return max(float(each["MaximumBatchingWindowInSeconds"]) for each in streams)

    @property
    def polled_queues(self) -> int:
        """Streams are read by Lambda too, which costs nothing."""
        sources = self.of_type("AWS::Lambda::EventSourceMapping")
        return sum("StartingPosition" not in each for each in sources)

    def indexes(self, table: str) -> list[Index]:
        schema = self.tables[table]
        return [
            Index(index["IndexName"], _names(index["KeySchema"]), _names(schema["KeySchema"]))
            for index in schema.get("GlobalSecondaryIndexes", [])
        ]

    def table_keys(self, table: str) -> tuple[str, ...]:
        return _names(self.tables[table]["KeySchema"])

    @cached_property
    def access_log_format(self) -> str:
        stage: Properties = self.of_type("AWS::ApiGateway::Stage")[0]
        return str(stage["AccessLogSetting"]["Format"])

    @property
    def traced(self) -> bool:
        functions = self.of_type("AWS::Lambda::Function")
        return any(f.get("TracingConfig", {}).get("Mode") == "Active" for f in functions)

    @cached_property
    def sampling(self) -> tuple[float, float]:
        """Requests a second traced in any case, and the share of the others."""
        rules = self.of_type("AWS::XRay::SamplingRule")
        if not rules:
            return assumed("xray", "per_second"), assumed("xray", "share")
        rule = rules[0]["SamplingRule"]
        return float(rule["ReservoirSize"]), float(rule["FixedRate"])

    @property
    def logs_allowed_requests(self) -> bool:
        """Whether the firewall writes a line about what it lets through."""
        logging = self.of_type("AWS::WAFv2::LoggingConfiguration")
        return any(
            each.get("LoggingFilter", {}).get("DefaultBehavior") != "DROP" for each in logging
        )

    @property
    def logs_invocations(self) -> bool:
        """Whether Lambda writes a start and a report of every invocation."""
        functions = self.of_type("AWS::Lambda::Function")
        levels = {f.get("LoggingConfig", {}).get("SystemLogLevel", "INFO") for f in functions}
        return not levels <= {"WARN"}

    def _output(self, name: str) -> Any:
        return next(
            template["Outputs"][name]["Value"]
            for template in self.templates.values()
            if name in template.get("Outputs", {})
        )

    def _resources(self, kind: str) -> Iterator[tuple[str, Properties]]:
        for template in self.templates.values():
            for name, resource in template["Resources"].items():
                if resource["Type"] == kind:
                    yield name, resource.get("Properties", {})


def synthesised() -> Infrastructure:
    """Run `app.py` as the CDK CLI would; takes as long as `make synth`."""
    with tempfile.TemporaryDirectory(prefix="amana-bench-") as folder:
        context = json.dumps({"stage": STAGE})
        done = subprocess.run(
            [sys.executable, "app.py"],
            cwd=_ROOT,
            env={**os.environ, "CDK_OUTDIR": folder, "CDK_CONTEXT_JSON": context},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"app.py failed: {done.stderr.strip()[-2000:]}")
        return read(Path(folder))


def read(folder: Path) -> Infrastructure:
    return Infrastructure(
        {
            path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(folder.glob("*.template.json"))
        }
    )


def _names(schema: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(key["AttributeName"] for key in schema)
