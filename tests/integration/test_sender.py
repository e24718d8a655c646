"""The sender handler against the Meta sandbox over HTTP, its tables in moto.

Killed at every named point, it never has an intent accepted twice by Graph.
"""

import json
from types import SimpleNamespace

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from moto import mock_aws
from sealed_platform import (
    at_rest,
    create_stores,
    destroy,
    items,
    pseudonym_secret,
    put,
    start_anew,
    without_kms,
)

from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.keyring import KeyRing
from functions.core.content.kms import KmsRoots
from functions.core.content.records import SealedRecords, Sealing
from functions.core.runtime import aws as clients
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.sending.dynamodb import DynamoSending
from functions.sender import wiring
from functions.sender.settings import SenderSettings
from sandbox import Sandbox, SandboxConfig
from tests.fakes import build
from tests.fakes.audit import table_writer
from tests.fakes.platform import Platform

NUMBER, PERSON = build.NUMBER, "15550100001"
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)


class Killed(BaseException):
    pass


@pytest.fixture
def sandbox():
    config = SandboxConfig(
        app_secret="app secret",
        verify_token="verify",
        access_token="good token",
        waba_id=build.WABA,
        phone_number_ids={NUMBER: "15550109999"},
        statuses=(),
    )
    with Sandbox(config) as running:
        running.inbound(f"+{PERSON}", text="Hello")
        yield running


@pytest.fixture
def platform(sandbox, monkeypatch):
    """The accepting side on the same tables, with the real time."""
    with mock_aws():
        create_stores()
        token = boto3.client("secretsmanager").create_secret(
            Name="access", SecretString='{"access_token": "good token"}'
        )
        settings = SenderSettings(
            content_rules="{}",
            outbox_table="outbox",
            conversations_table="conversations",
            keys_table="keys",
            consent_table="consent",
            consent_rules="{}",
            timezone="UTC",
            ephemeral_table="ephemeral",
            access_token_secret_arn=token["ARN"],
            pseudonym_secret_arn=pseudonym_secret("test key"),
            portfolio_id="portfolio-1",
            graph_url=sandbox.graph_url,
            graph_version="v26.0",
            messages_per_second=80,
            ambiguous_wait_seconds=120,
        )
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        start_anew(wiring)
        yield accepting()


def accepting():
    """As the messages API and the inbound function have it: a memory of keys of its own."""
    client = boto3.client("dynamodb")
    keys = DynamoKeys(client, "keys", table_writer(client))
    sealing = Sealing(KeyRing(store=keys, roots=KmsRoots(boto3.client("kms"))))
    platform = Platform()
    platform.clock.now = clients_now()
    platform.records = SealedRecords(DynamoRecords(client, "conversations"), sealing)
    platform.store = DynamoSending(client, "conversations", sealing, table_writer(client))
    platform.directory = build.directory(platform.records)
    platform.conversations = build.conversations(platform.records)
    platform.service = platform._service()
    platform.write_in()
    return platform


def clients_now():
    from functions.core.runtime import clock

    clients.forget()
    return clock.now_ms()


def wake(platform, thread=None):
    from functions.sender.handler import handler

    body = json.dumps({"thread": thread or platform.wake_ups.sent[-1]})
    record = {"messageId": "q-1", "body": body, "attributes": {"MessageGroupId": "g"}}
    return handler({"Records": [{**record, "eventSource": "aws:sqs"}]}, CONTEXT)


def comes_back(platform):
    """Whether the queue keeps the wake-up: the batch reports it, or fails as a whole."""
    try:
        return wake(platform) == {"batchItemFailures": [{"itemIdentifier": "q-1"}]}
    except BatchProcessingError:
        return True


def accepted_ids(sandbox):
    return [m["payload"]["biz_opaque_callback_data"] for m in sandbox.accepted()]


def test_pending_messages_reach_graph_in_order(platform, sandbox):
    ids = [platform.accept(f"k{index}").id for index in range(3)]
    assert wake(platform) == {"batchItemFailures": []}
    assert accepted_ids(sandbox) == ids
    assert [platform.state(i) for i in ids] == ["accepted"] * 3


def test_a_wake_up_that_comes_twice_does_nothing_twice(platform, sandbox):
    platform.accept()
    wake(platform)
    wake(platform)
    assert len(sandbox.accepted()) == 1


def test_a_wrong_token_stops_the_channel_and_nothing_counts_as_sent(platform, sandbox, capsys):
    wiring.drain()._delivery._graph._secrets._kept.clear()
    secrets = boto3.client("secretsmanager")
    secrets.put_secret_value(SecretId="access", SecretString='{"access_token": "expired"}')
    message = platform.accept()
    assert wake(platform) == {"batchItemFailures": []}
    assert platform.state(message.id) == "queued"
    assert sandbox.accepted() == []
    assert '"ChannelStopped":1' in capsys.readouterr().out


