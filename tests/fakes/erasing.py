"""The world of tests/fakes/access.py with a function that erases, and an eye that sees everything.

Each person has a word that nobody else has, in every store. `everything_readable` is what somebody
sees who has every table, every version of every object, and every key that still exists.
"""

import json
from collections.abc import Iterator
from typing import Any

import boto3

from functions.core.audit.model import Actor, Event, Link, chained
from functions.core.audit.tiles import Edge
from functions.core.audit.vocabulary import Action
from functions.core.consent.ledger import Told
from functions.core.consent.model import Event as ConsentEvent
from functions.core.consent.vocabulary import Kind, Method, Purpose, Strength
from functions.core.contacts.model import Alias, AliasKind
from functions.core.contacts.service import Directory
from functions.core.contacts.tombstones import DynamoTombstones
from functions.core.conversations.blobs import S3Blobs, blob_binding
from functions.core.conversations.service import ConversationsService
from functions.core.holds.guard import Covered, Guards, node_key
from functions.core.media.model import received_id
from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import Duty, Rule, Rules, rules_json
from functions.core.rights.model import Right
from functions.core.runtime import clock
from functions.core.runtime.ids import random_id
from functions.core.runtime.records import Key
from functions.core.runtime.values import decode, encode
from functions.erasure import wiring
from functions.erasure.settings import ErasureSettings
from tests.fakes import access, build
from tests.fakes.access import NOW, NUMBER, World
from tests.fakes.audit_log import ORIGIN, Signer
from tests.fakes.eye import Eye
from tests.fakes.story import png

DAY = 86_400
FREE, DUTY, HELD = "15550160001", "15550160002", "15550160003"
WORDS = {FREE: "canary-free-tlaloc", DUTY: "canary-duty-xipe", HELD: "canary-held-mictlan"}
SETTLE_S = 360
TABLES = ("conversations", "consent", "compliance", "keys", "ephemeral")


class Clock:
    def __init__(self, at_s: int = NOW) -> None:
        self.ms = at_s * 1000

    def now_ms(self) -> int:
        return self.ms


def rules(*, communications_days: int = 30, **days: int) -> Rules:
    """What a law says must be kept of each kind; whatever is not named is under no duty."""
    wanted = {"communications": communications_days, **days}
    return {
        kind: Rule(
            kind=kind,
            keep_days=365,
            duties=(
                (Duty(id=f"class-{kind}", regime="mifid2", law="Article 16(7)", days=least),)
                if (least := wanted.get(kind.value, 0))
                else ()
            ),
        )
        for kind in DataKind
    }


