"""The inbound handler over moto: sealed queue records in, sealed table items out."""

import json

import boto3
import pytest
from inbound_platform import deploy_inbound
from moto import mock_aws
from sealed_platform import (
    at_rest,
    create_stores,
    destroy,
    items,
    put,
    start_anew,
    without_kms,
)

from functions.core.content.transit import TransitSealer
from functions.core.runtime import aws as clients
from functions.core.runtime.values import decode
from functions.core.whatsapp.transit import pack
from functions.inbound import wiring
from tests.fakes import build

NOW = 1_790_000_000
CANARY_NUMBER, CANARY_TEXT, CANARY_NAME = "15550142424", "canary text Quetzalcoatl", "Ada Canary"
CANARIES = (CANARY_NUMBER, CANARY_TEXT, CANARY_NAME, "wamid.")


@pytest.fixture
def aws(monkeypatch):
    """What packs bodies: the webhook function's sealer."""
    with mock_aws():
        transit_key = create_stores()
        deploy_inbound(monkeypatch, max_pending_per_conversation=5, waba_id="102290129340398")
        yield TransitSealer(boto3.client("kms"), transit_key)


def record(sealer, body, message_id="q-1", *, in_queue=1_000_000):
    """`in_queue`: what is larger lies in the bucket."""
    packed = pack(body, sealer=sealer, bucket="transit", claim_check_bytes=in_queue)
    if packed.stored:
        name, content = packed.stored
        boto3.client("s3").put_object(Bucket="transit", Key=name, Body=content)
    return queue_record(packed.message, packed.encoding, message_id)


def queue_record(body, encoding, message_id="q-1"):
    return {
        "messageId": message_id,
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {"encoding": {"stringValue": encoding, "dataType": "String"}},
        "eventSource": "aws:sqs",
    }


def invoke(*records):
    from functions.inbound.handler import handler

    return handler({"Records": list(records)}, None)


def hello(wamid="wamid.1", text="hello", sender=CANARY_NUMBER, at=NOW):
    message = build.text_message(wamid, sender=sender, at=at, text={"body": text})
    contact = {"wa_id": sender, "profile": {"name": CANARY_NAME}}
    return build.body(build.webhook(build.change(messages=[message], contacts=[contact])))


DONE, BACK = {"batchItemFailures": []}, {"batchItemFailures": [{"itemIdentifier": "q-1"}]}


@pytest.mark.parametrize("in_queue", [1_000_000, 0], ids=["in the queue", "in the bucket"])
def test_a_body_is_folded_however_it_travelled(aws, in_queue):
    assert invoke(record(aws, hello(), in_queue=in_queue)) == DONE
    assert len(items(prefix="MESSAGE#")) == 1


def test_a_poisoned_record_comes_back_alone(aws):
    lost = queue_record(
        json.dumps({"bucket": "transit", "key": "webhooks/gone", "bytes": 1}), "s3", "q-bad"
    )
    answer = invoke(lost, record(aws, hello(), message_id="q-good"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "q-bad"}]}
    assert len(items(prefix="MESSAGE#")) == 1


def test_a_redelivered_record_changes_nothing_not_even_the_ciphertext(aws):
    invoke(record(aws, hello()))
    before = items(), items("keys")
    start_anew(wiring)
    assert invoke(record(aws, hello(), message_id="q-2")) == DONE
    assert (items(), items("keys")) == before


def test_a_thousand_updates_of_three_megabytes_are_folded(aws):
    messages = [
        build.text_message(
            f"wamid.{i}", sender=f"1555010{i % 20:04}", at=NOW + i, text={"body": "x" * 2900}
        )
        for i in range(1000)
    ]
    body = build.body(build.webhook(build.change(messages=messages)))
    assert len(body) > 3_000_000
    assert invoke(record(aws, body, in_queue=0)) == DONE
    ids = {item["pk"]["S"] for item in items(prefix="MESSAGE#")}
    assert len(ids) == 1000
    assert len(items("keys", "KEY#")) == 20


def test_whoever_looks_into_tables_and_buckets_reads_nothing(aws):
    status = build.status("wamid.1", "read", recipient=CANARY_NUMBER, at=NOW + 1)
    unknown = {"field": "new", "value": {"text": CANARY_TEXT}}
    invoke(
        record(aws, hello(text=CANARY_TEXT)),
        record(aws, hello("wamid.2", text=CANARY_TEXT + "x" * 100_000), "q-2", in_queue=0),
        record(aws, build.body(build.webhook(build.change(statuses=[status]), unknown)), "q-3"),
    )
    assert len(items(prefix="MESSAGE#")) == 2
    assert len(boto3.client("s3").list_objects_v2(Bucket="media")["Contents"]) == 1
    kept = at_rest()
    assert [canary for canary in CANARIES if canary.encode() in kept] == []


def test_without_kms_bodies_stay_in_the_queue_and_nothing_is_stored(aws, monkeypatch):
    body = record(aws, hello())
    with without_kms(monkeypatch):
        assert invoke(body) == BACK
    assert items() == items("keys", "KEY#") == []
    assert invoke(body) == DONE
    assert len(items(prefix="MESSAGE#")) == 1


