"""A platform on moto's AWS with two people in every store, whose data is asked for.

Every text about Ada holds `ADA_SAYS`, every one about Bob `BOB_SAYS`.
"""

import json
from collections.abc import Mapping
from typing import Any

import boto3

from functions.access import wiring
from functions.access.settings import AccessSettings
from functions.archiver import handler as archiver
from functions.archiver import wiring as archiver_wiring
from functions.archiver.settings import ArchiverSettings
from functions.core.archive.exports.aws import DynamoExports
from functions.core.archive.exports.model import Export, File, Scope, State
from functions.core.audit.model import Actor, Event, Link, chained
from functions.core.audit.tiles import Edge
from functions.core.audit.vocabulary import Action
from functions.core.consent.ledger import Told
from functions.core.consent.model import Event as ConsentEvent
from functions.core.consent.model import Notice
from functions.core.consent.vocabulary import Kind, Method, Purpose, Strength
from functions.core.contacts.model import Alias, AliasKind
from functions.core.content import wiring as content_wiring
from functions.core.content.records import SealedRecords, Sealing
from functions.core.conversations.blobs import S3Blobs
from functions.core.conversations.model import moment
from functions.core.conversations.service import ConversationsService
from functions.core.holds.guard import Covered, Guards, node_key
from functions.core.media.keeping import Keeper
from functions.core.media.model import business_key, object_binding
from functions.core.media.objects import S3Objects
from functions.core.media.store import DynamoMedia
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import Duty, Rule, rules_json
from functions.core.rights.items import place, request_item
from functions.core.rights.model import Request, Right, Source
from functions.core.rights.model import State as RequestState
from functions.core.rights.requests import STORE
from functions.core.runtime import clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import Key
from functions.core.runtime.values import encode
from functions.disclosure import wiring as disclosure_wiring
from functions.disclosure.settings import DisclosureSettings
from functions.rights_api import giving as staff_giving
from functions.rights_api import wiring as staff_wiring
from functions.rights_api.settings import RightsApiSettings
from tests.fakes import build, tables
from tests.fakes.archive import create_buckets, wire
from tests.fakes.audit import own_writer
from tests.fakes.audit_log import ORIGIN, Signer
from tests.fakes.story import png

ADA, BOB = "15550142424", "15550153535"
ADA_SAYS, BOB_SAYS = "canary-ada-quetzalcoatl", "canary-bob-xolotl"
NOW = 1_790_000_000
NOW_MS = NOW * 1000
NUMBER = build.NUMBER
RULES = rules_json(
    {
        kind: Rule(
            kind=kind,
            keep_days=365,
            duties=(Duty(id="d", regime="gdpr", law="A law, Article 1", days=30),),
        )
        for kind in DataKind
    }
)
REQUEST = "q_" + "a" * 26


class Context:
    aws_request_id = "lambda-request-1"


