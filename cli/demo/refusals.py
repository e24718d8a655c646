"""The second half of the demo: what is turned away, and what is told about it."""

from typing import Any

from cli.client import compact
from cli.demo import messages
from cli.demo.story import Chapter, Check, Story
from cli.demo.world import World
from cli.http import Answer

Json = dict[str, Any]
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _CONFLICT = 400, 401, 403, 409
_ENDS = {"read", "refused", "failed"}


def forged_webhook(world: World) -> Story:
    yield Chapter(title="Somebody forges a webhook")
    body = compact({"object": "whatsapp_business_account", "entry": []})
    why = "it was not signed with the secret that only Meta and the business know"
    yield _turned_away(
        "a webhook with a wrong signature", world.forge(body), _UNAUTHORIZED, why=why
    )


def stranger(world: World, *, run: str) -> Story:
    yield Chapter(title="The business writes to a stranger")
    phone = messages.invented_phone()
    offer = messages.a_text(phone, "Do you know our offers?")
    refused = _outcome(world, offer, key=f"demo-{run}-words")
    why = " ".join(each["detail"] for each in refused.get("reasons", []))
    yield Check(
        announced="a free-form message to somebody who never wrote is not sent",
        found=str(refused.get("status")),
        ok=refused.get("status") == "refused" and "template" in why,
        refused=why,
    )
    world.meta.approve(messages.TEMPLATE)
    confirmation = messages.a_template(phone, "Tuesday 10:00")
    sent = _outcome(world, confirmation, key=f"demo-{run}-template")
    yield Check(
        announced="a template that Meta has approved is",
        found=str(sent.get("status")),
        ok=sent.get("status") == "read",
    )


def callers_mistakes(world: World, *, phone: str, used_key: str) -> Story:
    yield Chapter(title="Callers make mistakes")
    message = messages.a_text(phone, "Something else")
    again = world.api.send(message, key=used_key)
    yield _turned_away("the same Idempotency-Key with another body", again, _CONFLICT)
    wrong = world.api.send({**message, "to": "0151 23"}, key=f"{used_key}-wrong")
    yield _turned_away("a telephone number that is none", wrong, _BAD_REQUEST)
    nobody = world.send_without_token(message)
    yield _turned_away("a call without a token", nobody, _UNAUTHORIZED)
    reader = world.send_with_read_scope(message)
    announced = "sending with a token that may only read"
    why = "its scope is messages:read, and sending needs messages:send"
    yield _turned_away(announced, reader, _UNAUTHORIZED, _FORBIDDEN, why=why)


def _outcome(world: World, message: Json, *, key: str) -> Json:
    """The message as the API shows it when nothing more is to come."""
    path = f"/v1/messages/{(world.api.send(message, key=key).body or {}).get('id')}"

    def settled() -> Json | None:
        found: Json = world.api.get(path).body or {}
        return found if found.get("status") in _ENDS else None

    return world.until(settled) or {}


def _turned_away(announced: str, answer: Answer, *expected: int, why: str = "") -> Check:
    """`why` where the answer itself does not say."""
    body = answer.body if isinstance(answer.body, dict) else {}
    told = [f"{each['field']}: {each['reason']}" for each in body.get("errors", [])]
    told += [str(body[name]) for name in ("detail", "message") if name in body]
    return Check(
        announced=announced,
        found=str(answer.status),
        ok=answer.status in expected,
        refused=why or (told[0] if told else ""),
    )
