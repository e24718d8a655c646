"""What the stories about consent have in common: people, questions, answers."""

import secrets
from datetime import UTC, datetime, timedelta

from cli.demo.messages import invented_phone
from cli.http import call, call_json
from cli.local.clients import client_of

SCOPES = ("amana/consents:read", "amana/consents:write")
FORM = {"url": "https://clinic.example/news", "form_version": "7"}
OFFER = {"name": "spring_offer", "language": {"code": "en"}}


def ask(platform, client, method, path, body=None, **headers):
    url = f"{platform.facts.api_url}{path}"
    headers = {**client.authorization, **headers}
    if body is None:
        return call(method, url, headers=headers)
    return call_json(method, url, body, headers=headers)


def gate(platform, message):
    answer = ask(platform, platform.api, "POST", "/v1/gate/check", message)
    return answer.body if answer.status == 200 else {"purpose": None}


def codes(platform, message):
    return [reason["code"] for reason in gate(platform, message)["reasons"]]


def marketing(phone):
    return {"to": f"+{phone}", "type": "template", "template": OFFER}


def contact_of(platform, consents, phone):
    answer = ask(platform, consents, "POST", "/v1/contacts/search", {"to": f"+{phone}"})
    assert answer.status == 200, answer.text
    return answer.body["contact_id"]


def person(platform, consents):
    """Somebody who has just written."""
    phone = invented_phone()
    platform.meta.write({"from": phone, "text": "Good morning, when are you open?"})
    platform.eventually(lambda: platform.conversation_with(phone))
    return phone, contact_of(platform, consents, phone)


def request_of(platform, consents, contact_id, **more):
    body = {"purpose": "marketing", "method": "double_opt_in", **more}
    path = f"/v1/contacts/{contact_id}/consents"
    key = secrets.token_hex(8)
    answer = ask(platform, consents, "POST", path, body, **{"Idempotency-Key": key})
    assert answer.status == 202, answer.text
    return answer.body


def shown(platform, phone):
    """Messages that reached this person, the first first."""
    return [each["payload"] for each in platform.meta.accepted() if each["to"] == phone]


def tap(platform, phone, request_id, answer="yes"):
    button = {"id": f"consent:{request_id}:{answer}", "title": "Yes"}
    reply = {"type": "button_reply", "button_reply": button}
    platform.meta.write({"from": phone, "type": "interactive", "interactive": reply})


def status(platform, consents, contact_id, purpose="marketing"):
    answer = ask(platform, consents, "GET", f"/v1/contacts/{contact_id}/consents")
    found = {each["purpose"]: each for each in answer.body["consents"]}
    return found[purpose]["status"]


def agreed(platform, consents):
    phone, contact_id = person(platform, consents)
    told = request_of(platform, consents, contact_id)
    platform.eventually(
        lambda: any(each["type"] == "interactive" for each in shown(platform, phone))
    )
    tap(platform, phone, told["request_id"])
    platform.eventually(lambda: status(platform, consents, contact_id) == "given")
    # thanked, and told how to stop it
    platform.eventually(lambda: shown(platform, phone)[-1]["type"] == "text")
    return phone, contact_id


def send(platform, message):
    answer = platform.api.send(message, key=secrets.token_hex(8))
    assert answer.status == 202, answer.text
    return answer.body["id"]


def settled(platform, message_id):
    platform.eventually(lambda: platform.message(message_id)["status"] not in ("queued", "sending"))
    return platform.message(message_id)


def moment(ago=timedelta(minutes=1)):
    return (datetime.now(UTC) - ago).isoformat(timespec="seconds")


def duty_client(platform):
    scopes = ("messages:send", "messages:legal-duty")
    return client_of(platform.facts, "LegalDutyClientId", *scopes)