class World:
    """To be made inside `mock_aws`."""

    def __init__(self, monkeypatch: Any) -> None:
        self.dynamodb = boto3.client("dynamodb")
        self.s3 = boto3.client("s3")
        tables.create(self.dynamodb)
        create_buckets()
        where: Any = {"LocationConstraint": "eu-central-1"}
        self.s3.create_bucket(Bucket="audit", CreateBucketConfiguration=where)
        stream: Any = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        self.dynamodb.update_table(TableName="conversations", StreamSpecification=stream)
        tables.open_epoch(self.dynamodb, boto3.client("kms"))
        text = json.dumps({"key": "test key"})
        secret = boto3.client("secretsmanager").create_secret(Name="pseudonym", SecretString=text)
        queue = boto3.client("sqs").create_queue(
            QueueName="outbound.fifo", Attributes={"FifoQueue": "true"}
        )
        access, page = _access(secret["ARN"]), _disclosure(secret["ARN"], queue["QueueUrl"])
        staff = _staff(secret["ARN"])
        for settings in (access, page, staff, _archiver()):
            for name, value in settings.environment().items():
                monkeypatch.setenv(name, value)
        forget()
        self.seal = content_wiring.sealing(keys_table="keys", audit=own_writer())
        self.ring = self.seal.ring
        self.records = SealedRecords(DynamoRecords(self.dynamodb, "conversations"), self.seal)
        self.directory = build.directory(self.records)
        self.conversations = ConversationsService(
            records=self.records,
            directory=self.directory,
            pseudonyms=build.PSEUDONYMS,
            blobs=S3Blobs(self.s3, "media", self.ring),
            entry_point_hours=72,
        )
        self.keeper = Keeper(
            ring=self.ring, objects=S3Objects(self.s3, "media", part_bytes=6 << 20)
        )
        self.entries: list[Event] = []
        self._archived = 0

    def told(self, *changes: dict[str, Any], at: int = NOW) -> None:
        self.conversations.fold(build.body(build.webhook(*changes, time=at)))

    def says(self, sender: str, wamid: str, *, at: int = NOW, **message: Any) -> None:
        body = message or {"type": "text", "text": {"body": "Hello"}}
        name = {ADA: f"Ada {ADA_SAYS}", BOB: f"Bob {BOB_SAYS}"}.get(sender, sender)
        told = {"from": sender, "id": wamid, "timestamp": str(at), **body}
        contacts = [{"profile": {"name": name}, "wa_id": sender}]
        self.told(build.change(messages=[told], contacts=contacts), at=at)

    def node(self, number: str) -> str:
        alias = Alias(AliasKind.PHONE, number)
        return self.directory.find([alias])[alias]

    def contact_id(self, number: str) -> str:
        person, _ = self.directory.person_behind(self.node(number), NOW_MS)
        return person.contact_id

    def sends(self, number: str, name: str, message: Mapping[str, Any], **more: Any) -> None:
        """An intent of the business."""
        self.records_put(
            Key(f"MESSAGE#{name}", "MESSAGE"),
            thread=f"{NUMBER}#{self.node(number)}",
            at=moment(NOW_MS + 5, name),
            facts={},
            digest="d",
            intent=json.dumps(dict(message)),
            address={"to": f"+{number}"},
            type=message["type"],
            policy="at_most_once",
            created_ms=NOW_MS + 5,
            send_state="accepted",
            key=f"{self.node(number)}~0",
            **more,
        )

    def medium(self, number: str, name: str, *, wamid: str, data: bytes, **more: Any) -> None:
        """As the media function leaves it behind."""
        key_id = more.pop("key", f"{self.node(number)}~0")
        target = f"media/{name}"
        sealer = self.ring.stream_sealer(key_id, object_binding(target))
        body = sealer.header + sealer.update(data) + sealer.finish()
        self.s3.put_object(Bucket="media", Key=target, Body=body)
        told = {
            "state": "stored",
            "type": "image",
            "mime": "image/png",
            "direction": "inbound",
            "key": key_id,
            "message_id": message_id(wamid),
            "media_id": "9001",
            "bytes": len(data),
            "sha256": "0" * 64,
            "object": target,
            **more,
        }
        self.records_put(Key(f"MEDIA#{name}", "MEDIA"), **told)
        store = DynamoMedia(self.dynamodb, "conversations", self.seal)
        access = {"client": "crm", "granted_ms": NOW_MS, "bytes": len(data)}
        store.note(name, f"ACCESS#{moment(NOW_MS, 'a')}", access)

    def consents(self, number: str, words: str, *, at_ms: int = NOW_MS, name: str = "1") -> None:
        event = ConsentEvent(
            id=f"e_{name}{number}",
            kind=Kind.GIVEN,
            purpose=Purpose.MARKETING,
            node=self.node(number),
            at_ms=at_ms,
            method=Method.IMPORT,
            by="crm",
            strength=Strength.IMPORTED,
            notice=Notice(id="news", version="1", language="en", sha256="0" * 64),
            evidence={"source": words, "import": "i_" + "b" * 26, "notice_text": "We may write"},
        )
        self.ledger.record(event, Told(by=Actor(kind="client", id="crm")))

    @property
    def ledger(self) -> Any:
        from functions.core.consent import wiring as consents

        store = consents.store(consent_table="consent", keys_table="keys", audit=own_writer())
        return consents.ledger(store=store, directory=self.directory)

    def account_update(self, number: str, words: str) -> None:
        """Sealed under the key of whom it names."""
        key = Key(f"ACCOUNT#{build.WABA}", f"{NOW_MS:013d}#{number}")
        update = {"wa_id": number, "user_id": words, "previous": {"user_id": "US.1"}}
        self.records_put(
            key,
            field="user_id_update",
            at_ms=NOW_MS,
            key=f"{self.node(number)}~0",
            raw=json.dumps({"update": update, "element": "user_id_update"}),
            tag="t",
            bytes=1,
            webhook=b"0" * 32,
            digest="d",
        )

    def exported(self, number: str, name: str) -> None:
        person, _ = self.directory.person_behind(self.node(number), NOW_MS)
        scope = Scope(contact_id=person.contact_id, spans=person.spans)
        DynamoExports(self.dynamodb, "compliance").create(
            Export(
                id=name,
                state=State.RUNNING,
                client=f"client-{name}",
                created_ms=NOW_MS,
                body_digest="d",
                scope=scope,
                sealed_reason=b"",
                files=(File("export.json", "o", 1, "s"),),
            )
        )
        due = due_attributes(DataKind.EXPORT, name, NOW_MS, by=self.node(number))
        self._set("compliance", Key(f"EXPORT#{name}", "EXPORT"), due)

    def asks(
        self,
        contact_id: str,
        *,
        name: str = REQUEST,
        right: Right = Right.ACCESS,
        state: RequestState = RequestState.IN_PROCESSING,
        **more: Any,
    ) -> Request:
        request = Request(
            id=name,
            right=right,
            source=Source.API,
            contact_id=contact_id,
            filed_by="crm",
            filed_ms=NOW_MS,
            state=state,
            **more,
        )
        sealed = Sealing(self.ring, store=STORE).sealed(place(name), request_item(request))
        self.dynamodb.put_item(
            TableName="compliance", Item=encode({**place(name)._asdict(), **sealed})
        )
        return request

    def holds(self, number: str) -> None:
        guards = Guards(self.dynamodb, "compliance")
        guards.change([node_key(self.node(number))], "h_matter", Covered())

    def enters(self, action: Action, contact_id: str, *, client: str) -> None:
        by = Actor(kind="client", id=client, network="192.0.2.0/24")
        self.entries.append(Event(action=action, by=by, on=(contact_id,), what="message/m_1"))

    def publish_log(self) -> None:
        """Everything that was entered, sealed and signed."""
        link = Link("tests.1", 0, "")
        entries, _ = chained(self.entries, link, at_ms=NOW_MS)
        edge, files = Edge().extended([entry.encode() for entry in entries])
        files["checkpoint"] = Signer().checkpoint(edge, ORIGIN).note
        for name, data in files.items():
            self.s3.put_object(Bucket="audit", Key=name, Body=data)

    def archive(self) -> None:
        """The stream's records since the last time."""
        streams = boto3.client("dynamodbstreams")
        arn = self.dynamodb.describe_table(TableName="conversations")["Table"]["LatestStreamArn"]
        told = streams.describe_stream(StreamArn=arn)["StreamDescription"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn,
            ShardId=told["Shards"][0]["ShardId"],
            ShardIteratorType="TRIM_HORIZON",
        )["ShardIterator"]
        records: list[Any] = streams.get_records(ShardIterator=iterator)["Records"]
        fresh, self._archived = records[self._archived :], len(records)
        for record in fresh:
            changed = record["dynamodb"]
            changed["ApproximateCreationDateTime"] = NOW
            for name in ("NewImage", "OldImage"):
                if name in changed:
                    changed[name] = wire(changed[name])
        if fresh:
            archiver.handler({"Records": fresh}, Context())  # type: ignore[arg-type] # a context

    def remove(self, key: Key) -> None:
        self.dynamodb.delete_item(TableName="conversations", Key=encode(key._asdict()))

    def answered(self, request_id: str = REQUEST) -> dict[str, bytes]:
        """What the workflow does; then every file of the answer by its name, opened."""
        from functions.access.handler import handler

        def step(name: str, **more: Any) -> dict[str, Any]:
            return handler({"step": name, "request_id": request_id, **more}, Context())  # type: ignore[arg-type] # a context

        for part in step("plan")["parts"]:
            step("collect", part=part)
        step("assemble")
        return self.files(request_id)

    def complete(self, request_id: str = REQUEST) -> None:
        """What the end of the workflow writes."""
        key = place(request_id)
        finished = {"state": RequestState.COMPLETE.value, "finished_ms": clock.now_ms()}
        self._set("compliance", key, finished)

    def files(self, request_id: str = REQUEST) -> dict[str, bytes]:
        request = wiring._requests().load(request_id)
        assert request is not None
        files = wiring._files()
        index = json.loads(b"".join(files.read(request.result["index"])))
        return {each["name"]: b"".join(files.read(each["object"])) for each in index}

    def records_put(self, where: Key, /, **attributes: Any) -> None:
        item = {**where._asdict(), **self.seal.sealed(where, attributes)}
        self.dynamodb.put_item(TableName="conversations", Item=encode(item))

    def _set(self, table: str, key: Key, attributes: Mapping[str, Any]) -> None:
        found = DynamoRecords(self.dynamodb, table).load([key])[key]
        self.dynamodb.put_item(TableName=table, Item=encode({**found, **attributes}))