def test_a_time_out_after_accepting_is_ambiguous_and_not_sent_again(platform, sandbox):
    sandbox.fault("timeout_after_accept")
    message = platform.accept()
    wake(platform)
    wake(platform)
    assert platform.state(message.id) == "ambiguous"
    assert len(sandbox.accepted()) == 1


POINTS = [
    ("store", "claim", "before", 1),
    ("store", "claim", "after", 0),
    ("graph", "send", "after", 1),
    ("store", "advance", "before", 1),
    ("store", "advance", "after", 1),
    ("store", "pop", "before", 1),
]


@pytest.mark.parametrize(("part", "method", "when", "times"), POINTS)
def test_killed_at_this_point_graph_accepts_no_intent_twice(
    platform, sandbox, monkeypatch, part, method, when, times
):
    delivery = wiring.drain()._delivery
    target = delivery.store if part == "store" else delivery._graph
    real = getattr(target, method)

    def dying(*args, **kwargs):
        if when == "after":
            real(*args, **kwargs)
        raise Killed

    first, second = platform.accept("k1"), platform.accept("k2")
    monkeypatch.setattr(target, method, dying)
    with pytest.raises(Killed):
        wake(platform)
    monkeypatch.setattr(target, method, real)
    wake(platform)
    if platform.state(first.id) == "sending":  # abandoned: time passes, no status comes
        later(monkeypatch, delivery, minutes=1)
        wake(platform)
        later(monkeypatch, delivery, minutes=3)
        wake(platform)
    assert accepted_ids(sandbox).count(first.id) == times
    assert accepted_ids(sandbox).count(second.id) == 1
    assert platform.state(first.id) in {"accepted", "unconfirmed"}
    assert platform.state(second.id) == "accepted"


def later(monkeypatch, delivery, *, minutes):
    now = delivery._now_ms() + minutes * 60_000
    monkeypatch.setattr(delivery, "_now_ms", lambda: now)


def test_without_kms_a_message_stays_queued_and_goes_out_later(platform, sandbox, monkeypatch):
    message = platform.accept()
    with without_kms(monkeypatch):
        assert comes_back(platform)
    assert platform.state(message.id) == "queued"
    assert sandbox.accepted() == []
    assert wake(platform) == {"batchItemFailures": []}
    assert accepted_ids(sandbox) == [message.id]


def test_what_became_of_messages_is_sealed_too(platform, sandbox):
    first = platform.accept("k1", text={"body": "canary Quetzalcoatl"})
    wake(platform)
    sandbox.fault("error", code=131_026)
    second = platform.accept("k2", text={"body": "canary Quetzalcoatl"})
    wake(platform)

    assert [platform.state(each.id) for each in (first, second)] == ["accepted", "failed"]
    assert platform.store.message(first.id)["wamid"].startswith("wamid.")
    assert platform.store.message(second.id)["error"]["code"] == 131_026
    kept = at_rest()
    for canary in ("Quetzalcoatl", PERSON, "wamid.", "undeliverable"):
        assert canary.encode().lower() not in kept.lower()


@pytest.mark.parametrize("part", ["sealed_intent", "sealed_address"])
def test_an_intent_moved_to_another_message_is_not_sent(platform, sandbox, capsys, part):
    first, second = platform.accept("k1"), platform.accept("k2", text={"body": "canary"})
    one, other = (items(prefix=f"MESSAGE#{each.id}")[0] for each in (first, second))
    put({**one, part: other[part]})

    assert comes_back(platform)

    assert sandbox.accepted() == []
    out, err = capsys.readouterr()
    assert '"CiphertextRefused":1' in out
    assert "canary" not in out + err


def test_a_message_whose_content_was_destroyed_is_refused(platform, sandbox):
    message = platform.accept()
    (item,) = items(prefix=f"MESSAGE#{message.id}")
    destroy(item["key"]["S"])
    start_anew(wiring)

    assert wake(platform) == {"batchItemFailures": []}

    assert platform.state(message.id) == "refused"
    (reason,) = platform.store.message(message.id)["reasons"]
    assert reason["code"] == "content_destroyed"
    assert sandbox.accepted() == []


def test_the_log_of_a_sent_message_says_nothing_of_the_person(platform, sandbox, capsys):
    platform.accept(text={"body": "canary Quetzalcoatl"})
    wake(platform)
    out, err = capsys.readouterr()
    assert '"MessagesSettled":1' in out
    for canary in (PERSON, "Quetzalcoatl", "wamid"):
        assert canary not in out + err
