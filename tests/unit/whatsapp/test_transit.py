import hashlib
import io
import json
import random
import re

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from functions.core.content.transit import (
    LIFE_SECONDS,
    TransitOpener,
    TransitRefusedError,
    TransitSealer,
)
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.whatsapp.transit import TransitError, pack, unpack
from tests.fakes.kms import StrictKms

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
SQS_ALLOWS = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
LIMIT = 2000
LARGE = random.Random(1).randbytes(9000)  # noqa: S311


class FakeBucket:
    def __init__(self):
        self.objects = {}

    def get_object(self, *, Bucket, Key):  # noqa: N803 (AWS's spelling)
        if (Bucket, Key) not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": ""}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Bucket, Key])}


class Way:
    """One webhook environment, one inbound environment, KMS and a bucket between them."""

    def __init__(self):
        self.kms, self.bucket = StrictKms(), FakeBucket()
        self.key = self.kms.create_key()["KeyMetadata"]["Arn"]
        self.sealer = TransitSealer(self.kms, self.key, clock=lambda: self.kms.now)
        self.opener = TransitOpener(self.kms, clock=lambda: self.kms.now)

    def packed(self, body):
        message = pack(body, sealer=self.sealer, bucket="transit", claim_check_bytes=LIMIT)
        if message.stored:
            name, content = message.stored
            self.bucket.objects["transit", name] = content
        return message

    def unpacked(self, message, **changes):
        return unpack({**received(message), **changes}, opener=self.opener, s3=self.bucket)


@pytest.fixture
def way():
    return Way()


def received(message):
    """What Lambda makes of a message sent with these attributes."""
    encoding = message.attributes["encoding"]
    attribute = {"stringValue": encoding["StringValue"], "dataType": encoding["DataType"]}
    return {"body": message.message, "messageAttributes": {"encoding": attribute}}


WAY = Way()


@given(st.binary(max_size=5000) | st.text(max_size=200).map(lambda text: text.encode()))
def test_any_body_survives_the_queue(body):
    message = WAY.packed(body)

    assert WAY.unpacked(message) == body
    assert SQS_ALLOWS.fullmatch(message.message)
    assert len(message.message) <= LIMIT


@pytest.mark.parametrize("size", [20, 20_000])
def test_whoever_looks_into_the_queue_or_the_bucket_reads_nothing(way, size):
    body = b'{"text": "canary 4915112345678"}' + bytes(range(256)) * (size // 256)
    message = way.packed(body)
    told = json.dumps(received(message)).encode() + b"".join(way.bucket.objects.values())
    assert b"canary" not in told
    assert hashlib.sha256(body).hexdigest().encode() not in told


def test_a_large_body_travels_as_a_pointer_to_the_digest_of_what_is_stored(way):
    message = way.packed(LARGE)
    ((bucket, key),) = way.bucket.objects
    content = way.bucket.objects[bucket, key]
    assert key == f"webhooks/{hashlib.sha256(content).hexdigest()}"
    assert json.loads(message.message) == {"bucket": bucket, "key": key, "bytes": len(content)}


def test_a_thousand_bodies_cost_two_requests_to_kms(way):
    for number in range(1000):
        body = str(number).encode()
        assert way.unpacked(way.packed(body)) == body
    assert way.kms.calls == ["CreateKey", "GenerateDataKey", "Decrypt"]


def test_a_data_key_is_used_for_a_bounded_time(way):
    first = way.packed(b"one")
    way.kms.now += LIFE_SECONDS
    second = way.packed(b"one")
    assert way.kms.calls.count("GenerateDataKey") == 2
    assert way.unpacked(first) == way.unpacked(second) == b"one"


def test_without_kms_nothing_is_sent_and_nothing_opened(way):
    message = way.packed(b"hello")
    way.kms.unavailable = True
    with pytest.raises(StoreUnavailableError):
        Way.packed(_another(way), b"hello")
    with pytest.raises(StoreUnavailableError):
        way.unpacked(message)


def _another(way):
    other = Way()
    other.kms.unavailable = True
    return other


def test_an_object_that_changed_is_refused(way):
    message = way.packed(LARGE)
    (place,) = way.bucket.objects
    way.bucket.objects[place] = way.bucket.objects[place][:-1] + b"x"
    with pytest.raises(TransitError):
        way.unpacked(message)


def test_a_missing_object_is_tried_again(way):
    message = way.packed(LARGE)
    way.bucket.objects.clear()
    with pytest.raises(StoreUnavailableError):
        way.unpacked(message)


def test_what_another_deployment_sealed_is_refused(way):
    with pytest.raises(TransitRefusedError):
        way.unpacked(Way().packed(b"hello"))


def test_what_was_sealed_for_another_use_is_refused(way):
    with pytest.raises(TransitRefusedError):
        way.opener.open("upload", way.sealer.seal("webhook", b"hello"))


@given(st.binary(max_size=300))
def test_anything_else_is_refused(sealed):
    with pytest.raises(TransitRefusedError):
        WAY.opener.open("webhook", sealed)


@given(st.integers(0, 10_000))
def test_every_changed_bit_is_noticed(bit):
    sealed = bytearray(WAY.sealer.seal("webhook", b"hello"))
    bit %= len(sealed) * 8
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(TransitRefusedError):
        WAY.opener.open("webhook", bytes(sealed))


@pytest.mark.parametrize("encoding", [None, "other", "sealed", "s3", "text"])
@pytest.mark.parametrize("body", ["canary", "[]", "{}", '{"bucket":1}', '{"base64":"%"}', ""])
def test_what_we_did_not_pack_is_refused_without_quoting_it(way, body, encoding):
    attributes = {"encoding": {"stringValue": encoding}} if encoding else {}
    record = {"body": body, "messageAttributes": attributes}
    with pytest.raises((TransitError, TransitRefusedError)) as error:
        unpack(record, opener=way.opener, s3=way.bucket)
    assert "canary" not in str(error.value)


def test_attributes_carry_no_content(way):
    assert way.packed(b"canary").attributes == {
        "encoding": {"DataType": "String", "StringValue": "sealed"}
    }
