"""The demo, as promises that are kept or not; where it runs and how it looks is elsewhere."""

import json
import secrets
from collections.abc import Sequence
from typing import Any

from cli.demo import auditing, messages, protection, refusals
from cli.demo.consenting import Consenting
from cli.demo.forgetting import Forgetting
from cli.demo.story import Chapter, Check, Story
from cli.demo.world import World

Json = dict[str, Any]
_ACCEPTED = 202


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
        yield from protection.card_number(self.world)
        yield from refusals.forged_webhook(self.world)
        yield from refusals.stranger(self.world, run=self._run)
        yield from refusals.callers_mistakes(
            self.world, phone=self.phone, used_key=f"demo-{self._run}-0"
        )
        yield from Consenting(self.world, run=self._run).tell()
        yield from Forgetting(self.world, run=self._run).tell()
        yield from auditing.audit_log(self.world, message_id=self._sent[0])

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
            body = answer.body or {}
            yield Check(
                announced=f"POST /v1/messages takes {message['type']}",
                found=f"{answer.status}, {body.get('status', 'not stored')}",
                ok=answer.status == _ACCEPTED,
            )
            self._sent.append(body.get("id", ""))
        read = self.world.until(lambda: self._all_are("read"))
        found = "each is read" if read else f"they are {self._statuses()}"
        announced = "sent, delivered and read come back as webhooks"
        yield Check(announced=announced, found=found, ok=bool(read))

    def _she_chooses(self) -> Story:
        yield Chapter(title="Layla presses a button, reacts, orders")
        question = self._shown(self._sent[-1]).get("wamid") or ""
        wamids = self.world.meta.write(*messages.persons_choice(self.phone, answered=question))
        yield self._stored(wamids, "an interactive reply, a reaction, an order")

    def _meta_repeats_itself(self) -> Story:
        yield Chapter(title="Meta delivers everything a second time")
        self.world.settle()
        before = self.timeline()
        posts = self.world.meta.redeliver()
        self.world.settle()
        same = _text(before) == _text(self.timeline())
        yield Check(
            announced=f"{posts} duplicate webhooks change nothing",
            found="the conversation is the same" if same else "the conversation changed",
            ok=same and posts > 0,
            refused="every update has a key of its own, and is stored once",
        )
        accepted = [each for each in self.world.meta.accepted() if each["to"] == self.phone]
        yield Check(
            announced="Graph accepted each answer once",
            found=f"{len(accepted)} accepted, {len(self._sent)} sent",
            ok=len(accepted) == len(self._sent),
        )

    def _stored(self, wamids: Sequence[str], what: str) -> Check:
        stored = self.world.until(lambda: set(wamids) <= self._wamids() or None)
        there = len(set(wamids) & self._wamids())
        announced = f"{len(wamids)} messages are stored: {what}"
        return Check(announced=announced, found=f"{there} stored", ok=bool(stored))

    def _wamids(self) -> set[str]:
        if not self.conversation:
            return set()
        return {each.get("wamid", "") for each in self.world.messages(self.conversation)}

    def _shown(self, message_id: str) -> Json:
        found: Json = self.world.api.get(f"/v1/messages/{message_id}").body or {}
        return found

    def _statuses(self) -> list[str]:
        return [self._shown(each).get("status", "unknown") for each in self._sent]

    def _all_are(self, status: str) -> bool | None:
        return all(each == status for each in self._statuses()) or None


def _text(conversation: list[Json]) -> str:
    return json.dumps(conversation, sort_keys=True)
