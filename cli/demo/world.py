"""Everything the scenario touches: the API as the business sees it, Meta, and patience."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

from cli.client import ApiClient, post_webhook, sign
from cli.demo import audit_files
from cli.errors import CliError
from cli.http import Answer, call_json
from cli.local.aws import local_sqs
from cli.local.clients import client_of
from cli.local.facts import Facts
from cli.meta import Meta
from cli.redrive import waiting
from cli.waiting import wait_until
from functions.core.audit.proof import proof_from
from functions.core.audit.verify import Report
from functions.core.consent.checking import check

Json = dict[str, Any]
T = TypeVar("T")
_OK = 200
_PATIENCE_SECONDS = 60
_OFFICE = ("amana/rights:read", "amana/rights:write", "amana/holds:write")
_SECOND = ("rights:approve", "holds:lift")
_CONSENTS = ("amana/consents:read", "amana/consents:write")


class World(Protocol):
    meta: Meta
    api: ApiClient
    consents: ApiClient
    office: ApiClient
    second: ApiClient

    def messages(self, conversation_id: str) -> list[Json]: ...
    def conversation_with(self, person: str) -> str | None: ...
    def contact_with(self, phone: str) -> str | None: ...
    def settle(self) -> bool: ...
    def forge(self, body: bytes) -> Answer: ...
    def send_without_token(self, message: Json) -> Answer: ...
    def send_with_read_scope(self, message: Json) -> Answer: ...
    def until(self, attempt: Callable[[], T | None]) -> T | None: ...
    def prove(self, message_id: str) -> str | None: ...
    def receipt(self, contact_id: str, purpose: str) -> str | None: ...
    def audit(self, *, changed: bool = False) -> Report: ...


class LocalWorld:
    def __init__(self, facts: Facts) -> None:
        self.meta = Meta(facts.graph_url)
        self.api = ApiClient(facts)
        self.consents = ApiClient(facts, scopes=_CONSENTS)
        self.office = ApiClient(facts, scopes=_OFFICE)
        self.second = client_of(facts, "ApproverClientId", *_SECOND)
        self._facts = facts
        self.sqs = local_sqs(facts.aws_endpoint)
        self._inbound = facts.outputs["amana-local-ingress"]["InboundQueueUrl"]

    def messages(self, conversation_id: str) -> list[Json]:
        """All messages of a conversation, page by page."""
        return list(self._items(f"/v1/conversations/{conversation_id}/messages"))

    def conversation_with(self, person: str) -> str | None:
        """By any name the person goes by: a phone number, an id of Meta."""
        for conversation in self._items("/v1/conversations"):
            names = [alias["value"] for alias in conversation["contact"]["aliases"]]
            if person in names or f"+{person}" in names:
                return str(conversation["id"])
        return None

    def contact_with(self, phone: str) -> str | None:
        answer = self.consents.post("/v1/contacts/search", {"to": f"+{phone}"}, key="search")
        return str(answer.body["contact_id"]) if answer.status == _OK else None

    def settle(self) -> bool:
        """Wait until Meta has delivered what is due, and all of it is folded."""
        return self.meta.settle() and bool(self.until(lambda: self._folded() or None))

    def forge(self, body: bytes) -> Answer:
        """A webhook signed by somebody who does not know the secret."""
        return post_webhook(self._facts, body, signature=sign(body, "guessed"))

    def send_without_token(self, message: Json) -> Answer:
        headers = {"Idempotency-Key": "no-token"}
        return call_json("POST", f"{self._facts.api_url}/v1/messages", message, headers=headers)

    def send_with_read_scope(self, message: Json) -> Answer:
        reader = ApiClient(self._facts, scopes=("amana/messages:read",))
        return reader.send(message, key="read-scope")

    def until(self, attempt: Callable[[], T | None]) -> T | None:
        """What `attempt` gives in the end; None when patience is over."""
        try:
            return wait_until(attempt, what="It", hint="", seconds=_PATIENCE_SECONDS, pause=0.25)
        except CliError:
            return None

    def prove(self, message_id: str) -> str | None:
        """Which entry tells that the message was asked for; None while there is no valid proof."""
        auditor = ApiClient(self._facts, scopes=("amana/audit:read",))
        found = auditor.get("/v1/audit/entries?action=message:intent:accepted&limit=100")
        for item in found.body.get("items", []):
            if item["entry"].get("what") != f"message/{message_id}":
                continue
            answer = auditor.get(f"/v1/audit/entries/{item['id']}/proof")
            proof = proof_from(answer.raw)
            signed = audit_files.key(self._facts).has_signed(proof.checkpoint)
            if signed and proof.holds():
                return f"entry {proof.index} of {proof.checkpoint.size}"
        return None

    def receipt(self, contact_id: str, purpose: str) -> str | None:
        """What a person's receipt proves; None while it proves nothing."""
        path = f"/v1/contacts/{contact_id}/consents/{purpose}/receipt"
        checked = check(self.consents.get(path).raw, audit_files.key(self._facts))
        return None if checked.findings else checked.says

    def audit(self, *, changed: bool = False) -> Report:
        return audit_files.check(self._facts, changed=changed)

    def _folded(self) -> bool:
        return waiting(self.sqs, self._inbound) == 0

    def _items(self, path: str) -> Iterator[Json]:
        cursor = ""
        while True:
            answer = self.api.get(f"{path}?limit=100{cursor}")
            if answer.status != _OK:
                raise CliError(f"{path} answered {answer.status}: {json.dumps(answer.body)}")
            yield from answer.body["items"]
            if not answer.body.get("next_cursor"):
                return
            cursor = f"&cursor={answer.body['next_cursor']}"
