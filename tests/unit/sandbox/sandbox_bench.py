"""A sandbox without sockets: requests go to its WSGI app, webhooks are taken from its outbox."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from werkzeug.test import Client

from sandbox import Sandbox, SandboxConfig
from sandbox.clock import SandboxClock
from sandbox.webhooks.post import Result

NUMBER_ID = "106540352242922"
OTHER_NUMBER_ID = "106540352242923"
PHONE = "+4915112345678"
TOKEN = "token-of-the-app"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass
class Bench:
    """A sandbox on a table: everything reachable, nothing running."""

    sandbox: Sandbox
    client: Client

    def call(self, method, path, *, token=TOKEN, **options):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.open(path, method=method, headers=headers, **options)

    def send(self, payload=None, *, number_id=NUMBER_ID, version="v26.0", token=TOKEN, **parts):
        base = {"messaging_product": "whatsapp", "to": PHONE}
        body = payload if payload is not None else base | parts
        return self.call("POST", f"/{version}/{number_id}/messages", token=token, json=body)

    def text(self, body="Hello", **parts):
        return self.send(**({"type": "text", "text": {"body": body}} | parts))

    def control(self, method, path, body=None):
        options = {} if body is None else {"json": body}
        return self.client.open(f"/sandbox/{path}", method=method, **options)

    def writes(self, phone=PHONE, **message):
        return self.sandbox.inbound(phone, **({"text": "Hello"} | message))

    def deliver(self, status=200):
        """Take every webhook that is due, as a worker would; returns their bodies."""
        outbox, bodies = self.sandbox._state.outbox, []
        while outbox.pending()["due"]:
            post = outbox.take()
            bodies.append(json.loads(post.bytes))
            outbox.record(post, post.bytes, "sha256=…", Result(status=status))
        return bodies

    def statuses(self):
        """The statuses among the webhooks that are due."""
        return [s for body in self.deliver() for s in value_of(body).get("statuses", ())]


def value_of(body):
    return body["entry"][0]["changes"][0]["value"]


def set_up(**settings):
    config = SandboxConfig(
        app_secret="secret-of-the-app",
        verify_token="verify-me",
        access_token=TOKEN,
        waba_id="102290129340398",
        phone_number_ids={NUMBER_ID: "15550783881", OTHER_NUMBER_ID: "15550783882"},
        seed=1,
        **settings,
    )
    sandbox = Sandbox(config, clock=SandboxClock(NOW.timestamp))
    return Bench(sandbox, Client(sandbox.app))