def message_id(wamid: str) -> str:
    return f"w_{build.PSEUDONYMS.of('message', NUMBER, wamid)}"


def plant(world: World) -> None:
    """Ada and Bob in every store, each with a word that nobody else has."""
    for who, word, other in ((ADA, ADA_SAYS, "a"), (BOB, BOB_SAYS, "b")):
        text = {"type": "text", "text": {"body": f"text {word}"}}
        world.says(who, f"wamid.{other}1", **text)
        world.says(who, f"wamid.{other}large", at=NOW + 1, type="text", text={"body": word * 5000})
        image = {"id": "9001", "mime_type": "image/png", "caption": f"caption {word}"}
        world.says(who, f"wamid.{other}2", at=NOW + 2, type="image", image=image)
        world.medium(
            who, _received(world, who), wamid=f"wamid.{other}2", data=png() + word.encode(),
            filename=f"file {word}.png",
        )  # fmt: skip
        uploaded = f"f_{other * 26}"
        world.medium(
            who, uploaded, wamid="", data=word.encode(), key=business_key(NUMBER),
            direction="outbound", state="ready", mime="application/pdf",
        )  # fmt: skip
        sent = {"type": "document", "document": {"id": uploaded, "caption": f"sent {word}"}}
        world.sends(who, f"m_{other * 26}", sent)
        world.told(
            build.change(
                statuses=[
                    build.status(
                        f"wamid.m{other}", "delivered", recipient=who, at=NOW + 9,
                        biz_opaque_callback_data=f"m_{other * 26}",
                        conversation={"id": f"conversation {word}"},
                    )
                ]
            )
        )  # fmt: skip
        world.says(who, f"wamid.{other}gone", at=NOW + 3, type="text", text={"body": f"old {word}"})
        world.consents(who, f"evidence {word}")
        world.account_update(who, f"account {word}")
        world.exported(who, f"e_{word}")
        world.asks(
            world.contact_id(who),
            name=f"q_before_{other}",
            state=RequestState.COMPLETE,
            details={"text": f"asked {word}"},
        )
        world.enters(Action.MESSAGES_LISTED, world.contact_id(who), client=f"reader-{word}")
        # as it is entered that a message came: under the alias alone
        world.enters(Action.MESSAGE_RECEIVED, world.node(who), client=f"inbound-{word}")
    world.holds(ADA)
    world.archive()
    for other in "ab":
        world.remove(Key(f"MESSAGE#{message_id(f'wamid.{other}gone')}", "MESSAGE"))
    world.archive()
    world.publish_log()


