"""Imports over simulated AWS: the function as it is deployed, and files to give it."""

import json
from typing import Any

import boto3

from functions.consent_importer import wiring
from functions.consent_importer.settings import ConsentImporterSettings
from functions.core.audit.model import Actor
from functions.core.consent.controller import Controller
from functions.core.consent.imports.asking import Imports
from functions.core.consent.imports.notices import Shown
from functions.core.consent.notices import Notices
from functions.core.content import wiring as content
from functions.core.runtime import clock
from tests.fakes import tables
from tests.fakes.audit import own_writer
from tests.fakes.exports import RecordedMachine

PORTFOLIO, PSEUDONYM_KEY = "portfolio-1", "k"
CONTROLLER = Controller(
    name="Example Bank",
    address="1 Main Street, Springfield",
    contact="privacy@example.com",
    kind="bank",
    privacy_url="https://example.com/privacy",
    jurisdiction="DE",
    storage_location="EU",
    authority="BfDI",
)
STAFF = Actor(kind="client", id="staff")
HEADER = "phone,purpose,given_at,notice_id,notice_version,language,source,evidence"


class Machine(RecordedMachine):
    def start(self, import_id: str, attempt: int = 0) -> None:
        self.started.append(f"{import_id}-{attempt}")


__all__ = ["own_writer"]


def marketing() -> tuple[str, str]:
    """Id and version of the current notice that asks for marketing."""
    from functions.core.consent.vocabulary import Purpose

    ref = Notices(CONTROLLER).asking(Purpose.MARKETING, "en").ref
    return ref.id, ref.version


def line(number: int, **said: str) -> str:
    """A row with nothing wrong, of the person with that number."""
    notice_id, version = marketing()
    told = {
        "phone": f"+1555{number:07d}",
        "purpose": "marketing",
        "given_at": "2026-03-01T10:00:00Z",
        "notice_id": notice_id,
        "notice_version": version,
        "language": "en",
        "source": "newsletter form",
        "evidence": f"submission {number}",
        **said,
    }
    return ",".join(told.values())


def create() -> dict[str, str]:
    """Tables, buckets, keys; returns the environment of the function."""
    dynamodb = boto3.client("dynamodb")
    tables.create(dynamodb)
    tables.open_epoch(dynamodb, boto3.client("kms"))
    where: Any = {"LocationConstraint": "eu-central-1"}
    boto3.client("s3").create_bucket(Bucket="exports", CreateBucketConfiguration=where)
    secret = boto3.client("secretsmanager").create_secret(
        Name="pseudonym", SecretString=json.dumps({"key": PSEUDONYM_KEY})
    )
    return dict(
        ConsentImporterSettings(
            compliance_table="compliance",
            exports_bucket="exports",
            consent_table="consent",
            consent_rules="{}",
            controller=CONTROLLER.json(),
            conversations_table="conversations",
            keys_table="keys",
            pseudonym_secret_arn=secret["ARN"],
            portfolio_id=PORTFOLIO,
            outbox_table="outbox",
        ).environment()
    )


def forget(*others: Any) -> None:
    for module in (wiring, content, *others):
        for made in vars(module).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()


def desk(machine: Any = None) -> Imports:
    """What the API does, on the function's own parts."""
    return Imports(
        store=wiring.store(),
        parts=wiring._parts(),
        shown=Shown(Notices(CONTROLLER)),
        machine=machine or Machine(),
        pseudonyms=wiring._pseudonyms(),
        now_ms=clock.now_ms,
    )
