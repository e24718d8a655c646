"""Consent around the sending side in memory: people write, tap and move; what follows is kept."""

import json
from typing import Any

from functions.core.audit.model import Actor
from functions.core.consent.asking import AskFor, DoubleOptIn
from functions.core.consent.controller import Controller
from functions.core.consent.ledger import Ledger
from functions.core.consent.notices import Notices
from functions.core.consent.replies import reply
from functions.core.consent.requests import Requests, button_id
from functions.core.consent.rules import request_ms, rules
from functions.core.consent.vocabulary import Purpose, Status
from functions.core.consent.watching import Parts, consent_watch
from functions.core.contacts.model import Alias, AliasKind
from tests.fakes import build
from tests.fakes.consent_store import MemoryConsent
from tests.fakes.platform import PERSON, Platform

CLIENT = Actor(kind="client", id="c")
CONTROLLER = Controller.parse(build.CONTROLLER)
NOTICES = Notices(CONTROLLER)
Json = dict[str, Any]


def say(kind: Any, language: str = "en") -> str:
    return reply(kind, language, CONTROLLER)


class Followed:
    """Of which aliases legal holds were told that they are linked."""

    def __init__(self) -> None:
        self.nodes: list[str] = []

    def follow(self, node: str) -> None:
        self.nodes.append(node)


class World:
    """`around` wraps the parts that a process could die in."""

    def __init__(self, *, greets: bool = False, changes: str = "{}") -> None:
        self.platform = Platform()
        self.clock = self.platform.clock
        self.store = MemoryConsent()
        self.holds = Followed()
        self.greets, self.changes = greets, changes
        self._names = 0
        self.start()

    def start(self, around: Any = lambda _name, part: part) -> None:
        """A new process on the same stores."""
        records = around("records", self.platform.records)
        sending = around("sending", self.platform.service)
        self.ledger = Ledger(
            store=around("store", self.store),
            directory=around("directory", self.platform.directory),
            now_ms=self.clock.now_ms,
            new_salt=lambda: "salt",
        )
        self.double_opt_in = DoubleOptIn(
            ledger=self.ledger,
            requests=Requests(store=self.ledger.store, records=records),
            sending=sending,
            pseudonyms=build.PSEUDONYMS,
            replies=say,
            now_ms=self.clock.now_ms,
            waits_ms=request_ms(),
        )
        self.watch = consent_watch(
            Parts(
                ledger=self.ledger,
                holds=around("holds", self.holds),
                records=records,
                sending=sending,
                double_opt_in=self.double_opt_in,
                pseudonyms=build.PSEUDONYMS,
                notices=NOTICES,
                replies=say,
                rules=rules(self.changes),
                language="en",
                greets=self.greets,
                now_ms=self.clock.now_ms,
            )
        )

    def deliver(self, payload: Any) -> Any:
        self.watch.watch(self.platform.conversations.fold(build.body(payload)))
        return payload

    def message(self, content: Json, *, sender: str = PERSON, **more: Any) -> Json:
        """A second after the one before, as one change of a webhook."""
        self._names += 1
        self.clock.now += 1000
        at = more.pop("at", self.clock.now // 1000)
        wamid = more.pop("wamid", f"wamid.{self._names}")
        told = build.text_message(wamid, sender=sender, at=at, **content, **more)
        if told["type"] != "text":
            del told["text"]
        return build.change(messages=[told])

    def write(self, text: str, *, sender: str = PERSON, **more: Any) -> Json:
        told = self.message({"text": {"body": text}}, sender=sender, **more)
        return self.deliver(build.webhook(told))

    def tap(self, name: str, title: str = "Yes", *, sender: str = PERSON, **more: Any) -> Json:
        return self.deliver(build.webhook(self.message(tapped(name, title), sender=sender, **more)))

    def ask(self, purpose: Purpose = Purpose.MARKETING, key: str = "k", **more: Any) -> Any:
        return self.double_opt_in.ask(self.wanted(purpose, key, **more))

    def wanted(self, purpose: Purpose = Purpose.MARKETING, key: str = "k", **more: Any) -> AskFor:
        told = {
            "contact_id": self.contact_id(),
            "notice": NOTICES.asking(purpose, "en"),
            "by": CLIENT,
            **more,
        }
        return AskFor(purpose=purpose, key=key, **told)

    def asked(self, purpose: Purpose = Purpose.MARKETING, key: str = "k", **more: Any) -> Any:
        """Asked, and Graph took it."""
        asked = self.ask(purpose, key, **more)
        self.send_all()
        return asked

    def send_all(self) -> None:
        for thread in dict.fromkeys(self.platform.wake_ups.sent):
            self.platform.drain(thread)

    def node(self, sender: str = PERSON) -> str:
        alias = Alias(AliasKind.PHONE, sender)
        return self.platform.directory.register([alias])[alias]

    def contact_id(self, sender: str = PERSON) -> str:
        person, _ = self.platform.directory.person_behind(self.node(sender), float("inf"))
        return person.contact_id

    def status(self, purpose: Purpose = Purpose.MARKETING, sender: str = PERSON) -> Status:
        return self.ledger.view(self.contact_id(sender)).standings[purpose].status

    def kinds(self) -> list[tuple[str, str]]:
        return [(event.kind.value, event.purpose.value) for event in self.store.everything()]

    def replies(self) -> list[Json]:
        """What Amana said by itself, as it was accepted."""
        items = self.platform.records.items.values()
        ours = [item for item in items if item.get("client") == "amana"]
        return [json.loads(item["intent"]) for item in sorted(ours, key=lambda i: i["at"])]

    def said(self) -> list[str]:
        return [_text(each) for each in self.replies()]


def tapped(name: str, title: str = "Yes", quoted: str = "wamid.quoted") -> Json:
    reply = {"type": "button_reply", "button_reply": {"id": name, "title": title}}
    return {"type": "interactive", "interactive": reply, "context": {"id": quoted}}


def pressed(payload: str, text: str = "Yes", quoted: str = "wamid.quoted") -> Json:
    """A quick-reply button of a template."""
    button = {"payload": payload, "text": text}
    return {"type": "button", "button": button, "context": {"id": quoted}}


def yes(asked: Any) -> str:
    return button_id(asked.request_id, yes=True)


def no(asked: Any) -> str:
    return button_id(asked.request_id, yes=False)


def _text(message: Json) -> str:
    if message["type"] == "interactive":
        return str(message["interactive"]["body"]["text"])
    return str(message["text"]["body"])
