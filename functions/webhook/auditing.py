"""Entries of the audit log for what Meta, or somebody else, was told at the door."""

from collections.abc import Mapping
from typing import Any

from functions.core.audit import wiring as auditing
from functions.core.audit.model import Actor, Event, network
from functions.core.audit.vocabulary import Action, Outcome
from functions.core.runtime.ids import random_id
from functions.webhook import wiring


def enter(event: Mapping[str, Any], action: str) -> None:
    """`action`: a name of the vocabulary. Who it was is not known: anyone may come."""
    context = event.get("requestContext") or {}
    address = str((context.get("identity") or {}).get("sourceIp") or "")
    request = str(context.get("requestId") or "") or random_id()
    told = Event(
        action=Action[action],
        by=Actor(kind="meta", id="webhook", network=network(address)),
        request=request,
        outcome=Outcome.DONE if action.endswith("ANSWERED") else Outcome.DENIED,
    )
    writer = auditing.writer(function="webhook", outbox_table=wiring.settings().outbox_table)
    writer.write(told, key=f"request {request}")