@pytest.mark.parametrize("code", ["KMSInternalException", "KMSInvalidStateException"])
def test_when_the_epoch_does_not_open_nothing_is_stored_in_clear(aws, monkeypatch, code):
    """The body was opened by a warm environment; people's keys are behind KMS."""
    body = record(aws, hello(text=CANARY_TEXT))
    wiring.opener().open("webhook", aws.seal("webhook", b"warm"))
    with without_kms(monkeypatch, code):
        assert invoke(body) == BACK
    assert items(prefix="MESSAGE#") == []
    kept = at_rest()
    assert [canary for canary in CANARIES if canary.encode() in kept] == []
    assert invoke(body) == DONE


def test_before_the_first_epoch_is_open_bodies_wait(aws):
    epoch = items("keys", "EPOCH")
    for item in epoch:
        boto3.client("dynamodb").delete_item(TableName="keys", Key={"pk": item["pk"]})
    body = record(aws, hello())
    assert invoke(body) == BACK
    for item in epoch:
        put(item, "keys")
    assert invoke(body) == DONE


def test_a_message_moved_to_another_contact_is_refused_with_an_alarm(aws, capsys):
    invoke(record(aws, hello("wamid.1")), record(aws, hello("wamid.2", sender="15550177777")))
    one, other = items(prefix="MESSAGE#")
    put({**one, "facts": other["facts"]})
    start_anew(wiring)
    before = items()

    states = [
        build.status(wamid, "read", recipient=CANARY_NUMBER, at=NOW + 1)
        for wamid in ("wamid.1", "wamid.2")
    ]
    told = [build.body(build.webhook(build.change(statuses=[state]))) for state in states]
    answer = invoke(record(aws, told[0], "q-1"), record(aws, told[1], "q-2"))

    assert len(answer["batchItemFailures"]) == 1
    assert '"CiphertextRefused":1' in capsys.readouterr().out
    assert next(i for i in before if i["pk"] == one["pk"]) in items()


def test_a_person_whose_key_was_destroyed_may_write_again(aws):
    invoke(record(aws, hello("wamid.1", text=CANARY_TEXT)))
    (message,) = items(prefix="MESSAGE#")
    (fact,) = message["facts"]["M"].values()
    destroy(fact["M"]["key"]["S"])
    start_anew(wiring)

    assert invoke(record(aws, hello("wamid.1", text=CANARY_TEXT))) == DONE
    assert message in items(), "what was destroyed stays as it is"
    assert invoke(record(aws, hello("wamid.2", at=NOW + 9))) == DONE
    (key,) = items("keys", "KEY#")
    assert (key["version"]["N"], "wrapped_key" in key) == ("2", True)


def test_logs_carry_ids_and_counts_and_nothing_of_the_person(aws, capsys, monkeypatch):
    unknown = {"field": f"new {CANARY_TEXT}", "value": {"text": CANARY_TEXT}}
    invoke(
        record(aws, hello(text=CANARY_TEXT)),
        record(aws, build.body(build.webhook(unknown)), "q-2"),
        queue_record(f"not json {CANARY_TEXT} {CANARY_NUMBER}", "s3", "q-3"),
    )
    start_anew(wiring)
    with without_kms(monkeypatch):
        invoke(record(aws, hello(text=CANARY_TEXT)))
    out, err = capsys.readouterr()
    assert '"message":"body folded"' in out
    assert "UnknownUpdates" in out
    assert "KMSInternalException" in out
    for canary in (*CANARIES, "canary of AWS"):
        assert canary not in out + err


def test_keys_are_asked_for_once(aws, monkeypatch):
    """100 messages of 10 people: one root, one transit key."""
    asked, real = [], clients.kms().decrypt
    monkeypatch.setattr(
        clients.kms(), "decrypt", lambda **request: asked.append(request) or real(**request)
    )
    for n in range(100):
        invoke(record(aws, hello(f"wamid.{n}", sender=f"1555010{n % 10:04}", at=NOW + n)))
    assert len(asked) == 2


def test_a_stage_that_keeps_no_content_and_no_names_has_them_nowhere(aws, monkeypatch):
    monkeypatch.setenv("AMANA_CONTENT_RULES", '{"service": {"store": "metadata"}}')
    monkeypatch.setenv("AMANA_PROFILE_NAMES", "off")
    start_anew(wiring)
    image = {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": CANARY_TEXT}
    message = {**build.text_message("wamid.1", sender=CANARY_NUMBER, at=NOW), "image": image}
    message = {**message, "type": "image"}
    contact = {"wa_id": CANARY_NUMBER, "profile": {"name": CANARY_NAME}}
    body = build.body(build.webhook(build.change(messages=[message], contacts=[contact])))
    assert invoke(record(aws, body)) == DONE
    [stored] = map(decode, items(prefix="MESSAGE#"))
    [fact] = stored["facts"].values()
    assert (fact["withheld"], fact["type"], "sealed" in fact) == ("metadata", "image", False)
    [node] = map(decode, items(prefix="NODE#"))
    assert node.get("sealed_profile") is None
    assert node["sealed_value"]
    # there is nothing to fetch a file for
    queue = boto3.client("sqs").get_queue_url(QueueName="media")["QueueUrl"]
    assert "Messages" not in boto3.client("sqs").receive_message(QueueUrl=queue)
