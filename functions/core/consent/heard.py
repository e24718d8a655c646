"""What a person did in a chat that may be about consent: a tap on a button, or words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.core.consent.requests import answered_by
from functions.core.conversations.filing import Filed
from functions.core.conversations.model import Direction, FactKind
from functions.core.whatsapp.reading import mapping, text

STOP_BUTTON, KEEP_BUTTON = "consent:stop", "consent:keep"
_HEARD = (FactKind.MESSAGE, FactKind.HISTORY)


@dataclass(frozen=True)
class Answer:
    """A button of a request of ours."""

    request_id: str
    agrees: bool


@dataclass(frozen=True)
class Choice:
    """A button of the question whether to stop."""

    stops: bool


@dataclass(frozen=True)
class Words:
    """`typed` False: they stood on a button of a template of the business's own."""

    text: str = field(repr=False)
    typed: bool = True


Deed = Answer | Choice | Words


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One message of a person. `node`: the alias of theirs it came from, in a group their own.

    `shown`: what they wrote or what stood on the button. `webhook`: SHA-256 of the delivery.
    `quoted`: the wamid of the message it answers. `is_live`: not told of as history.
    """

    deed: Deed
    node: str
    thread: str
    at_ms: int
    fact_id: str
    message_id: str
    webhook: str
    is_live: bool
    in_group: bool
    wamid: str = field(repr=False)
    quoted: str = field(repr=False)
    shown: str = field(repr=False)


def heard(filed: Filed, node: str) -> Heard | None:
    """None: it has nothing of which consent could follow."""
    fact, raw = filed.fact, mapping(filed.update.raw)
    found = _deed(raw)
    if found is None or not is_from_person(filed):
        return None
    deed, shown = found
    return Heard(
        deed=deed,
        node=node,
        thread=fact.thread,
        at_ms=fact.at_ms,
        fact_id=fact.id,
        message_id=filed.key.pk.removeprefix("MESSAGE#"),
        webhook=fact.webhook.hex(),
        is_live=fact.kind is FactKind.MESSAGE,
        in_group=bool(filed.update.author),
        wamid=text(raw.get("id")),
        quoted=text(mapping(raw.get("context")).get("id")),
        shown=shown,
    )


def is_from_person(filed: Filed) -> bool:
    """What the business wrote in its own app is no word of the person's."""
    return filed.fact.kind in _HEARD and filed.fact.direction is Direction.INBOUND


def _deed(raw: Mapping[str, Any]) -> tuple[Deed, str] | None:
    """With what the person saw of it.

    Titles of foreign buttons in a chat are no words of theirs: "Cancel" there is a step in a
    dialogue. On a template they may be the way out that Meta asks businesses for.
    """
    reply = mapping(mapping(raw.get("interactive")).get("button_reply"))
    button = mapping(raw.get("button"))
    name = text(reply.get("id")) or text(button.get("payload"))
    title = text(reply.get("title")) or text(button.get("text"))
    if (answer := answered_by(name)) is not None:
        return Answer(*answer), title
    if name in (STOP_BUTTON, KEEP_BUTTON):
        return Choice(stops=name == STOP_BUTTON), title
    if button:
        return Words(title, typed=False), title
    said = text(mapping(raw.get("text")).get("body"))
    return (Words(said), said) if said else None
