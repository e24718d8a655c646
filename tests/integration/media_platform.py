"""People send media through the Meta sandbox; the media function fetches them, AWS is moto's."""

import base64
import hashlib
import json

import boto3
from sealed_platform import create_queue, create_stores, items, pseudonym_secret, start_anew

from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.content.records import SealedRecords
from functions.core.content.wiring import sealing
from functions.core.conversations.blobs import S3Blobs
from functions.core.conversations.service import ConversationsService
from functions.core.media.announce import SqsMediaQueue
from functions.core.media.store import DynamoMedia
from functions.core.runtime.dynamodb import DynamoRecords
from functions.inbound.intake import Intake
from functions.media import wiring
from functions.media.settings import MediaSettings
from sandbox import SandboxConfig
from sandbox.webhooks.post import Result
from tests.fakes import build
from tests.fakes.audit import own_writer

PERSON = "+15550142424"
NUMBER = build.NUMBER
PORTFOLIO, PSEUDONYM_KEY, TOKEN = "portfolio-1", "k", "good token"
WHERE = {"LocationConstraint": "eu-central-1"}


class NoWatch:
    def watch(self, told):
        """Card numbers and consent are another function's story."""


class NoTemplates:
    def learn(self, updates):
        """Nor is what Meta tells of templates."""


class Context:
    aws_request_id = "lambda-request-1"

    def get_remaining_time_in_millis(self):
        return 120_000


def sandbox_config(**more):
    return SandboxConfig(
        app_secret="app secret",
        verify_token="verify",
        access_token=TOKEN,
        waba_id=build.WABA,
        phone_number_ids={NUMBER: "15550109999"},
        statuses=(),
        **more,
    )


class MediaPlatform:
    """`scan`: whether the stage asks GuardDuty."""

    def __init__(self, sandbox, monkeypatch, *, scan="off"):
        self.sandbox = sandbox
        self.transit_key = create_stores()
        self.s3 = boto3.client("s3")
        self.s3.create_bucket(Bucket="scan", CreateBucketConfiguration=WHERE)
        self.sqs = boto3.client("sqs")
        self.queue_url = create_queue("media")
        secrets = boto3.client("secretsmanager")
        text = json.dumps({"access_token": TOKEN})
        self.pseudonym_arn = pseudonym_secret(PSEUDONYM_KEY)
        settings = MediaSettings(
            outbox_table="outbox",
            conversations_table="conversations",
            keys_table="keys",
            media_bucket="media",
            transit_bucket="transit",
            access_token_secret_arn=secrets.create_secret(Name="access", SecretString=text)["ARN"],
            pseudonym_secret_arn=self.pseudonym_arn,
            portfolio_id=PORTFOLIO,
            graph_url=sandbox.graph_url,
            graph_version="v26.0",
            media_hosts=sandbox.graph_url,
            media_queue_url=self.queue_url,
            malware_scan=scan,
            scan_bucket="scan",
        )
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        self.start_anew()
        self.pseudonyms = Pseudonyms(key=PSEUDONYM_KEY.encode(), portfolio_id=PORTFOLIO)

    def start_anew(self):
        start_anew(wiring)

    def receives(self, data, *, kind="image", mime="image/png", **content):
        """A person sends a file: through Meta's webhook into the table, and into the queue."""
        given = {"data_base64": base64.b64encode(data).decode(), "mime_type": mime, **content}
        self.sandbox.inbound(PERSON, type=kind, name="Ada Canary", **{kind: given})
        outbox = self.sandbox._state.outbox
        post = outbox.take()
        outbox.record(post, post.bytes, "sha256=…", Result(status=200))
        self.webhook(post.bytes)

    def webhook(self, body):
        seal = sealing(keys_table="keys", audit=own_writer())
        records = SealedRecords(DynamoRecords(boto3.client("dynamodb"), "conversations"), seal)
        directory = build.directory(records)
        conversations = ConversationsService(
            records=records,
            directory=directory,
            pseudonyms=self.pseudonyms,
            blobs=S3Blobs(self.s3, "media", seal.ring),
            entry_point_hours=72,
        )
        queue = SqsMediaQueue(self.sqs, self.queue_url)
        Intake(
            conversations=conversations,
            media=queue,
            cards=NoWatch(),
            consent=NoWatch(),
            rights=NoWatch(),
            templates=NoTemplates(),
            audit=own_writer(),
        ).take(body)

    def pump(self, rounds=1):
        """What SQS and Lambda do; returns the bodies that came back. Pauses do not wait."""
        back = []
        for _ in range(rounds):
            back = []
            for message in self._waiting():
                if self.invoke(message):
                    back.append(message["Body"])
                    self._visibility(message)
                else:
                    self.sqs.delete_message(
                        QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"]
                    )
            if not back:
                break
        return back

    def invoke(self, message):
        from functions.media.handler import handler

        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "eventSource": "aws:sqs",
        }
        return handler({"Records": [record]}, Context())["batchItemFailures"]

    def send(self, body):
        self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=body)

    def media(self):
        """Every record of a medium, opened."""
        store = DynamoMedia(
            boto3.client("dynamodb"),
            "conversations",
            sealing(keys_table="keys", audit=own_writer()),
        )
        found = [i["pk"]["S"] for i in items(prefix="MEDIA#") if i["sk"]["S"] == "MEDIA"]
        return [store.load(pk.removeprefix("MEDIA#")) for pk in found]

    def medium(self):
        (item,) = self.media()
        return item

    def content(self, item):
        keeper = wiring.service()._fetching._keeper
        return b"".join(keeper.opened(item["object"], item["key"]))

    def objects(self, bucket="media"):
        return [o["Key"] for o in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def unfinished(self):
        return self.s3.list_multipart_uploads(Bucket="media").get("Uploads", [])

    def _waiting(self):
        found = self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
        )
        return found.get("Messages", [])

    def _visibility(self, message, seconds=0):
        self.sqs.change_message_visibility(
            QueueUrl=self.queue_url,
            ReceiptHandle=message["ReceiptHandle"],
            VisibilityTimeout=seconds,
        )


def sha256(data):
    return hashlib.sha256(data).hexdigest()
