"""Consent through the inbound handler on moto: questions, answers, withdrawals, and no trace."""

import json
import time

import boto3
import pytest
from inbound_platform import deploy_inbound
from moto import mock_aws
from sealed_platform import (
    at_rest,
    create_stores,
    items,
    start_anew,
)

from functions.core.consent import wiring as consents
from functions.core.consent.vocabulary import Purpose, Status
from functions.core.contacts.model import Alias, AliasKind
from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.transit import TransitSealer
from functions.core.holds.asked import Asked
from functions.core.holds.covering import Covering
from functions.core.holds.guard import Guards
from functions.core.holds.model import Scope, ScopeKind
from functions.core.holds.service import Holds
from functions.core.holds.store import DynamoHolds
from functions.core.runtime.values import decode
from functions.core.whatsapp.transit import pack
from functions.inbound import wiring
from tests.fakes import build
from tests.fakes.audit import own_writer
from tests.fakes.consenting import tapped
from tests.fakes.holding import LAWYER, Machine

PERSON, NAME, TITLE = "15550142424", "Ada Canary", "Yes says Quetzalcoatl"
CANARIES = (PERSON, NAME, TITLE, "wamid.", "Stop!!")


@pytest.fixture
def post(monkeypatch):
    """Delivers changes of one webhook, whose people have a name."""
    with mock_aws():
        sealer = TransitSealer(boto3.client("kms"), create_stores())
        deploy_inbound(monkeypatch, first_contact_notice="on")
        yield lambda *messages, **more: _delivered(sealer, messages, **more)


def _delivered(sealer, messages, *, extra=()):
    contact = {"wa_id": PERSON, "profile": {"name": NAME}}
    changes = [build.change(messages=list(messages), contacts=[contact])] if messages else []
    body = build.body(build.webhook(*changes, *extra))
    packed = pack(body, sealer=sealer, bucket="transit", claim_check_bytes=1_000_000)
    record = {
        "messageId": "q-1",
        "body": packed.message,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {"encoding": {"stringValue": packed.encoding, "dataType": "String"}},
        "eventSource": "aws:sqs",
    }
    from functions.inbound.handler import handler

    assert handler({"Records": [record]}, None) == {"batchItemFailures": []}


def now():
    return int(time.time())


def message(wamid, at, **content):
    told = build.text_message(wamid, sender=PERSON, at=at, **content)
    if told["type"] != "text":
        del told["text"]
    return told


def texts(wamid, at, body):
    return message(wamid, at, text={"body": body})


def requests():
    return [decode(item) for item in items("consent", "REQUEST#")]


def ledger():
    store = consents.store(consent_table="consent", keys_table="keys", audit=own_writer())
    return consents.ledger(store=store, directory=wiring.directory())


def contact_id():
    alias = Alias(AliasKind.PHONE, PERSON)
    node = wiring.directory().find([alias])[alias]
    return wiring.directory().person_behind(node, float("inf"))[0].contact_id


def status(purpose=Purpose.MARKETING):
    return ledger().view(contact_id()).standings[purpose].status


def agree(post, at):
    post(texts("wamid.1", at, "start"))
    (request,) = requests()
    button = f"consent:{request['pk'].removeprefix('REQUEST#')}:yes"
    post(message("wamid.2", at + 60, **tapped(button, TITLE)))


def test_a_question_is_asked_answered_and_taken_back(post):
    at = now()
    agree(post, at)
    assert status() is Status.GIVEN

    post(texts("wamid.3", at + 61, "Stop!!"))
    assert status() is Status.WITHDRAWN

    history = [event for event, _ in ledger().history(contact_id())]
    kinds = [(event.kind.value, event.purpose.value) for event in history]
    assert kinds[:2] == [("requested", "marketing"), ("given", "marketing")]
    assert sorted(kinds[2:]) == [("withdrawn", "marketing"), ("withdrawn", "utility")]
    assert history[1].evidence["reply"]["text"] == TITLE
    assert len(history[1].evidence["reply"]["webhook_sha256"]) == 64


