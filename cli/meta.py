"""The controls of the Meta sandbox: what people and Meta do next, and what they saw."""

from typing import Any

from cli.errors import CliError
from cli.http import call_json

_OK = 200


class Meta:
    def __init__(self, graph_url: str) -> None:
        self._url = f"{graph_url}/sandbox"

    def write(self, *messages: dict[str, Any]) -> list[str]:
        """People write; their messages arrive in one signed webhook. Returns the wamids."""
        ids: list[str] = self._post("inbound", {"messages": list(messages)})["messages"]
        return ids

    def push(self, field: str, value: dict[str, Any]) -> None:
        """Anything else that Meta sends: one change of a webhook."""
        self._post("inbound", {"field": field, "value": value})

    def accepted(self) -> list[dict[str, Any]]:
        """What Graph accepted, in order."""
        messages: list[dict[str, Any]] = self._call("GET", "accepted")["accepted"]
        return messages

    def webhooks(self) -> list[dict[str, Any]]:
        """Every attempt to deliver a webhook, with the answer it got."""
        log: list[dict[str, Any]] = self._call("GET", "webhooks")["webhooks"]
        return log

    def redeliver(self, *, times: int = 1) -> int:
        """Send every update once more, as Meta does when it saw no 200."""
        posts: int = self._post("redeliver", {"times": times})["posts"]
        return posts

    def settle(self, *, seconds: float = 30) -> bool:
        """Wait until every webhook that is due was delivered."""
        settled: bool = self._post("settle", {"timeout_seconds": seconds})["settled"]
        return settled

    def approve(self, template: dict[str, Any]) -> None:
        """A template that Meta has just approved, and tells of."""
        self._post("templates", template)
        self.announce_templates()

    def announce_templates(self) -> int:
        """A webhook with Meta's word on each template; how many there are."""
        return len(self._call("POST", "announcements")["templates"])

    def fault(self, **spec: Any) -> None:
        self._post("faults", spec)

    def clear_faults(self) -> None:
        self._call("DELETE", "faults")

    def connect(self, webhook_url: str) -> str | None:
        """Register the webhook with Meta's handshake; the reason if it did not pass."""
        answer = call_json("POST", f"{self._url}/webhook", {"url": webhook_url})
        return None if answer.status == _OK else answer.text

    def _post(self, path: str, value: Any) -> Any:
        return self._call("POST", path, value)

    def _call(self, method: str, path: str, value: Any = None) -> Any:
        answer = call_json(method, f"{self._url}/{path}", value)
        if answer.status != _OK:
            raise CliError(f"The sandbox refused {method} {path}: {answer.text}")
        return answer.body
