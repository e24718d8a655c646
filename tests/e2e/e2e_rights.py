"""What the stories about people's rights have in common: requests, decisions, holds, the eye."""

import secrets

from e2e_consent import FORM, ask, moment

from cli.client import ApiClient
from cli.demo.messages import invented_phone
from tests.fakes.eye import Eye

OFFICE = (
    "amana/consents:read",
    "amana/consents:write",
    "amana/messages:read",
    "amana/rights:read",
    "amana/rights:write",
    "amana/holds:read",
    "amana/holds:write",
    "amana/retention:read",
    "amana/retention:run",
)
SECOND = ("rights:approve", "rights:read", "holds:lift", "holds:read")
TABLES = ("conversations", "consent", "compliance", "keys", "ephemeral", "outbox")
BUCKETS = ("media", "exports", "archive", "audit", "transit")
OVER = {"complete", "denied", "canceled", "error", "duplicate"}


def office(platform):
    return ApiClient(platform.facts, scopes=OFFICE)


def eye(platform):
    told = platform.facts.outputs["amana-local-data"]
    names = {"keys": "KeysTable"}
    return Eye(
        client=platform.client,
        tables={each: told[names.get(each, f"{each.title()}Table")] for each in TABLES},
        buckets={each: told[f"{each.title()}Bucket"] for each in BUCKETS},
    )


def post(platform, client, path, body, *, key=None):
    headers = {"Idempotency-Key": key or secrets.token_hex(8)}
    return ask(platform, client, "POST", path, body, **headers)


def person(platform, desk, word):
    """Somebody who said things, sent a picture, has a name, and agreed to something."""
    phone = invented_phone()
    said = {"from": phone, "name": f"Name {word}", "text": f"text {word}"}
    platform.meta.write(said)
    platform.eventually(lambda: platform.conversation_with(phone))
    platform.meta.write({"from": phone, "type": "image", "image": {"caption": f"caption {word}"}})
    answer = ask(platform, desk, "POST", "/v1/contacts/search", {"to": f"+{phone}"})
    return phone, answer.body["contact_id"]


def agrees(platform, desk, contact_id, word):
    body = {
        "purpose": "marketing",
        "method": "web_form",
        "given_at": moment(),
        "notice": {"language": "en"},
        "evidence": {**FORM, "form_version": word},
    }
    answer = post(platform, desk, f"/v1/contacts/{contact_id}/consents", body)
    assert answer.status == 201, answer.text


def filed(platform, desk, contact_id, right, **more):
    body = {"contact_id": contact_id, "right": right, "source": "staff", **more}
    answer = post(platform, desk, "/v1/rights/requests", body)
    assert answer.status == 201, answer.text
    return answer.body["id"]


def request(platform, desk, request_id):
    answer = ask(platform, desk, "GET", f"/v1/rights/requests/{request_id}")
    assert answer.status == 200, answer.text
    return answer.body


def waits_for(platform, desk, request_id, *states, seconds=90):
    platform.eventually(
        lambda: request(platform, desk, request_id)["state"] in states, seconds=seconds
    )


def verified(platform, desk, request_id):
    """Staff have seen a passport."""
    path = f"/v1/rights/requests/{request_id}/identity"
    answer = ask(platform, desk, "POST", path, {"verified_by": "id_document"})
    assert answer.status == 200, answer.text
    waits_for(platform, desk, request_id, "pending")


def decided(platform, second, request_id, **decision):
    path = f"/v1/rights/requests/{request_id}/decision"
    answer = ask(platform, second, "POST", path, decision)
    assert answer.status == 200, answer.text


def done(platform, desk, second, contact_id, right, **more):
    """Filed, verified, approved, carried out."""
    request_id = filed(platform, desk, contact_id, right, **more)
    verified(platform, desk, request_id)
    decided(platform, second, request_id, decision="approve")
    waits_for(platform, desk, request_id, *OVER, seconds=180)
    return request(platform, desk, request_id)


def held(platform, desk, contact_id):
    body = {
        "contact_id": contact_id,
        "matter": "Case 7 O 12/26",
        "authority": "Landgericht Berlin",
    }
    answer = post(platform, desk, "/v1/holds", body)
    assert answer.status == 202, answer.text
    return answer.body["id"]
