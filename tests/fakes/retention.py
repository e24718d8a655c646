"""A world whose time runs out: threads, files, consents and people planted, and what is left."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import boto3

from functions.core.audit import wiring as auditing
from functions.core.audit.model import Actor
from functions.core.consent.items import event_item, state_due, state_item
from functions.core.consent.model import Event, State, folded
from functions.core.consent.vocabulary import Kind, Method, Purpose, Strength
from functions.core.contacts.model import Alias, AliasKind, Sighting, content_key_id
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory, folds
from functions.core.content import wiring as content
from functions.core.content.binding import Binding
from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.keyring import KeyRing
from functions.core.content.kms import KmsRoots
from functions.core.content.records import SealedRecords, Sealing
from functions.core.conversations.model import (
    Direction,
    Fact,
    FactKind,
    ThreadMark,
    fold_message,
    fold_thread,
    moment,
    thread_id,
)
from functions.core.holds.guard import Covered, Guards, node_key, shard_key
from functions.core.media.objects import S3Objects
from functions.core.retention.contacts import Horizon
from functions.core.retention.disposing import Disposer, Place, Reason
from functions.core.retention.due import SHARDS, due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import DAY_MS, Rule, rules_json
from functions.core.retention.runs import Runs
from functions.core.retention.views import run_view
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.ids import random_id
from functions.core.runtime.records import Key, fold_all
from functions.core.runtime.values import encode
from functions.retention import wiring
from functions.retention.handler import handler
from functions.retention.settings import RetentionSettings
from functions.retention_api import wiring as api_wiring
from tests.fakes import tables
from tests.fakes.audit import table_writer

_PLACE = Binding("test", "x", "y")
NUMBER = "100200300"
NOW = 1_790_000_000_000
TABLES = {name: name for name in ("conversations", "consent", "compliance", "keys")}
RULES = {kind: Rule(kind=kind, keep_days=100) for kind in DataKind}
HORIZON = Horizon(rules=RULES, archive_days=30)
CUT = NOW - 100 * DAY_MS


def ago(days: float) -> int:
    return int(NOW - days * DAY_MS)


def create_stores() -> None:
    dynamodb, kms = boto3.client("dynamodb"), boto3.client("kms")
    tables.create(dynamodb)
    tables.open_epoch(dynamodb, kms)
    where: Any = {"LocationConstraint": "eu-central-1"}
    for bucket in ("media", "exports"):
        boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        boto3.client("s3").put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
        )
    boto3.client("s3").create_bucket(
        Bucket="archive", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True
    )


@dataclass
class World:
    """`now`: of whoever looks at the time."""

    now: int = NOW
    names: Pseudonyms = field(
        default_factory=lambda: Pseudonyms(key=b"k" * 64, portfolio_id="portfolio")
    )

    def __post_init__(self) -> None:
        self.dynamodb = boto3.client("dynamodb")
        self.s3 = boto3.client("s3")
        self.audit = table_writer(self.dynamodb)
        keys = DynamoKeys(self.dynamodb, "keys", self.audit)
        self.ring = KeyRing(store=keys, roots=KmsRoots(boto3.client("kms")))
        self.plain = DynamoRecords(self.dynamodb, "conversations")
        self.records = SealedRecords(self.plain, Sealing(self.ring))
        self.guards = Guards(self.dynamodb, "compliance")
        self.directory = Directory(
            records=self.records,
            pseudonyms=self.names,
            new_id=lambda _: random_id(),
            now_ms=lambda: self.now,
        )

    def disposer(self, *, run: str = "run", rehearse: bool = False, client: Any = None) -> Disposer:
        place = Place(
            client=client or self.dynamodb,
            tables=TABLES,
            media=S3Objects(self.s3, "media", part_bytes=5 * 1024 * 1024),
            numbers=lambda: (NUMBER,),
        )
        reason = Reason(by=Actor(kind="system", id="retention"), run=run, word="retention")
        return Disposer(
            place,
            reason,
            directory=self.directory,
            audit=self.audit,
            now_ms=lambda: self.now,
            new_id=random_id,
            rehearse=rehearse,
        )

    def person(self, number: int, *, since: int) -> str:
        alias = Alias(AliasKind.PHONE, f"4915100{number:06d}")
        node = self.directory.register([alias])[alias]
        seen = Sighting(nodes=frozenset({node}), at_ms=since)
        fold_all(self.records, folds([seen], {alias: node}))
        return node

    def message(
        self,
        node: str,
        at_ms: int,
        name: str = "",
        *,
        large: bool = False,
        members: int = 0,
        medium: bool = False,
    ) -> Key:
        """As inbound files it. `large`: kept as an object. `members`: statuses beside it."""
        thread, name = thread_id(NUMBER, node), name or f"w_{random_id()}"
        key = Key(f"MESSAGE#{name}", "MESSAGE")
        content = {"ref": f"updates/{name}"} if large else {"raw": "{}"}
        if large:
            self.object(f"updates/{name}")
        found = [_fact(f"f{name}", FactKind.MESSAGE, at_ms, thread, content)]
        if members:
            found.append(_fact("participants", FactKind.PARTICIPANTS, at_ms, thread, {}))
        fold_all(self.records, {key: lambda item: fold_message(item, name, found)})
        for number in range(members):
            beside = Key(key.pk, f"PARTICIPANT#{number:04d}")
            told = [_fact(f"s{number}", FactKind.STATUS, at_ms, thread, {"raw": "{}"})]
            fold_all(
                self.records,
                {beside: lambda item, told=told: _beside(item, name, told)},  # type: ignore[misc]  # a lambda's default has no type
            )
        if medium:
            self.medium(node, at_ms, f"f_{name}")
        marks = [ThreadMark(at_ms)]
        fold_all(
            self.plain,
            {
                Key(f"THREAD#{thread}", "THREAD"): lambda item: fold_thread(
                    item, thread, marks, entry_point_hours=72
                )
            },
        )
        return key

    def medium(self, node: str, at_ms: int, name: str) -> Key:
        """As the function media keeps one, with two versions of its object."""
        told = {
            "state": "stored", "attempts": 1, "lease_ms": 0, "object": f"media/{name}",
            "message_id": name.removeprefix("f_"),
            "key": content_key_id(node, 0), "thread": thread_id(NUMBER, node),
            "at": moment(at_ms, name),
        }  # fmt: skip
        self.put("conversations", f"MEDIA#{name}", "MEDIA", told)
        self.put("conversations", f"MEDIA#{name}", "ACCESS#1#x", {"client": "c"})
        for _ in range(2):
            self.object(f"media/{name}")
        return Key(f"MEDIA#{name}", "MEDIA")

    def upload(self, name: str, at_ms: int) -> Key:
        by = f"business~{NUMBER}"
        due = due_attributes(DataKind.COMMUNICATIONS, name, at_ms, by=by)
        told = {"key": by, "phone_number_id": NUMBER, "object": f"media/{name}", "attempts": 1}
        self.put("conversations", f"MEDIA#{name}", "MEDIA", {**told, **due})
        self.object(f"media/{name}")
        return Key(f"MEDIA#{name}", "MEDIA")

    def consent(self, node: str, at_ms: int, *, valid_days: int = 1) -> None:
        """Given in answer to a request, and told of under an Idempotency-Key."""
        event = Event(
            id=f"e_{random_id()}",
            kind=Kind.GIVEN,
            purpose=Purpose.MARKETING,
            node=node,
            at_ms=at_ms,
            method=Method.WEB_FORM,
            by="client",
            strength=max(Strength),
            until_ms=at_ms + valid_days * DAY_MS,
            request=f"r_{node}",
        )
        key = Key(f"CONSENT#{node}", f"EVENT#{moment(at_ms, event.id)}")
        item = event_item(event, key=content_key_id(node, 0), recorded_ms=at_ms)
        sealing = Sealing(self.ring, store="consent")
        self.put("consent", *key, sealing.sealed(key, item))
        state = folded(State(), event)
        self.put(
            "consent", f"CONSENT#{node}", "STATE", {**state_item(state), **state_due(state, node)}
        )
        self.put("consent", f"CONSENT#{node}", f"WISH#{node}", {"digest": "d"})
        for kind, name in (("WISH", node), ("REQUEST", f"r_{node}")):
            due = due_attributes(DataKind.CONSENT, name, at_ms, by=node)
            self.put("consent", f"{kind}#{name}", kind, {"node": node, "at_ms": at_ms, **due})

    def export(self, name: str, at_ms: int) -> None:
        self.ring.seal(f"export~{name}", _PLACE, b"reason")
        due = due_attributes(DataKind.EXPORT, name, at_ms, by=name)
        self.put("compliance", f"EXPORT#{name}", "EXPORT", {"state": "ready", **due})

    def account(self, name: str, at_ms: int, *, key: str = "account~1") -> Key:
        due = due_attributes(DataKind.ACCOUNT, name, at_ms, by=key)
        told = {"key": key, "at_ms": at_ms, "digest": "d", **due}
        self.put("conversations", "ACCOUNT#1", moment(at_ms, name), told)
        return Key("ACCOUNT#1", moment(at_ms, name))

    def hold(self, node: str | None, name: str = "h_1", **covered: Any) -> None:
        """None: on everybody."""
        keys = [node_key(node)] if node else [shard_key(shard) for shard in range(SHARDS)]
        self.guards.change(keys, name, Covered(**covered))

    def put(self, table: str, pk: str, sk: str, told: Any) -> None:
        item = {"pk": pk, "sk": sk, **told}
        self.dynamodb.put_item(TableName=table, Item=encode(item))

    def object(self, name: str) -> None:
        self.s3.put_object(Bucket="media", Key=name, Body=b"sealed")

    def left(self, table: str = "conversations") -> set[str]:
        """Records that are there."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table)
        return {f"{i['pk']['S']}|{i['sk']['S']}" for page in pages for i in page["Items"]}

    def objects(self, bucket: str = "media") -> list[str]:
        """Every version of every object, delete markers too."""
        page = self.s3.list_object_versions(Bucket=bucket)
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        return sorted(each["Key"] for each in found)

    def entries(self) -> list[dict[str, Any]]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName="outbox")
        items = [i for page in pages for i in page["Items"] if "entries" in i]
        return [json.loads(each["S"]) for item in items for each in item["entries"]["L"]]


