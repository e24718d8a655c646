"""The demo, as promises that are kept or not; where it runs and how it looks is elsewhere."""

import json
import secrets
from collections.abc import Sequence
from typing import Any

from cli.client import compact
from cli.demo import messages
from cli.demo.story import Chapter, Check, Story
from cli.demo.world import World
from cli.http import Answer

Json = dict[str, Any]
_ACCEPTED, _BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _CONFLICT = 202, 400, 401, 403, 409


class Scenario:
    """One person and the business; `conversation` is known once she has written."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.phone = messages.invented_phone()
        self.conversation = ""
        self._run = secrets.token_hex(4)
        self._sent: list[str] = []

    def tell(self) -> Story:
        yield from self._she_writes()
        yield from self._the_business_answers()
        yield from self._she_chooses()
        yield from self._meta_repeats_itself()
        yield from self._somebody_forges_a_webhook()
        yield from self._what_may_not_be_sent()
        yield from self._what_the_api_turns_away()

    def timeline(self) -> list[Json]:
        return sorted(self.world.messages(self.conversation), key=lambda each: each["timestamp"])

    def _she_writes(self) -> Story:
        yield Chapter(title="Layla writes to the business")
        wamids = self.world.meta.write(*messages.from_person(self.phone))
        self.conversation = self.world.until(lambda: self.world.conversation_with(self.phone)) or ""
        yield self._stored(wamids, "texts in Arabic, English and German, an image, a location")

    def _the_business_answers(self) -> Story:
        yield Chapter(title="The business answers through its API")
        for number, message in enumerate(messages.from_business(self.phone)):
            answer = self.world.api.send(message, key=f"demo-{self._run}-{number}")
            yield _answered(
                f"POST /v1/messages takes a message: {message['type']}", answer, _ACCEPTED
            )
            self._sent.append((answer.body or {}).get("id", ""))
        read = self.world.until(lambda: self._all_have("read"))
        found = "each is read" if read else f"they are {self._statuses()}"
        announced = "sent, delivered and read come back as webhooks"
        yield Check(announced=announced, found=found, ok=bool(read))

    def _she_chooses(self) -> Story:
        yield Chapter(title="Layla presses a button, reacts, orders")
        question = self.world.api.get(f"/v1/messages/{self._sent[-1]}").body["wamid"]
        wamids = self.world.meta.write(*messages.persons_choice(self.phone, answered=question))
        yield self._stored(wamids, "an interactive reply, a reaction, an order")

    def _meta_repeats_itself(self) -> Story:
        yield Chapter(title="Meta delivers everything a second time")
        self.world.settle()
        before = self.timeline()
        posts = self.world.meta.redeliver()
        self.world.settle()
        now = self.timeline()
        same = json.dumps(before, sort_keys=True) == json.dumps(now, sort_keys=True)
        found = "the conversation is the same" if same else "the conversation changed"
        yield Check(
            announced=f"{posts} duplicate webhooks change nothing",
            found=found,
            ok=same and posts > 0,
            refused="every update has a key of its own, and is stored once",
        )
        accepted = [each for each in self.world.meta.accepted() if each["to"] == self.phone]
        yield Check(
            announced="Graph accepted each answer once",
            found=f"{len(accepted)} accepted, {len(self._sent)} sent",
            ok=len(accepted) == len(self._sent),
        )

    def _somebody_forges_a_webhook(self) -> Story:
        yield Chapter(title="Somebody forges a webhook")
        body = compact({"object": "whatsapp_business_account", "entry": []})
        answer = self.world.forge(body)
        yield _answered("a webhook with a wrong signature", answer, _UNAUTHORIZED, refused=True)

    def _what_may_not_be_sent(self) -> Story:
        yield Chapter(title="The business writes to a stranger")
        message = messages.a_text(messages.invented_phone(), "Hello, do you know our offers?")
        answer = self.world.api.send(message, key=f"demo-{self._run}-stranger")
        path = f"/v1/messages/{(answer.body or {}).get('id')}"

        def settled() -> Json | None:
            found: Json = self.world.api.get(path).body or {}
            return None if found.get("status") in {None, "queued", "sending"} else found

        found = self.world.until(settled) or {}
        why = _reasons(found)
        yield Check(
            announced="a free-form message to somebody who never wrote is not sent",
            found=f"{found.get('status')}",
            ok=found.get("status") == "refused" and "template" in why,
            refused=why,
        )

    def _what_the_api_turns_away(self) -> Story:
        yield Chapter(title="Callers make mistakes")
        first = f"demo-{self._run}-0"
        other = messages.a_text(self.phone, "Something else")
        yield _answered(
            "the same Idempotency-Key with another body",
            self.world.api.send(other, key=first),
            _CONFLICT,
            refused=True,
        )
        wrong = {**other, "to": "0151 23"}
        yield _answered(
            "a telephone number that is none",
            self.world.api.send(wrong, key=f"{first}-bad"),
            _BAD_REQUEST,
            refused=True,
        )
        nobody = self.world.send_without_token(other)
        yield _answered("a call without a token", nobody, _UNAUTHORIZED, refused=True)
        reader = self.world.send_with_read_scope(other)
        allowed = (_UNAUTHORIZED, _FORBIDDEN)
        yield _answered("sending with a token that may only read", reader, *allowed, refused=True)

    def _stored(self, wamids: Sequence[str], what: str) -> Check:
        stored = self.world.until(lambda: set(wamids) <= self._wamids() or None)
        there = len(set(wamids) & self._wamids())
        announced = f"{len(wamids)} messages are stored: {what}"
        return Check(announced=announced, found=f"{there} stored", ok=bool(stored))

    def _wamids(self) -> set[str]:
        if not self.conversation:
            return set()
        return {each.get("wamid", "") for each in self.world.messages(self.conversation)}

    def _statuses(self) -> list[str]:
        answers = [self.world.api.get(f"/v1/messages/{each}").body for each in self._sent]
        return [(each or {}).get("status", "unknown") for each in answers]

    def _all_have(self, status: str) -> bool | None:
        return all(each == status for each in self._statuses()) or None


def _answered(announced: str, answer: Answer, *expected: int, refused: bool = False) -> Check:
    body = answer.body if isinstance(answer.body, dict) else {}
    why = str(body.get("detail") or body.get("title") or body.get("message") or "")
    return Check(
        announced=announced,
        found=str(answer.status),
        ok=answer.status in expected,
        refused=why if refused else None,
    )


def _reasons(message: Json) -> str:
    reasons: list[Json] = message.get("reasons") or []
    return " ".join(str(each.get("detail", "")) for each in reasons)
