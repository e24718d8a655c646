"""The media queue: what its messages ask for, and when one comes again."""

import json

import pytest
from botocore.exceptions import ClientError

from functions.core.media import policy
from functions.core.media.errors import LaterError, MalformedMessageError
from functions.core.media.facts import FactId
from functions.core.media.messages import Upload, parse, upload_message
from functions.core.media.queue import SqsUploadQueue
from functions.core.media.scanning import Verdict
from functions.core.runtime.errors import StoreUnavailableError
from functions.media import reporting

ID = f"f_{'a' * 26}"
FACT = {"message_id": f"w_{'a' * 26}", "sk": "MESSAGE", "fact_id": "b" * 26}
SCAN = {
    "source": "aws.guardduty",
    "detail-type": "GuardDuty Malware Protection Object Scan Result",
    "detail": {
        "scanStatus": "COMPLETED",
        "s3ObjectDetails": {"bucketName": "scan", "objectKey": ID},
        "scanResultDetails": {"scanResultStatus": "NO_THREATS_FOUND"},
    },
}


def test_a_fact_with_media():
    expected = FactId(FACT["message_id"], "MESSAGE", FACT["fact_id"])
    assert parse(json.dumps(FACT)) == expected
    assert parse(json.dumps({**FACT, "phone_number_id": "106"})) == expected


def test_a_complete_upload():
    assert parse(upload_message(ID)) == Upload(ID)


def test_a_verdict():
    assert parse(json.dumps(SCAN)) == Verdict("scan", ID, "NO_THREATS_FOUND")


@pytest.mark.parametrize(
    ("detail", "status"),
    [
        ({"scanStatus": "SKIPPED", "scanResultDetails": None}, "SKIPPED"),
        ({"scanStatus": "FAILED"}, "FAILED"),
        ({"scanResultDetails": {"scanResultStatus": 5}}, "5"),
        ({}, ""),
    ],
)
def test_a_verdict_that_says_less_is_no_clean_one(detail, status):
    told = {**SCAN, "detail": {**detail, "s3ObjectDetails": {"bucketName": "scan"}}}
    assert parse(json.dumps(told)) == Verdict("scan", "", status)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "5",
        "{}",
        json.dumps({**FACT, "message_id": "wamid.x"}),
        json.dumps({**FACT, "sk": "NODE"}),
        json.dumps({**FACT, "fact_id": ""}),
        json.dumps({**FACT, "fact_id": "a.b"}),
        json.dumps({"upload": "f_x"}),
        json.dumps({**SCAN, "source": "somebody"}),
        json.dumps({**SCAN, "detail-type": "Other"}),
    ],
)
def test_anything_else_is_for_a_person_to_see(body):
    with pytest.raises(MalformedMessageError):
        parse(body)


class Sqs:
    def __init__(self, code=None):
        self.calls, self.code = [], code

    def _called(self, **request):
        self.calls.append(request)
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": "canary"}}, "any")

    send_message = change_message_visibility = _called


@pytest.mark.parametrize(("pause", "seconds"), [(0, 1), (0.5, 1), (77.9, 77), (10**9, 43_200)])
def test_a_pause_is_what_sqs_can_take(pause, seconds):
    sqs = Sqs()
    SqsUploadQueue(sqs, "url").postpone("receipt", pause)
    assert sqs.calls == [
        {"QueueUrl": "url", "ReceiptHandle": "receipt", "VisibilityTimeout": seconds}
    ]


def test_a_pause_that_sqs_does_not_take_is_no_failure():
    SqsUploadQueue(Sqs("InvalidParameterValue"), "url").postpone("receipt", 5)


def test_an_upload_that_cannot_be_asked_for_is_a_failure():
    with pytest.raises(StoreUnavailableError) as caught:
        SqsUploadQueue(Sqs("ServiceUnavailable"), "url").ask(ID)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("later", "tries", "pause"),
    [
        (LaterError("x"), 1, 10),
        (LaterError("x"), 2, 60),
        (LaterError("x"), 99, 3_600),
        (LaterError("x", delay_s=300), 1, 300),
        (LaterError("x", delay_s=5), 3, 300),
        (LaterError("x", stopped=True), 1, 3_600),
    ],
)
def test_pauses_follow_the_error_and_how_often_it_was_tried(later, tries, pause):
    assert reporting.pause_s(later, tries) == pause
    assert pause <= policy.number("fetch", "stopped")
