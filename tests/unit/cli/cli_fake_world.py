"""A business, a person and Meta in memory, on which the demo's scenario can be told."""

import copy
import itertools
import json

from cli_fake_office import FakeOffice

from cli.demo.protection import CARD
from cli.http import Answer
from functions.core.audit.verify import Kind, Report

QUESTION = {
    "type": "interactive",
    "interactive": {"action": {"buttons": [{"reply": {"id": "consent:r:yes", "title": "Yes"}}]}},
}


def answer(code, /, **body):
    return Answer(status=code, text=json.dumps(body))


class FakeWorld:
    """Keeps every promise of the demo; a test overrides what shall go wrong."""

    def __init__(self):
        self.meta = self
        self.api = self
        self.consents = self
        self.office = self.second = self.made_office()
        self.standings = {}  # of who was asked for consent
        self.stored = []
        self.intents = {}
        self.keys = {}
        self.cards = {}  # who sent a card number: what is stored of it
        self._wamids = (f"wamid.{number}" for number in itertools.count())

    def made_office(self):
        return FakeOffice()

    # Meta

    def write(self, *messages):
        wamids = []
        for message in messages:
            self.office.hears(message)
            if CARD in str(message.get("text")):
                self.cards[message["from"]] = self.kept(message["text"])
                continue
            wamid = next(self._wamids)
            self._listen(message)
            self._store(wamid, "inbound", message.get("type", "text"), message)
            wamids.append(wamid)
        return wamids

    def redeliver(self):
        return 3

    def settle(self):
        return True

    def approve(self, template):
        pass

    def accepted(self):
        sent = [each for each in self.intents.values() if each["status"] == "read"]
        asked = [
            {"to": phone, "payload": {"text": {"body": "no card, please"}}} for phone in self.cards
        ]
        asked += [{"to": phone, "payload": QUESTION} for phone in self.standings]
        return [*asked, *({"to": each["content"]["to"].removeprefix("+")} for each in sent)]

    # the API

    def send(self, message, *, key):
        if not message["to"].startswith("+"):
            return answer(400, detail="to: is no E.164 number")
        if key in self.keys:
            return answer(409, detail="used with another body")
        self.keys[key] = message
        intent = {"id": f"m_{len(self.intents)}", "content": message}
        known = any(f"+{each['content'].get('from')}" == message["to"] for each in self.stored)
        known = known or message["type"] == "template"
        against = self.against(message)
        if against:
            reasons = [{"code": against, "detail": "no consent"}]
            intent |= {"status": "refused", "reasons": reasons}
        elif known:
            wamid = next(self._wamids)
            self._store(wamid, "outbound", message["type"], message)
            intent |= {"status": "read", "wamid": wamid}
        else:
            detail = "outside the window: use a template"
            intent |= {"status": "refused", "reasons": [{"code": "window", "detail": detail}]}
        self.intents[intent["id"]] = intent
        return answer(202, id=intent["id"], status="queued")

    def against(self, message):
        standing = self.standings.get(message["to"].removeprefix("+"), "missing")
        is_offer = message.get("purpose") == "marketing"
        return f"consent_{standing}" if is_offer and standing != "given" else None

    def post(self, path, body, *, key):
        phone = path.split("/")[3]
        self.standings.setdefault(phone, "requested")
        return answer(202)

    def contact_with(self, phone):
        return None if phone in self.office.forgotten else phone

    def receipt(self, contact_id, purpose):
        return "given"

    def get(self, path):
        if path.endswith("/consents"):
            standing = self.standings.get(path.split("/")[3])
            return answer(200, consents=[{"purpose": "marketing", "status": standing}])
        return answer(200, **self.intents[path.rpartition("/")[2]])

    # the rest of the world

    def messages(self, conversation_id):
        if conversation_id in self.cards:
            return [{"content": {"text": {"body": self.cards[conversation_id]}}}]
        return copy.deepcopy(self.stored) if conversation_id == "conversation" else []

    def conversation_with(self, person):
        if person in self.office.forgotten:
            return None
        return person if person in self.cards else "conversation"

    def kept(self, text):
        return text.replace(CARD, "4111 11•• •••• 1111")

    def forge(self, body):
        return answer(401, message="wrong signature")

    def send_without_token(self, message):
        return answer(401, message="Unauthorized")

    def send_with_read_scope(self, message):
        return answer(403, message="Forbidden")

    def prove(self, message_id):
        return "entry 3 of 9"

    def audit(self, *, changed=False):
        report = Report(entries=9)
        if changed:
            report.found(Kind.FLIPPED, "entry 0", "is not the one that was signed")
        return report

    def until(self, attempt):
        return attempt()

    def _listen(self, message):
        if message["from"] in self.standings:
            taps = message.get("interactive")
            self.standings[message["from"]] = "given" if taps else "withdrawn"

    def _store(self, wamid, direction, kind, content):
        self.stored.append(
            {
                "wamid": wamid,
                "direction": direction,
                "type": kind,
                "content": content,
                "timestamp": f"2026-11-22T10:00:{len(self.stored):02}Z",
                "statuses": [{"status": "sent"}] if direction == "outbound" else [],
            }
        )