def _fact(name: str, kind: FactKind, at_ms: int, thread: str, content: Any) -> Fact:
    return Fact(
        id=name,
        kind=kind,
        at_ms=at_ms,
        thread=thread,
        direction=Direction.INBOUND,
        key=content_key_id(thread.rpartition("#")[2], 0),
        type="text",
        content={"tag": name, "bytes": 2, **content},
    )


def _beside(item: Any, name: str, told: list[Fact]) -> Any:
    folded_item = fold_message(item, name, told)
    return {each: folded_item[each] for each in ("facts", "digest")}


def environment(monkeypatch: Any, *, archive_days: int = 30, content_rules: str = "{}") -> None:
    """As the function `retention` and its API are deployed, over the stores of `create_stores`."""
    secrets = boto3.client("secretsmanager")
    text = json.dumps({"key": "k" * 64})
    arn = secrets.create_secret(Name="pseudonym", SecretString=text)["ARN"]
    settings = RetentionSettings(
        retention_rules=rules_json(RULES),
        content_rules=content_rules,
        conversations_table="conversations",
        consent_table="consent",
        compliance_table="compliance",
        keys_table="keys",
        media_bucket="media",
        archive_bucket="archive",
        lock_mode="GOVERNANCE",
        archive_days=archive_days,
        phone_number_ids=NUMBER,
        pseudonym_secret_arn=arn,
        portfolio_id="portfolio",
        step_seconds=300,
        outbox_table="outbox",
    )
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AMANA_STATE_MACHINE_ARN", "arn:aws:states:eu-central-1:1:stateMachine:r")
    start_anew()


