"""The local platform's audit log, as an auditor has it: files and a key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cli.local.aws import LOCAL_CONFIG, local_session
from cli.local.facts import Facts
from functions.core.audit.keys import VerifierKey
from functions.core.audit.verify import Files, Report, verify
from functions.core.audit.verify.bucket import Bucket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def check(facts: Facts, *, changed: bool, witness: VerifierKey | None = None) -> Report:
    """`changed`: of a copy in which one letter of the first entry is another."""
    name = facts.outputs["amana-local-data"]["AuditBucket"]
    files: Files = Bucket(partial(_client, facts.aws_endpoint), name).listed()
    chosen = _Forged(files) if changed else files
    return verify(chosen, key=key(facts), witness=witness)


def key(facts: Facts) -> VerifierKey:
    outputs = facts.outputs["amana-local-audit"]
    kms = local_session().client("kms", endpoint_url=facts.aws_endpoint, config=LOCAL_CONFIG)
    der = kms.get_public_key(KeyId=outputs["AuditSigningKeyArn"])["PublicKey"]
    return VerifierKey(outputs["AuditOrigin"], der)


@dataclass(frozen=True)
class _Forged:
    files: Files

    def read(self, name: str) -> bytes | None:
        data = self.files.read(name)
        if data is None or not name.startswith("tile/entries/000"):
            return data
        return data.replace(b'"outcome":"done"', b'"outcome":"dine"', 1)

    def read_all(self, names: Sequence[str]) -> Iterator[bytes | None]:
        return map(self.read, names)

    def names(self, prefix: str) -> list[str]:
        return self.files.names(prefix)

    def versions(self, name: str) -> Iterator[tuple[str, bytes]]:
        return self.files.versions(name)


def _client(endpoint: str) -> "S3Client":
    return local_session().client("s3", endpoint_url=endpoint, config=LOCAL_CONFIG)
