"""What /sandbox/… does: JSON in, JSON out. Tests may call it without HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.errors import ControlError
from sandbox.faults import Fault
from sandbox.state import State
from sandbox.webhooks.bodies import join, wrap
from sandbox.webhooks.delivery import HttpTransport
from sandbox.webhooks.inbound import Writer
from sandbox.webhooks.observed import observe
from sandbox.webhooks.post import Post
from sandbox.wire import Json, encode

_SETTLE_SECONDS = 10


class Control:
    def __init__(self, state: State, http: HttpTransport) -> None:
        self._state = state
        self._http = http

    def inbound(self, spec: Any, base_url: str) -> Json:
        """A person writes: see the README for the forms. Returns the ids of the messages."""
        state = self._state
        with state.lock:
            now = state.clock.now()
            body = self._body(spec, Writer(state.account, state.ids, now, base_url))
            seen = observe(state.account, body, now)
            if isinstance(body, dict):
                person = seen[0].person if seen else None
                number = seen[0].phone_number_id if seen else ""
                state.publisher.publish([(body, now)], person, number, "messages")
            else:
                raw = body.encode() if isinstance(body, str) else encode(body)
                state.publisher.publish_raw(raw, now)
            return {"messages": [message.wamid for message in seen]}

    def _body(self, spec: Any, writer: Writer) -> Any:
        if isinstance(spec, list):
            spec = {"messages": spec}
        if "body" in spec:
            return spec["body"]
        waba_id = self._state.config.waba_id
        if "value" in spec:
            return wrap(waba_id, spec["value"], spec.get("field", "messages"))
        messages = spec.get("messages", [spec])
        return join([wrap(waba_id, writer.value(short)) for short in messages])

    def accepted(self, to: str | None = None) -> Json:
        with self._state.lock:
            account = self._state.account
            return {
                "accepted": [
                    message.as_json()
                    for message in account.accepted
                    if to is None or message.person.is_called(to)
                ],
                "reads": list(account.reads),
            }

    def faults(self) -> Json:
        with self._state.lock:
            return {"faults": self._state.faults.as_json()}

    def add_faults(self, spec: Any) -> Json:
        """One fault, a list of them, or {"faults": [...]}."""
        specs = spec.get("faults", [spec]) if isinstance(spec, dict) else spec
        faults = [Fault.parse(one) for one in specs]
        with self._state.lock:
            for fault in faults:
                self._state.faults.add(fault)
        return self.faults()

    def clear_faults(self) -> Json:
        with self._state.lock:
            self._state.faults.clear()
        return self.faults()

    def clock(self, spec: Mapping[str, Any]) -> Json:
        clock = self._state.clock
        if "frozen" in spec:
            (clock.freeze if spec["frozen"] else clock.resume)()
        if "now" in spec:
            clock.set(_moment(spec["now"]))
        clock.advance(float(spec.get("advance_seconds", 0)))
        self._state.outbox.wake()
        return {"now": clock.now().isoformat(), "frozen": clock.frozen}

    def webhook(self, spec: Mapping[str, Any]) -> Json:
        """Where webhooks go from now on, after Meta's handshake unless `verify` is false."""
        state = self._state
        url = spec.get("url")
        if url and spec.get("verify", True):
            challenge = state.ids.challenge()
            reason = self._http.handshake(url, state.config.verify_token, challenge)
            if reason:
                raise ControlError(
                    f"the webhook did not pass the handshake ({reason}); "
                    'send "verify": false to go without'
                )
        state.webhook_url = url
        return {"url": url}

    def webhooks(self) -> Json:
        return {"webhooks": [delivery.as_json() for delivery in self._state.outbox.log()]}

    def redeliver(self, spec: Mapping[str, Any]) -> Json:
        unknown = set(spec) - {"times", "group", "shuffle"}
        if unknown:
            raise ControlError(f"redeliver takes no {', '.join(sorted(unknown))}")
        with self._state.lock:
            posts = self._state.publisher.republish(
                self._state.clock.now(),
                times=int(spec.get("times", 1)),
                group=spec.get("group"),
                seed=spec.get("shuffle"),
            )
        return {"posts": posts}

    def settle(self, spec: Mapping[str, Any]) -> Json:
        timeout = float(spec.get("timeout_seconds", _SETTLE_SECONDS))
        return {"settled": self._state.outbox.settle(timeout)}

    def people(self, spec: Any) -> Json:
        with self._state.lock:
            for traits in spec if isinstance(spec, list) else [spec]:
                person = self._state.account.people.describe(traits)
        return {"phone": person.phone, "user_id": person.user_id}

    def templates(self, spec: Any = None) -> Json:
        with self._state.lock:
            templates = self._state.account.templates
            for definition in spec if isinstance(spec, list) else [spec] if spec else []:
                templates.define(definition)
            return {"templates": templates.names()}

    def announce(self) -> Json:
        """What Meta tells when it has looked at a template, of all there are, in one body."""
        state = self._state
        with state.lock:
            now, told = state.clock.now(), state.account.templates.names()
            changes = [_announced(number, one) for number, one in enumerate(told, start=1)]
            entry = {
                "id": state.config.waba_id,
                "time": int(now.timestamp()),
                "changes": changes,
            }
            # no part of what was said in conversations: redelivery leaves it out
            body = {"object": "whatsapp_business_account", "entry": [entry]}
            state.outbox.put(Post(now, [body]))
        return {"templates": told}

    def limits(self, changes: Mapping[str, Mapping[str, Any]]) -> Json:
        with self._state.lock:
            account = self._state.account
            account.limits = account.limits.changed(changes)
            return account.limits.as_json()

    def health(self) -> Json:
        clock = self._state.clock
        return {
            "ok": True,
            "now": clock.now().isoformat(),
            "frozen": clock.frozen,
            "webhook_url": self._state.webhook_url,
            "webhooks": self._state.outbox.pending(),
        }

    def reset(self) -> Json:
        self._state.reset()
        return {"ok": True}


def _announced(number: int, template: Mapping[str, str]) -> Json:
    return {
        "field": "message_template_status_update",
        "value": {
            "event": template["status"],
            "message_template_id": number,
            "message_template_name": template["name"],
            "message_template_language": template["language"],
            "message_template_category": template["category"],
            "reason": "NONE",
        },
    }


def _moment(text: str | float) -> datetime:
    if isinstance(text, str):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.fromtimestamp(text, UTC)