def start_anew() -> None:
    """New execution environments: nothing of an earlier one is in memory."""
    for module in (wiring, api_wiring, content, auditing):
        for made in vars(module).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()


def call(payload: dict[str, Any]) -> dict[str, Any]:
    """A step, as Step Functions has it done: with JSON in and out."""
    told = handler(json.loads(json.dumps(payload)), SimpleNamespace(aws_request_id="r"))  # type: ignore[arg-type]  # Lambda's own context has more
    return dict(json.loads(json.dumps(told)))


def run(run_id: str = "run-1", *, dry_run: bool = False, finish: bool = True) -> dict[str, Any]:
    """All steps in order, as the workflow has them done; what is known of the run then."""
    at = datetime.fromtimestamp(NOW / 1000, UTC).isoformat()
    told = call({"step": "begin", "run_id": run_id, "started_at": at, "dry_run": dry_run})
    more = True
    while more:
        plan = call({"step": "plan", "run_id": run_id, "phase": told["phase"]})
        for each in plan["parts"]:
            part = {"part": each, "more": True}
            while part["more"]:
                part = call({"step": "dispose", "run_id": run_id, "part": part["part"]})
        told, more = plan, plan["more"]
    if not finish:
        return {}
    call({"step": "finish", "run_id": run_id})
    return found(run_id)


def found(run_id: str = "run-1") -> dict[str, Any]:
    ended = Runs(boto3.client("dynamodb"), "compliance").load(run_id)
    assert ended is not None
    return run_view(ended)