def _received(world: World, who: str) -> str:
    from functions.core.media.model import received_id

    return received_id(
        build.PSEUDONYMS,
        phone_number_id=NUMBER,
        key_id=f"{world.node(who)}~0",
        media_id="9001",
    )


def forget() -> None:
    for module in (
        *(wiring, disclosure_wiring, staff_wiring, staff_giving),
        *(archiver_wiring, content_wiring),
    ):
        for made in vars(module).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()


def _access(secret: str) -> AccessSettings:
    return AccessSettings(
        compliance_table="compliance",
        conversations_table="conversations",
        consent_table="consent",
        keys_table="keys",
        archive_bucket="archive",
        audit_bucket="audit",
        media_bucket="media",
        exports_bucket="exports",
        pseudonym_secret_arn=secret,
        portfolio_id="portfolio-1",
        phone_number_ids=NUMBER,
        waba_id=build.WABA,
        controller=build.CONTROLLER,
        consent_rules="{}",
        retention_rules=RULES,
        outbox_table="outbox",
    )


def _disclosure(secret: str, queue_url: str) -> DisclosureSettings:
    return DisclosureSettings(
        compliance_table="compliance",
        ephemeral_table="ephemeral",
        exports_bucket="exports",
        keys_table="keys",
        conversations_table="conversations",
        consent_table="consent",
        consent_rules="{}",
        controller=build.CONTROLLER,
        code_template="",
        timezone="UTC",
        phone_number_ids=NUMBER,
        max_pending_per_conversation=10,
        outbound_queue_url=queue_url,
        pseudonym_secret_arn=secret,
        portfolio_id="portfolio-1",
        outbox_table="outbox",
    )


def _staff(secret: str) -> RightsApiSettings:
    return RightsApiSettings(
        compliance_table="compliance",
        conversations_table="conversations",
        consent_table="consent",
        consent_rules="{}",
        ephemeral_table="ephemeral",
        exports_bucket="exports",
        keys_table="keys",
        pseudonym_secret_arn=secret,
        portfolio_id="portfolio-1",
        controller=build.CONTROLLER,
        deadlines="{}",
        timezone="UTC",
        language="en",
        rights_machine_arn="arn:aws:states:eu-central-1:123456789012:stateMachine:rights",
        outbox_table="outbox",
    )


def _archiver() -> ArchiverSettings:
    return ArchiverSettings(
        archive_bucket="archive",
        media_bucket="media",
        compliance_table="compliance",
        outbox_table="outbox",
        lock_mode="GOVERNANCE",
        retention_days=3,
        retention_class="communications",
        content_rules="{}",
        stream_shards="one",
    )