class ErasingWorld(World):
    """To be made inside `mock_aws`."""

    def __init__(self, monkeypatch: Any, *, chosen: Rules | None = None) -> None:
        super().__init__(monkeypatch)
        self.clock = Clock()
        monkeypatch.setattr(clock, "now_ms", self.clock.now_ms)
        secret = boto3.client("secretsmanager").describe_secret(SecretId="pseudonym")["ARN"]
        settings = _settings(secret, rules() if chosen is None else chosen)
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        self.directory = Directory(
            records=self.records,
            pseudonyms=build.PSEUDONYMS,
            new_id=lambda _: random_id(),
            now_ms=self.clock.now_ms,
        )
        self.conversations = self._conversations()
        self.anew()

    def _conversations(self, **more: Any) -> ConversationsService:
        return ConversationsService(
            records=self.records,
            directory=self.directory,
            pseudonyms=build.PSEUDONYMS,
            blobs=S3Blobs(self.s3, "media", self.ring),
            entry_point_hours=72,
            **more,
        )

    def anew(self) -> None:
        """A new execution environment: nothing of an earlier one is in memory."""
        access.forget()
        for made in vars(wiring).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()

    def step(self, name: str, **event: Any) -> dict[str, Any]:
        from functions.erasure.handler import handler

        return handler({"step": name, **event}, access.Context())  # type: ignore[arg-type] # a context

    def asks_erasure(self, number: str, name: str | None = None) -> str:
        request_id = name or f"q_{number[-1]}"
        self.asks(self.contact_id(number), name=request_id, right=Right.ERASURE)
        return request_id

    def erased(self, request_id: str) -> str:
        """What the workflow does; the outcome."""
        for part in self.step("plan", request_id=request_id)["parts"]:
            self.step("erase", request_id=request_id, part=part)
        return self.finished(request_id)

    def finished(self, request_id: str) -> str:
        while wait := (came := self.step("finish", request_id=request_id))["wait_seconds"]:
            self.clock.ms += wait * 1000
        return str(came["outcome"])

    def request(self, request_id: str) -> Any:
        return wiring.carrying().requests.load(request_id)

    def file(self, request_id: str, name: str) -> bytes:
        files: Any = wiring.carrying().files
        return b"".join(files.read(f"rights/{request_id}/{name}"))

    def plant(self, number: str, *, at: int) -> None:
        """In every store."""
        word, other = WORDS[number], number[-5:]
        access_names = {"text": {"body": f"text {word}"}}
        self.says(number, f"wamid.{other}1", at=at, type="text", **access_names)
        self.says(number, f"wamid.{other}l", at=at + 1, type="text", text={"body": word * 5000})
        image = {"id": f"900{other}", "mime_type": "image/png", "caption": f"caption {word}"}
        self.says(number, f"wamid.{other}2", at=at + 2, type="image", image=image)
        node = self.node(number)
        medium = received_id(
            build.PSEUDONYMS,
            phone_number_id=NUMBER,
            key_id=f"{node}~0",
            media_id=f"900{other}",
        )
        self.medium(
            number,
            medium,
            wamid=f"wamid.{other}2",
            data=png() + word.encode(),
            filename=f"file {word}.png",
            media_id=f"900{other}",
            thread=f"{NUMBER}#{node}",
            at=f"{(at + 2) * 1000:013d}#{medium}",
        )
        self.consents(number, f"evidence {word}", at_ms=at * 1000, name=other)
        self._updated(number, f"account {word}", at=at)

    def _updated(self, number: str, words: str, *, at: int) -> None:
        """About the account, and naming the person."""
        name = f"{at * 1000:013d}#{build.PSEUDONYMS.of('update', number)}"
        told = {"wa_id": number, "user_id": words}
        self.records_put(
            Key(f"ACCOUNT#{build.WABA}", name),
            field="user_id_update",
            at_ms=at * 1000,
            key=f"{self.node(number)}~0",
            raw=json.dumps({"update": told, "element": "user_id_update"}),
            tag="t",
            bytes=1,
            webhook=b"0" * 32,
            digest="d",
        )

    def consents(self, number: str, words: str, *, at_ms: int = 0, name: str = "1") -> None:
        event = ConsentEvent(
            id=f"e_{name}{'a' * 26}",
            kind=Kind.GIVEN,
            purpose=Purpose.MARKETING,
            node=self.node(number),
            at_ms=at_ms,
            method=Method.IMPORT,
            by="crm",
            strength=Strength.IMPORTED,
            evidence={"source": words},
        )
        self.ledger.record(event, Told(by=Actor(kind="client", id="crm")))

    def held(self, number: str, covered: Covered | None = None, hold: str = "h_matter") -> None:
        guards = Guards(self.dynamodb, "compliance")
        guards.change([node_key(self.node(number))], hold, covered or Covered())

    def lifted(self, number: str, hold: str = "h_matter") -> None:
        Guards(self.dynamodb, "compliance").change([node_key(self.node(number))], hold, None)

    def waits(self, number: str, name: str) -> None:
        """An intent that is queued."""
        node = self.node(number)
        self.sends(number, name, {"type": "text", "text": {"body": f"sent {WORDS[number]}"}})
        key = Key(f"MESSAGE#{name}", "MESSAGE")
        person = self.contact_id(number)
        at = f"{(NOW - 60 * DAY) * 1000:013d}#{name}"
        told = {"contact_id": person, "phone_number_id": NUMBER, "attempt": 0}
        self._set("conversations", key, {**told, "send_state": "queued", "at": at})
        thread = Key(f"THREAD#{NUMBER}#{node}", "THREAD")
        self._set("conversations", thread, {"pending": [name]})

    def sending_state(self, name: str) -> str:
        (item,) = (i for i in self._scan("conversations") if i["pk"]["S"] == f"MESSAGE#{name}")
        return str(decode(item)["send_state"])

    def writes_as(self, node: str, number: str, wamid: str, *, at: int) -> None:
        """Folded by an environment that knew the alias before its pointer went."""
        pointer = Key(f"ALIAS#{self.pseudonym(number)}", "ALIAS")
        gone = {**pointer._asdict(), "node": node, "digest": "d"}
        self.dynamodb.put_item(TableName="conversations", Item=encode(gone))
        words = {"text": {"body": f"late {WORDS[number]}"}}
        self.says(number, wamid, at=at, type="text", **words)
        self.remove(pointer)

    def redelivered(self, number: str, wamid: str, *, at: int) -> None:
        """As `inbound` would take it: it knows of tombstones."""
        stones = DynamoTombstones(self.dynamodb, "ephemeral", now_ms=self.clock.now_ms)
        service = self._conversations(tombstones=stones)
        text = {"body": f"again {WORDS[number]}"}
        message = build.text_message(wamid, sender=number, at=at, text=text)
        service.fold(build.body(build.webhook(build.change(messages=[message]), time=at)))

    def pseudonym(self, number: str) -> str:
        return build.PSEUDONYMS.alias(Alias(AliasKind.PHONE, number))

    def records_of(self, node: str) -> list[str]:
        """Whose key, or anything in them, names the alias."""
        found = [i for table in ("conversations", "consent") for i in self._scan(table)]
        return [repr(item) for item in found if node in repr(item)]

    def seals(self, key_id: str) -> None:
        self.ring.seal(key_id, blob_binding("x"), b"x")

    def has_key(self, key_id: str) -> bool:
        found = [item for item in self._scan("keys") if item["pk"]["S"] == f"KEY#{key_id}"]
        return bool(found) and "wrapped_key" in found[0]

    def pointer(self, number: str) -> bool:
        wanted = f"ALIAS#{self.pseudonym(number)}"
        return any(item["pk"]["S"] == wanted for item in self._scan("conversations"))

    def withdraws(self, number: str) -> None:
        """And the audit log says so, sealed."""
        event = ConsentEvent(
            id=f"e_w{'a' * 26}",
            kind=Kind.WITHDRAWN,
            purpose=Purpose.MARKETING,
            node=self.node(number),
            at_ms=self.clock.ms,
            method=Method.API,
            by="crm",
        )
        self.ledger.record(event, Told(by=Actor(kind="client", id="crm")))
        found = self.entries_of("consent:purpose:withdrawn")
        self.sealed_log([json.dumps(each, sort_keys=True, separators=(",", ":")) for each in found])

    def sealed_log(self, entries: list[str]) -> None:
        by = Actor(kind="system", id="sequencer")
        seal = Event(action=Action.LOG_BATCH_SEALED, by=by, facts={"entries": len(entries)})
        sealed, _ = chained([seal], Link("sequencer", 0, ""), at_ms=self.clock.ms)
        edge, files = Edge().extended([each.encode() for each in (*entries, *sealed)])
        files["checkpoint"] = Signer().checkpoint(edge, ORIGIN).note
        for name, data in files.items():
            self.s3.put_object(Bucket="audit", Key=name, Body=data)

    def standing(self, number: str) -> Any:
        view = wiring.consent_ledger().view(self.contact_id(number))
        return view.standings[Purpose.MARKETING].status

    def is_restricted(self, number: str) -> bool:
        return bool(self.ledger_of_consents().view(self.contact_id(number)).restricted)

    def ledger_of_consents(self) -> Any:
        return wiring.consent_ledger()

    def entries_of(self, action: str) -> list[Any]:
        """Of the audit log, on their way there."""
        told = [decode(item) for item in self._scan("outbox")]
        entries = [json.loads(each) for item in told for each in item.get("entries", ())]
        return [entry for entry in entries if entry["action"] == action]

    def ledger_entries(self) -> list[tuple[str, bytes]]:
        listed = self.s3.list_objects_v2(Bucket="archive", Prefix="erasures/").get("Contents", [])
        names = [each["Key"] for each in listed]
        get = self.s3.get_object
        return [(name, get(Bucket="archive", Key=name)["Body"].read()) for name in names]

    def tables_readable(self) -> Iterator[bytes]:
        return self.eye.in_tables()

    # what there is

    def copies(self) -> dict[str, list[Any]]:
        """A backup of every table."""
        return {table: self._scan(table) for table in TABLES}

    def restored(self, copies: dict[str, list[Any]], *tables: str) -> None:
        for table in tables or TABLES:
            names = ("pk",) if table in ("keys", "ephemeral") else ("pk", "sk")
            for item in self._scan(table):
                key = {name: item[name] for name in names}
                self.dynamodb.delete_item(TableName=table, Key=key)
            for item in copies[table]:
                self.dynamodb.put_item(TableName=table, Item=item)

    @property
    def eye(self) -> Eye:
        return Eye(
            client=boto3.client,
            tables={name: name for name in (*TABLES, "outbox")},
            buckets={name: name for name in ("media", "exports", "archive", "audit")},
        )

    def everything_readable(self) -> bytes:
        return b"\n".join(self.eye.sees())

    def node_of(self, number: str) -> Any:
        node = self.node(number)
        return wiring.directory().nodes([node])[node]

    def where(self, number: str) -> list[bytes]:
        """Around each place, for whoever looks for the reason."""
        return self.eye.where(WORDS[number], number)

    def readable(self, number: str) -> int:
        """How often something of theirs can be read."""
        return self.eye.counts(WORDS[number], number)

    def _scan(self, table: str) -> list[Any]:
        return self.eye.scan(table)


def _settings(secret: str, chosen: Rules) -> ErasureSettings:
    return ErasureSettings(
        conversations_table="conversations",
        consent_table="consent",
        compliance_table="compliance",
        ephemeral_table="ephemeral",
        keys_table="keys",
        media_bucket="media",
        exports_bucket="exports",
        archive_bucket="archive",
        lock_mode="GOVERNANCE",
        ledger_days=40,
        audit_bucket="audit",
        pseudonym_secret_arn=secret,
        portfolio_id="portfolio-1",
        phone_number_ids=NUMBER,
        waba_id=build.WABA,
        retention_rules=rules_json(chosen),
        settle_seconds=SETTLE_S,
        within_days=16,
        outbox_table="outbox",
    )


def key_of(item: Any) -> Any:
    return encode({name: decode(item)[name] for name in ("pk", "sk")})
