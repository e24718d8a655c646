"""What a system of the business does: fetch a token, send, read. And what Meta does: sign, post."""

import base64
import hashlib
import hmac
import json
import urllib.parse
from typing import Any

from cli.errors import CliError
from cli.http import Answer, call, call_json
from cli.local.facts import Facts

SCOPES = ("amana/messages:send", "amana/messages:read")


class ApiClient:
    """The business's side of the API, with a token of the scopes given."""

    def __init__(self, facts: Facts, *, scopes: tuple[str, ...] = SCOPES) -> None:
        self._url = facts.api_url
        self.token = fetch_token(facts, scopes)

    def get(self, path: str) -> Answer:
        return call("GET", self._url + path, headers=self.authorization)

    def post(self, path: str, body: dict[str, Any], *, key: str) -> Answer:
        headers = {**self.authorization, "Idempotency-Key": key}
        return call_json("POST", self._url + path, body, headers=headers)

    def send(self, message: dict[str, Any], *, key: str) -> Answer:
        return self.post("/v1/messages", message, key=key)

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def fetch_token(facts: Facts, scopes: tuple[str, ...] = SCOPES) -> str:
    pair = base64.b64encode(f"{facts.client_id}:{facts.client_secret}".encode()).decode()
    form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
    answer = call(
        "POST",
        facts.token_url,
        body=urllib.parse.urlencode(form).encode(),
        headers={
            "Authorization": f"Basic {pair}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    if answer.status != 200:  # noqa: PLR2004 - HTTP's own number
        raise CliError(f"{facts.token_url} gave no token but {answer.status}. Try `amana down`.")
    token: str = answer.body["access_token"]
    return token


def post_webhook(facts: Facts, body: bytes, *, signature: str | None = None) -> Answer:
    """Post as Meta does; another `signature` than the right one makes a forgery of it."""
    headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
    headers["X-Hub-Signature-256"] = signature or sign(body, facts.app_secret)
    return call("POST", facts.webhook_url, body=body, headers=headers)


def sign(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
