"""The audit log on moto: a locked bucket, signing keys, the outbox with its stream, a witness."""

import io
import json
from collections.abc import Mapping
from typing import Any

import boto3

from functions.audit_sequencer import wiring as sequencing
from functions.audit_sequencer.settings import AuditSequencerSettings
from functions.core.audit.keys import VerifierKey
from functions.core.audit.outbox import DynamoOutbox
from functions.core.audit.verify import Report, verify
from functions.core.audit.verify.bucket import Bucket
from functions.core.audit.writer import Writer
from functions.core.runtime import aws, clock
from functions.witness import wiring as witnessing
from functions.witness.handler import handler as witness_handler
from functions.witness.settings import WitnessSettings
from tests.fakes import tables

BUCKET, ORIGIN, WITNESS = "audit", "audit.example/amana", "witness.example"
ARN = "arn:aws:lambda:eu-central-1:111122223333:function:witness"
Json = dict[str, Any]


class Context:
    aws_request_id = "request-1"


class Platform:
    """Within `mock_aws`. The functions read their settings from this process's environment."""

    def __init__(self) -> None:
        self.dynamodb = boto3.client("dynamodb")
        self.s3 = boto3.client("s3")
        self.create_bucket()
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        schema: Json = tables.outbox_schema()
        self.dynamodb.create_table(TableName="outbox", StreamSpecification=stream, **schema)
        self.dynamodb.create_table(TableName="witness", **tables.witness_schema())
        self.log_key, self.witness_key = self._key(ORIGIN), self._key(WITNESS)

    def create_bucket(self) -> None:
        self.s3.create_bucket(
            Bucket=BUCKET,
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
            ObjectLockEnabledForBucket=True,
        )

    def settings(self, **changes: Any) -> dict[str, str]:
        """Of both functions, as their environment has them."""
        told: Json = {
            "audit_bucket": BUCKET,
            "outbox_table": "outbox",
            "signing_key_arn": self.log_key[0],
            "origin": ORIGIN,
            "lock_mode": "GOVERNANCE",
            "retention_days": 30,
            "partial_days": 9,
            "witness_function": ARN,
            "stream_shards": "one",
            **changes,
        }
        return AuditSequencerSettings(**told).environment()

    def witness_settings(self) -> dict[str, str]:
        return WitnessSettings(
            witness_table="witness",
            signing_key_arn=self.witness_key[0],
            name=WITNESS,
            log_keys=self.log_key[1].text,
        ).environment()

    def writer(self, function: str = "sender") -> Writer:
        outbox = DynamoOutbox(self.dynamodb, "outbox", now_ms=clock.now_ms)
        return Writer(outbox, function=function, now_ms=clock.now_ms)

    def stream(self) -> list[Json]:
        """Everything written so far, as Lambda hands it over: through JSON."""
        client = boto3.client("dynamodbstreams")
        arn = self.dynamodb.describe_table(TableName="outbox")["Table"]["LatestStreamArn"]
        (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = client.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records: Any = client.get_records(ShardIterator=iterator)["Records"]
        for record in records:
            told = record["dynamodb"]
            told["ApproximateCreationDateTime"] = told["ApproximateCreationDateTime"].timestamp()
        # an update that makes its item is one change; moto tells the bare key first
        whole = [one for one in records if one["dynamodb"]["NewImage"].keys() != {"pk"}]
        return list(json.loads(json.dumps(whole)))

    def verify(self, **more: Any) -> Report:
        files = Bucket(lambda: self.s3, BUCKET).listed()
        return verify(files, key=self.log_key[1], witness=self.witness_key[1], **more)

    def install(self, monkeypatch: Any, **changes: Any) -> None:
        """Both functions read their settings, each its own, and the log finds its witness."""
        told = ((sequencing, self.settings(**changes)), (witnessing, self.witness_settings()))
        for wiring, environment in told:
            for cached in vars(wiring).values():
                if hasattr(cached, "cache_clear") and cached.__module__ == wiring.__name__:
                    cached.cache_clear()
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            wiring.settings()
        client = aws.client
        monkeypatch.setattr(aws, "client", lambda name: self if name == "lambda" else client(name))

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Mapping[str, Any]:  # noqa: N803
        """Lambda's, of the one function there is."""
        assert FunctionName == ARN
        try:
            answer: Any = witness_handler(json.loads(Payload), Context())  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - as Lambda's runtime does
            told = {"errorType": type(error).__name__}
            return {"Payload": io.BytesIO(json.dumps(told).encode()), "FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def _key(self, name: str) -> tuple[str, VerifierKey]:
        kms = boto3.client("kms")
        told = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
        return told["Arn"], VerifierKey(name, kms.get_public_key(KeyId=told["Arn"])["PublicKey"])
