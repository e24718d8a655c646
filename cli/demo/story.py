"""A story is told in chapters; in each, something is announced and something is found."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Chapter:
    title: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """`refused` holds the reason when what is shown is that something was turned away."""

    announced: str
    found: str
    ok: bool
    refused: str | None = None


Story = Iterator[Chapter | Check]
