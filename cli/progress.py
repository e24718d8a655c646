"""What a person sees while a command works: one line a step, with the time it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Progress:
    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A spinner on a terminal; elsewhere a line at the start, so that logs show the wait."""
        began = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(f"{title} …"):
                yield
        else:
            self.console.print(f"… {title}")
            yield
        took = time.monotonic() - began
        self.console.print(f"[green]✓[/green] {title} [dim]{took:.1f} s[/dim]")

    def note(self, text: str) -> None:
        self.console.print(f"  [dim]{escape(text)}[/dim]", soft_wrap=True)

    def say(self, text: str) -> None:
        self.console.print(text, soft_wrap=True)

    def fail(self, text: str) -> None:
        Console(stderr=True, highlight=False).print(f"[red]✗[/red] {escape(text)}", soft_wrap=True)
