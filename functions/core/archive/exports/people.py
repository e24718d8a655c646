"""The people in an export, as the directory knows them now."""

from collections.abc import Collection
from contextlib import suppress
from math import inf
from typing import Any

from functions.core.archive.exports.model import Scope
from functions.core.contacts.model import NODE_PREFIX, Node, Span, called
from functions.core.contacts.service import node_from, node_key
from functions.core.content.errors import CiphertextRefusedError
from functions.core.conversations.model import split_thread
from functions.core.conversations.read_facts import moment_of
from functions.core.runtime.records import RecordStore

_KINDS = {prefix: name for name, prefix in NODE_PREFIX.items()}
_WORDS = {"number": "phone number", "bsuid": "WhatsApp user id", "parent_bsuid": "parent user id"}

Json = dict[str, Any]


class People:
    """`records`: the conversations table, opened."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def in_scope(self, scope: Scope) -> list[Json]:
        """Every alias of the person that was asked for, and when it was theirs."""
        spans = scope.spans or ()
        nodes = self._nodes({span.node for span in spans})
        told = []
        for span in spans:
            node = nodes.get(span.node)
            is_theirs = span.until_ms == inf
            told.append(
                {
                    "alias": _alias(node) if node else None,
                    "kind": _kind(span.node),
                    "name": _name(node) if node and is_theirs else None,
                    "until": None if is_theirs else moment_of(int(span.until_ms)),
                }
            )
        return told

    def of_section(self, section: str, scope: Scope) -> Json:
        """A title and the business's number id; a section is a thread, or a number of ours."""
        if section == "~":
            return {"title": "What belongs to no conversation", "phone_number_id": None}
        if scope.contact_id is not None:
            people = self.in_scope(scope)
            names = [p["name"] for p in people if p["name"]]
            aliases = [p["alias"] for p in people if p["alias"] and p["until"] is None]
            return {"title": _title([*names[:1], *aliases[:1]]), "phone_number_id": section}
        number, node_id = split_thread(section)
        node = self._nodes([node_id]).get(node_id)
        parts = [part for part in (_name(node), _alias(node)) if part] if node else []
        return {"title": _title(parts), "phone_number_id": number}

    def _nodes(self, ids: Collection[str]) -> dict[str, Node]:
        """Those that are known and open: a name that does not must not cost the export."""
        found: dict[str, Node] = {}
        for node_id in ids:
            with suppress(CiphertextRefusedError):
                items = self._records.load([node_key(node_id)])
                found.update({node.id: node for node in map(node_from, items.values())})
        return found


def _title(parts: list[str]) -> str:
    return " · ".join(dict.fromkeys(parts)) or "A person whose name is not known any more"


def _kind(node_id: str) -> str:
    kind = _KINDS.get(node_id[:1], "alias")
    return _WORDS.get(kind, kind)


def _alias(node: Node) -> str | None:
    if not node.value:
        return None
    return f"+{node.value}" if node.id.startswith(NODE_PREFIX["number"]) else node.value


def _name(node: Node) -> str | None:
    """Of whoever has the alias today."""
    since_ms = max(node.left, default=-inf)
    profile = called(node, Span(node.id, since_ms, inf)) or node.profile
    return (profile.name or profile.username or None) if profile else None