def test_each_event_has_its_entry_that_shows_nothing_of_the_person(post):
    agree(post, now())

    entries = [
        json.loads(one) for item in items("outbox") for one in decode(item).get("entries", [])
    ]
    told = [entry for entry in entries if entry["action"].startswith("consent:")]
    told.sort(key=lambda entry: entry["seq"])
    assert [entry["action"] for entry in told] == [
        "consent:purpose:requested",
        "consent:purpose:given",
    ]
    assert told[1]["by"] == {"kind": "meta", "id": "webhook"}
    assert len(told[1]["facts"]["commitment"]) == 64


def test_the_first_message_is_answered_with_the_privacy_notice_once(post):
    at = now()
    post(texts("wamid.1", at, "hello"))
    post(texts("wamid.2", at + 1, "hello?"))

    assert len([i for i in items(prefix="MESSAGE#") if "client" in i]) == 1


def test_redelivery_in_a_new_environment_changes_nothing(post):
    at = now()
    agree(post, at)
    before = items("consent"), items(), items("keys")
    start_anew(wiring)
    (request,) = requests()
    button = f"consent:{request['pk'].removeprefix('REQUEST#')}:yes"
    post(message("wamid.2", at + 60, **tapped(button, TITLE)))
    post(texts("wamid.1", at, "start"))

    assert (items("consent"), items(), items("keys")) == before


def test_aliases_that_turn_out_to_be_one_share_what_was_said_against(post):
    at = now()
    told = texts("wamid.1", at, "stop")
    del told["from"]
    post(extra=[build.change(messages=[{**told, "from_user_id": "US.42"}])])
    post(texts("wamid.2", at + 1, "hello"))
    assert status() is Status.UNKNOWN
    post(
        extra=[build.change(messages=[{**texts("wamid.3", at + 2, "me"), "from_user_id": "US.42"}])]
    )

    assert status() is Status.WITHDRAWN
    states = [i for i in items("consent", "CONSENT#n") if i["sk"]["S"] == "STATE"]
    assert ["against" in str(state["cells"]) for state in states] == [True]


def from_account(wamid, at, **more):
    """Somebody who is known by their user id, and with a number maybe."""
    told = {**texts(wamid, at, "hello"), "from_user_id": "US.42", **more}
    return build.change(messages=[told])


def test_a_legal_hold_placed_before_aliases_turn_out_to_be_one_covers_both(post):
    at = now()
    post(texts("wamid.1", at, "hello"))
    unknown = from_account("wamid.2", at + 1)
    del unknown["value"]["messages"][0]["from"]
    post(extra=[unknown])
    number, account = (
        wiring.directory().find([alias])[alias]
        for alias in (Alias(AliasKind.PHONE, PERSON), Alias(AliasKind.BSUID, "US.42"))
    )
    place_hold(contact_id())
    assert (is_held(number), is_held(account)) == (True, False)

    post(extra=[from_account("wamid.3", at + 2)])

    assert (is_held(number), is_held(account)) == (True, True)


def place_hold(contact):
    client = boto3.client("dynamodb")
    store = DynamoHolds(client, "compliance", own_writer())
    covering = Covering(
        store=store,
        nodes=wiring.directory(),
        guards=Guards(client, "compliance"),
        keys=DynamoKeys(client, "keys", own_writer()),
    )
    holds = Holds(
        store=store,
        covering=covering,
        conversations=wiring.records(),
        pseudonyms=wiring.pseudonyms(),
        ring=wiring.seal().ring,
        machine=Machine(),
        now_ms=lambda: now() * 1000,
    )
    scope = Scope(kind=ScopeKind.CONTACT, contacts=(contact,))
    holds.place(Asked(scope, "a case", "a court"), idempotency_key="k", caller=LAWYER)


def is_held(node):
    return bool(Guards(boto3.client("dynamodb"), "compliance").read([node])[node].held_by())


def test_whoever_looks_into_tables_queues_or_logs_reads_nothing(post, capsys):
    at = now()
    agree(post, at)
    post(texts("wamid.3", at + 61, "Stop!!"))
    post(texts("wamid.4", at + 62, "no more messages"))

    kept, (out, err) = at_rest(), capsys.readouterr()
    for canary in CANARIES:
        assert canary.encode() not in kept, canary
        assert canary not in out + err, canary
