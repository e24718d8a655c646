import hashlib
import io
import json
import re

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from functions.core.runtime.errors import StoreUnavailableError
from functions.core.whatsapp.transit import TransitError, pack, unpack

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
SQS_ALLOWS = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
LIMIT = 1000


class FakeBucket:
    def __init__(self):
        self.objects = {}

    def get_object(self, *, Bucket, Key):  # noqa: N803 (AWS's spelling)
        if (Bucket, Key) not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": ""}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Bucket, Key])}


@pytest.fixture
def bucket():
    return FakeBucket()


def packed(body):
    return pack(body, bucket="transit", claim_check_bytes=LIMIT)


def as_received(message):
    """What Lambda makes of a message sent with these attributes."""
    encoding = message.attributes["encoding"]
    attribute = {"stringValue": encoding["StringValue"], "dataType": encoding["DataType"]}
    return {"body": message.message, "messageAttributes": {"encoding": attribute}}


@given(st.binary(max_size=LIMIT) | st.text(max_size=200).map(lambda text: text.encode()))
def test_any_small_body_survives_the_queue(body):
    message = packed(body)

    assert unpack(as_received(message), FakeBucket()) == body
    assert SQS_ALLOWS.fullmatch(message.message)
    assert message.object_key is None


@pytest.mark.parametrize(
    "body",
    [b'{"entry":[]}', '{\n\t"na\u00efve": "\U0001f98a"}'.encode(), b"not json"],
)
def test_text_travels_as_it_is(body):
    message = packed(body)

    assert (message.message, message.encoding) == (body.decode(), "text")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"a\rb",
        b"\x1f",
        b"\xff\xfe",
        "\ufffe".encode(),
        "\uffff".encode(),
        b"\xed\xa0\x80",
    ],
)
def test_what_sqs_would_refuse_travels_as_base64(body):
    assert packed(body).encoding == "base64"


def test_a_large_body_travels_as_a_pointer_to_its_digest(bucket):
    body = b"x" * (LIMIT + 1)
    message = packed(body)
    bucket.objects["transit", message.object_key] = body

    assert message.encoding == "s3"
    assert message.object_key == f"webhooks/{hashlib.sha256(body).hexdigest()}"
    assert "x" * 20 not in message.message
    assert unpack(as_received(message), bucket) == body


def test_a_body_at_the_limit_travels_itself():
    assert packed(b"x" * LIMIT).object_key is None


def test_a_redelivered_large_body_has_the_same_object():
    assert packed(b"x" * 2000).object_key == packed(b"x" * 2000).object_key


def test_an_object_that_changed_is_refused(bucket):
    message = packed(b"x" * 2000)
    bucket.objects["transit", message.object_key] = b"y" * 2000

    with pytest.raises(TransitError):
        unpack(as_received(message), bucket)


def test_a_missing_object_is_tried_again(bucket):
    with pytest.raises(StoreUnavailableError):
        unpack(as_received(packed(b"x" * 2000)), bucket)


@pytest.mark.parametrize("encoding", [None, "other", "base64", "s3"])
@pytest.mark.parametrize("message", ["canary", "[]", "{}", '{"bucket":1}', '{"base64":"%"}'])
def test_what_we_did_not_pack_is_refused_without_quoting_it(bucket, encoding, message):
    attributes = {"encoding": {"stringValue": encoding}} if encoding else {}

    with pytest.raises(TransitError) as caught:
        unpack({"body": message, "messageAttributes": attributes}, bucket)

    assert message not in str(caught.value)


def test_attributes_carry_no_content():
    message = packed(json.dumps({"text": "canary"}).encode())

    assert message.attributes == {"encoding": {"DataType": "String", "StringValue": "text"}}
