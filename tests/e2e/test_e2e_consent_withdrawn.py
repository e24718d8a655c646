"""Consent withdrawn on the deployed platform: by words, by the API, while messages leave."""

import secrets
import threading
import time

import pytest
from e2e_consent import (
    agreed,
    ask,
    codes,
    duty_client,
    marketing,
    person,
    send,
    settled,
    shown,
    status,
)

from cli.client import ApiClient
from cli.demo.messages import a_text

pytestmark = pytest.mark.usefixtures("offer")


@pytest.mark.parametrize(
    ("word", "starts"),
    [("STOPP!", None), ("arrêter", None), ("إيقاف", None), ("Ich will das nicht mehr bekommen", 0)],
)
def test_a_word_stops_it_in_any_language_and_is_confirmed_once(platform, consents, word, starts):
    phone, contact_id = agreed(platform, consents)
    before = len(shown(platform, phone))
    platform.meta.write({"from": phone, "text": word}, {"from": phone, "text": word})
    if starts is not None:  # no word of the lists: the person is asked
        platform.eventually(lambda: len(shown(platform, phone)) > before)
        stop = {"type": "button_reply", "button_reply": {"id": "consent:stop", "title": "Stop"}}
        platform.meta.write({"from": phone, "type": "interactive", "interactive": stop})
        before += 1

    platform.eventually(lambda: status(platform, consents, contact_id) == "withdrawn")
    platform.eventually(lambda: len(shown(platform, phone)) > before)
    platform.settle()
    assert codes(platform, marketing(phone)) == ["consent_withdrawn"]
    assert len([each for each in shown(platform, phone)[before:] if each["type"] == "text"]) == 1


def test_a_withdrawal_by_the_api_is_never_refused_for_its_form(platform, consents):
    _, contact_id = agreed(platform, consents)
    path = f"/v1/contacts/{contact_id}/consents/MARKETING%20?why=whatever"
    answer = ask(platform, consents, "DELETE", path, {"nonsense": [1]})

    assert answer.status == 200, answer.text
    assert status(platform, consents, contact_id) == "withdrawn"


def test_no_marketing_is_claimed_once_a_withdrawal_is_stored(platform, consents):
    """Messages go out in several conversations of one person while they withdraw."""
    phone, contact_id = agreed(platform, consents)
    accepted = []

    def keep_sending():
        accepted.extend(send(platform, marketing(phone)) for _ in range(15))

    sender = threading.Thread(target=keep_sending)
    sender.start()
    platform.eventually(lambda: len(accepted) > 4)
    path = f"/v1/contacts/{contact_id}/consents/marketing"
    assert ask(platform, consents, "DELETE", path).status == 200
    stored_ms = time.time() * 1000
    sender.join()

    ended = [settled(platform, message_id) for message_id in accepted]
    refused = [each for each in ended if each["status"] == "refused"]
    assert refused, "all were claimed before the withdrawal: the test shows nothing"
    assert all(
        "consent_withdrawn" in [reason["code"] for reason in each["reasons"]] for each in refused
    )
    claimed = claims(platform)
    for message in ended:
        if message["status"] != "refused":
            assert claimed[message["id"]] <= stored_ms


def claims(platform):
    """When each message was claimed, from its record (epoch ms)."""
    pages = platform.client("dynamodb").get_paginator("scan").paginate(TableName=platform.table)
    return {
        item["pk"]["S"].removeprefix("MESSAGE#"): int(item["claimed_ms"]["N"])
        for page in pages
        for item in page["Items"]
        if "claimed_ms" in item
    }


def test_what_the_law_demands_passes_with_a_scope_that_only_one_client_has(platform, consents):
    phone, contact_id = person(platform, consents)
    ask(platform, consents, "DELETE", f"/v1/contacts/{contact_id}/consents")
    letter = {**a_text(phone, "Your data were seen by others."), "legal_duty": "gdpr-34"}

    assert codes(platform, a_text(phone, "Hello")) == ["consent_withdrawn"]
    assert platform.api.send(letter, key="k" + secrets.token_hex(4)).status == 403
    duty = duty_client(platform)
    answer = duty.send(letter, key=secrets.token_hex(8))
    assert answer.status == 202, answer.text
    platform.eventually(lambda: platform.message(answer.body["id"])["wamid"])

    auditor = ApiClient(platform.facts, scopes=("amana/audit:read",))

    def overrides():
        path = "/v1/audit/entries?action=message:gate:overridden&limit=10"
        items = auditor.get(path).body["items"]
        return [i["entry"] for i in items if answer.body["id"] in i["entry"]["what"]]

    platform.eventually(overrides)
    (entry,) = overrides()
    assert entry["facts"]["legal_duty"] == "gdpr-34"
    assert entry["facts"]["overridden"] == ["consent_withdrawn"]
