"""How the demo looks."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.demo.story import Chapter, Check
from cli.local.facts import Facts
from cli.workspace import Workspace

Json = dict[str, Any]
_LONGEST = 60


class Screen:
    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, part: Chapter | Check) -> None:
        if isinstance(part, Chapter):
            self._console.print(f"\n[bold]{escape(part.title)}[/bold]")
            return
        mark = "[green]✓[/green]" if part.ok else "[red]✗[/red]"
        self._console.print(f"  {mark} {escape(part.announced)}: [dim]{escape(part.found)}[/dim]")

    def timeline(self, messages: list[Json]) -> None:
        table = Table(title="\nThe conversation, as the API gives it back", title_justify="left")
        table.add_column("time", no_wrap=True)
        table.add_column("Layla", ratio=1)
        table.add_column("business", ratio=1, justify="right")
        table.add_column("statuses")
        for message in messages:
            said = f"[dim]{message['type']}[/dim] {escape(summary(message))}"
            inbound = message["direction"] == "inbound"
            steps = " → ".join(each["status"] for each in message.get("statuses", []))
            table.add_row(_clock(message), said if inbound else "", "" if inbound else said, steps)
        self._console.print(table)

    def refusals(self, checks: list[Check]) -> None:
        table = Table(title="\nWhat was refused, and why", title_justify="left")
        for heading in ("what", "answer", "why"):
            table.add_column(heading)
        for each in checks:
            if each.refused is not None:
                table.add_row(escape(each.announced), escape(each.found), escape(each.refused))
        self._console.print(table)

    def ending(
        self, checks: list[Check], workspace: Workspace, facts: Facts, *, stays: bool
    ) -> None:
        kept = sum(each.ok for each in checks)
        self._console.print(f"\n[bold]{kept} of {len(checks)} announcements kept.[/bold]")
        lines = ["README.md and docs/: how it works, how to deploy it, how to call the API"]
        lines.append(f"{workspace.log('emulator')}: what the functions logged, without content")
        if stays:
            lines.append(f"{workspace.local_json}: addresses and credentials of what is running")
            lines.append(f"{facts.api_url}/v1/openapi.json: the API")
        else:
            lines.append("make up: the same platform, left running for you to call")
        self._console.print("Where to look next:")
        for line in lines:
            self._console.print(f"  - {escape(line)}", soft_wrap=True)


def summary(message: Json) -> str:
    """The message in a few words: whatever text it carries."""
    found = " ".join(_texts(message.get("content") or {}))
    return found if len(found) <= _LONGEST else found[: _LONGEST - 1] + "…"


_SPEAKING = ("body", "caption", "name", "title", "emoji", "text")


def _texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for each in node for text in _texts(each)]
    if not isinstance(node, dict):
        return []
    own = [str(node[key]) for key in _SPEAKING if isinstance(node.get(key), str)]
    return own + [text for each in node.values() for text in _texts(each)]


def _clock(message: Json) -> str:
    return str(message["timestamp"])[11:19]
