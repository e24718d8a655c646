"""Who the person is: every alias that was ever theirs, names, and how one is linked to another."""

from collections.abc import Iterator
from math import inf

from functions.core.contacts.model import NODE_PREFIX, Node, Span, called
from functions.core.conversations.read_facts import moment_of
from functions.core.rights.access.model import Json, Line
from functions.core.rights.subject import Subject

_KINDS = {prefix: name for name, prefix in NODE_PREFIX.items()}
_KINDS |= {"n": "phone_number", "b": "whatsapp_user_id", "p": "whatsapp_parent_user_id"}
_SOURCE = "WhatsApp, with a message, a status or a change of number; or the business"


class Contacts:
    def collect(self, subject: Subject) -> Iterator[Line]:
        for span in subject.person.spans:
            node = subject.nodes.get(span.node, Node(span.node))
            told = {
                "kind": _KINDS.get(span.node[:1], "alias"),
                "value": shown_alias(node),
                "contact_id": f"{span.node}~{_since(node, span)}",
                "known_since": moment_of(_since(node, span)),
                "until": None if span.until_ms == inf else moment_of(int(span.until_ms)),
                "source": _SOURCE,
                "linked": _links(subject, node, span),
                **_profile(node, span),
            }
            yield Line("aliases", f"{_since(node, span):013d}#{span.node}", told)


def names_of(subject: Subject) -> set[str]:
    """Everything by which somebody may be meant who is this person."""
    found: set[str] = set()
    for span in subject.person.spans:
        node = subject.nodes.get(span.node)
        if node is None:
            continue
        found.add(node.value)
        for profile in (node.profile, called(node, span)):
            if profile is not None and span.holds(profile.at_ms):
                found.update((profile.name, profile.username))
    return found - {""}


def shown_alias(node: Node) -> str | None:
    if not node.value:
        return None
    return f"+{node.value}" if node.id.startswith(NODE_PREFIX["number"]) else node.value


def _since(node: Node, span: Span) -> int:
    known = [*node.links.values(), *([] if node.since_ms is None else [node.since_ms])]
    return int(min((ms for ms in known if span.holds(ms)), default=max(span.after_ms, 0)))


def _profile(node: Node, span: Span) -> Json:
    profile = called(node, span)
    if profile is None:
        return {"name": None, "username": None}
    return {
        "name": profile.name or None,
        "username": profile.username or None,
        "named_at": moment_of(profile.at_ms),
    }


def _links(subject: Subject, node: Node, span: Span) -> list[Json]:
    """Why two aliases are taken for one person: they were seen together."""
    return [
        {"with": shown_alias(other), "seen_together_at": moment_of(linked_ms)}
        for name, linked_ms in sorted(node.links.items())
        if span.holds(linked_ms)
        and subject.owns(name, linked_ms)
        and (other := subject.nodes.get(name)) is not None
    ]
