"""Consent: asked for, given, proved, taken back; and what may be sent meanwhile."""

from typing import Any

from cli.demo import messages
from cli.demo.story import Chapter, Check, Story
from cli.demo.world import World

Json = dict[str, Any]
_ACCEPTED = 202
_ENDS = {"read", "refused", "failed"}


class Consenting:
    """Omar and the business; `run` keeps one demo's keys apart from another's."""

    def __init__(self, world: World, *, run: str) -> None:
        self.world = world
        self.phone = messages.invented_phone()
        self._run = run
        self._contact = ""

    def tell(self) -> Story:
        yield Chapter(title="The business would like to send Omar its offers")
        self.world.meta.approve(messages.OFFER)
        self.world.meta.write({"from": self.phone, "text": "When are you open?"})
        self._contact = self.world.until(lambda: self.world.contact_with(self.phone)) or ""
        yield self._refused("he was never asked", "consent_missing", key="unasked")
        yield from self._he_agrees()
        yield from self._he_stops()

    def _he_agrees(self) -> Story:
        path = f"/v1/contacts/{self._contact}/consents"
        wish = {"purpose": "marketing", "method": "double_opt_in"}
        asked = self.world.consents.post(path, wish, key=f"demo-{self._run}-ask")
        question = self.world.until(self._question)
        if question:
            yes = question["action"]["buttons"][0]["reply"]
            self.world.meta.write(messages.a_tap(self.phone, yes))
        given = self.world.until(lambda: self._stands("given"))
        yield Check(
            announced="he is asked on WhatsApp, with the notice and two buttons, and agrees",
            found=f"{asked.status}, {'given' if given else 'not given'}",
            ok=asked.status == _ACCEPTED and given is not None,
        )
        offer = self._outcome(key="agreed")
        yield Check(
            announced="now the offer reaches him",
            found=str(offer.get("status")),
            ok=offer.get("status") == "read",
        )
        proved = self.world.until(lambda: self.world.receipt(self._contact, "marketing"))
        yield Check(
            announced="a receipt of his consent verifies offline, in the log and by itself",
            found=proved or "it does not",
            ok=bool(proved),
        )

    def _he_stops(self) -> Story:
        self.world.meta.write({"from": self.phone, "text": "توقف!"})
        withdrawn = self.world.until(lambda: self._stands("withdrawn"))
        yield Check(
            announced="he writes stop in Arabic: his consent is withdrawn at once",
            found="withdrawn" if withdrawn else "it is not",
            ok=withdrawn is not None,
        )
        yield self._refused("he has withdrawn", "consent_withdrawn", key="stopped")

    def _refused(self, why: str, code: str, *, key: str) -> Check:
        offer = self._outcome(key=key)
        reasons = offer.get("reasons", [])
        return Check(
            announced=f"an offer does not leave: {why}",
            found=str(offer.get("status")),
            ok=[each["code"] for each in reasons] == [code],
            refused=" ".join(each["detail"] for each in reasons),
        )

    def _question(self) -> Json | None:
        for each in self.world.meta.accepted():
            if each["to"] == self.phone and each["payload"]["type"] == "interactive":
                found: Json = each["payload"]["interactive"]
                return found
        return None

    def _stands(self, status: str) -> bool | None:
        shown = self.world.consents.get(f"/v1/contacts/{self._contact}/consents").body or {}
        found = {each["purpose"]: each["status"] for each in shown.get("consents", [])}
        return found.get("marketing") == status or None

    def _outcome(self, *, key: str) -> Json:
        message = messages.an_offer(self.phone)
        answer = self.world.api.send(message, key=f"demo-{self._run}-{key}")
        path = f"/v1/messages/{(answer.body or {}).get('id')}"

        def settled() -> Json | None:
            found: Json = self.world.api.get(path).body or {}
            return found if found.get("status") in _ENDS else None

        return self.world.until(settled) or {}
