"""What people say, what they are called and how they are reached stands nowhere in clear."""

import secrets

import e2e_rights
import e2e_scan
import pytest
from e2e_platform import webhook_text

from cli.client import compact
from cli.demo.messages import invented_phone
from cli.local.clients import client_of

CARD = "4111 1111 1111 1111"  # a number that issuers give out for tests
WORDS = {
    name: f"canary{name}Quetzalcoatl{secrets.token_hex(4)}"
    for name in (
        "name", "username", "text", "caption", "filename", "place", "street", "contact",
        "quoted", "sent", "button", "flow", "named", "split", "unread",
        "note", "correction", "reason", "matter", "authority",
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def phone():
    return invented_phone()


@pytest.fixture(scope="module")
def canaries(phone):
    split_card = ["4111111111111111", CARD, "1111 1111"]
    return [*WORDS.values(), phone, *split_card]


def person_says(platform, phone, **message):
    who = {"from": phone, "name": WORDS["name"], "username": WORDS["username"]}
    return platform.meta.write({**who, **message})


@pytest.fixture(scope="module")
def told(platform, phone):
    """Every kind of content, both ways, told twice."""
    person_says(platform, phone, text=f"{WORDS['text']} {CARD} thanks")
    person_says(platform, phone, type="image", image={"caption": f"{WORDS['caption']} {CARD}"})
    person_says(platform, phone, type="document", document={"filename": f"{WORDS['filename']}.pdf"})
    location = {
        "latitude": 1.5,
        "longitude": 2.5,
        "name": WORDS["place"],
        "address": WORDS["street"],
    }
    person_says(platform, phone, type="location", location=location)
    card = {"name": {"formatted_name": WORDS["contact"]}, "phones": [{"phone": f"+{phone}"}]}
    person_says(platform, phone, message={"type": "contacts", "contacts": [card]})
    reply = {"type": "button_reply", "button_reply": {"id": WORDS["button"], "title": CARD}}
    person_says(platform, phone, message={"type": "interactive", "interactive": reply})
    for part in ("4111 1111", "1111 1111", WORDS["split"]):
        person_says(platform, phone, text=part)
        platform.settle()
    platform.eventually(lambda: platform.conversation_with(phone))
    message = {"to": f"+{phone}", "type": "text", "text": {"body": f"{WORDS['sent']} {CARD}"}}
    answer = platform.api.send(message, key=secrets.token_hex(8))
    assert answer.status == 202, answer.text
    platform.eventually(lambda: platform.message(answer.body["id"])["status"] == "read")
    platform.meta.redeliver()
    platform.settle()
    asked_and_held(platform, phone)
    return platform.conversation_with(phone)


def asked_and_held(platform, phone):
    """What staff write of a person, and what a person is given: an answer with all their data."""
    desk = e2e_rights.office(platform)
    second = client_of(platform.facts, "ApproverClientId", *e2e_rights.SECOND)
    found = e2e_rights.ask(platform, desk, "POST", "/v1/contacts/search", {"to": f"+{phone}"})
    contact_id = found.body["contact_id"]
    note = {"note": WORDS["note"]}
    assert e2e_rights.done(platform, desk, second, contact_id, "access", **note)["files"]
    corrections = {"corrections": {"name": WORDS["correction"]}}
    request_id = e2e_rights.filed(platform, desk, contact_id, "rectification", **corrections)
    reason = {"reason": WORDS["reason"]}
    path = f"/v1/rights/requests/{request_id}/pause"
    assert e2e_rights.ask(platform, desk, "POST", path, reason).status == 200
    hold = {"matter": WORDS["matter"], "authority": WORDS["authority"], "contact_id": contact_id}
    assert e2e_rights.post(platform, desk, "/v1/holds", hold).status == 202


def test_the_business_reads_all_of_it_but_the_card_number(platform, told):
    shown = str(platform.messages(told))
    missing = [name for name in ("text", "caption", "place", "contact", "sent", "button", "split")
               if WORDS[name] not in shown]  # fmt: skip
    assert missing == []
    assert "4111 11" in shown
    assert CARD not in shown
    assert "1111 1111" not in shown


def test_no_table_bucket_queue_log_or_history_holds_any_of_it_in_clear(platform, told, canaries):
    places = list(e2e_scan.everything(platform))
    kinds = {place.split()[0] for place, _ in places}
    assert {"table", "bucket", "log", "execution", "the"} <= kinds, "the scan itself is blind"
    assert e2e_scan.found(places, canaries) == []


def test_the_scan_would_find_it():
    assert e2e_scan.found([("here", b"xx" + b"canary")], ["canary"])
    assert e2e_scan.found([("here", b'"eGNhbmFyeXgtMTIzNDU2Nzg5"')], ["canaryx-1234567"])


@pytest.fixture
def nobody_folds(platform):
    """Webhooks stay in the queue until the test is over."""
    client = platform.client("lambda")
    mappings = client.list_event_source_mappings()["EventSourceMappings"]
    (mapping,) = [each for each in mappings if each["EventSourceArn"].endswith(_inbound(platform))]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    yield
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def _inbound(platform):
    return platform.stage.queue_pair("inbound").queue_url.rpartition("/")[2]


def test_whoever_looks_into_the_queue_reads_nothing(platform, nobody_folds):
    phone = invented_phone()
    assert platform.post(compact(webhook_text(phone, WORDS["unread"]))).status == 200
    url = platform.stage.queue_pair("inbound").queue_url
    places = list(e2e_scan.queue(platform.sqs, url))
    assert places
    assert e2e_scan.found(places, [WORDS["unread"], phone]) == []
