"""Who is who: aliases, what was asserted about them, and the person that follows from it.

Nothing here depends on the order in which facts arrive. Each alias (a phone number, a BSUID …)
is a node. A node only ever *gains* facts: that at some time it was seen together with another
node, or that its person left it (changed number). Who a contact is gets computed from those
facts, so a late or repeated webhook leads to the same answer as a punctual one.

Phone numbers are recycled. A node therefore has generations: each time its person leaves, the
next owner is somebody else. A contact is a set of spans (node, from, until).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from math import inf


class AliasKind(StrEnum):
    PHONE = "phone"
    WA_ID = "wa_id"
    BSUID = "bsuid"
    PARENT_BSUID = "parent_bsuid"
    GROUP = "group"


@dataclass(frozen=True)
class Alias:
    kind: AliasKind
    value: str

    @property
    def namespace(self) -> str:
        """Phone and wa_id are both E.164 digits: equal digits are the same alias."""
        return "number" if self.kind in (AliasKind.PHONE, AliasKind.WA_ID) else self.kind.value


# The first letter of a node id tells its namespace, so that a reader of ids alone can order them
# by how well they identify a person: a BSUID is one person's, a number may be anybody's next.
NODE_PREFIX = {"bsuid": "b", "number": "n", "parent_bsuid": "p", "group": "g"}
_STRENGTH = "gbnp"


# Later than any time a webhook will tell: the year 2286, in milliseconds.
_FAR_MS = 10**13 - 1


def strongest(nodes: Iterable[str]) -> str:
    """The node that names a thread: group, then BSUID, number, parent BSUID."""
    return min(nodes, key=lambda node: (_STRENGTH.index(node[0]), node))


@dataclass(frozen=True, order=True)
class Profile:
    """What the person calls themselves; the latest wins, ties by content.

    `tag`: a keyed hash of the content, which may be seen where the content may not.
    """

    at_ms: int
    name: str = ""
    username: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Correction:
    """What the person says of themselves where WhatsApp's word is wrong; it is not undone by it.

    None: not corrected; empty: there is none.
    """

    at_ms: int
    name: str | None = None
    username: str | None = None


@dataclass(frozen=True)
class Sighting:
    """One update's claim: at this time all these nodes were the same person.

    `left`: those of them that the person gave up at this time.
    """

    nodes: frozenset[str]
    at_ms: int
    left: frozenset[str] = frozenset()
    profile: Profile | None = None


@dataclass(frozen=True)
class Node:
    """One alias. `links`: other node to the earliest time they were seen as one person."""

    id: str
    kinds: frozenset[str] = frozenset()
    value: str = ""
    since_ms: int | None = None
    links: Mapping[str, int] = field(default_factory=dict)
    left: frozenset[int] = frozenset()
    profile: Profile | None = None
    corrected: Correction | None = None


def fold_node(node: Node, alias: Alias | None, sighting: Sighting) -> Node:
    """The node after a sighting that contains it. Commutative, associative, idempotent."""
    hub = strongest(sighting.nodes)
    others = sighting.nodes - {node.id} if node.id == hub else {hub}
    links = dict(node.links)
    for other in others:
        links[other] = min(links.get(other, sighting.at_ms), sighting.at_ms)
    since = sighting.at_ms if node.since_ms is None else min(node.since_ms, sighting.at_ms)
    left = node.left | {sighting.at_ms} if node.id in sighting.left else node.left
    profiles = [p for p in (node.profile, sighting.profile) if p is not None]
    return Node(
        id=node.id,
        kinds=node.kinds | {alias.kind.value} if alias else node.kinds,
        value=alias.value if alias else node.value,
        since_ms=since,
        links=links,
        left=left,
        profile=max(profiles, default=None),
        corrected=node.corrected,
    )


def called(node: Node, span: "Span") -> Profile | None:
    """What the alias's owner of that time is called: as WhatsApp told, or as it was corrected."""
    told = node.profile if node.profile and span.holds(node.profile.at_ms) else None
    fixed = node.corrected
    if fixed is None or not span.holds(fixed.at_ms):
        return told
    known = told or Profile(fixed.at_ms)
    return Profile(
        at_ms=max(known.at_ms, fixed.at_ms),
        name=known.name if fixed.name is None else fixed.name,
        username=known.username if fixed.username is None else fixed.username,
        tag=known.tag,
    )


@dataclass(frozen=True, order=True)
class Span:
    """A node while it was one person's: after `after_ms`, up to and including `until_ms`."""

    node: str
    after_ms: float = -inf
    until_ms: float = inf

    def holds(self, at_ms: float) -> bool:
        return self.after_ms < at_ms <= self.until_ms


@dataclass(frozen=True)
class Person:
    contact_id: str
    spans: tuple[Span, ...]

    @property
    def current(self) -> tuple[str, ...]:
        """Nodes that reach this person today."""
        return tuple(span.node for span in self.spans if span.until_ms == inf)


def person_at(nodes: Mapping[str, Node], start: str, at_ms: float) -> Person:
    """The person behind a node at a time; `nodes` holds everything reachable by links."""
    spans = {node.id: _spans(node, nodes) for node in nodes.values()}
    todo = [_span_at(spans[start], at_ms)]
    found: set[Span] = set()
    while todo:
        span = todo.pop()
        if span in found:
            continue
        found.add(span)
        for other, linked_ms in nodes[span.node].links.items():
            if other in nodes and span.holds(linked_ms):
                todo.append(_span_at(spans[other], linked_ms))
    root = min(found, key=lambda span: (_since(nodes[span.node], span), span.node))
    return Person(
        contact_id=f"{root.node}~{_since(nodes[root.node], root)}", spans=tuple(sorted(found))
    )


def person_of(nodes: Mapping[str, Node], contact_id: str) -> Person | None:
    """The person of a contact id given out earlier, whatever has been learnt since.

    An id names a node and a moment at which the person had it. So it stays theirs when contacts
    merge, and also when a late webhook tells of another owner before or after that moment.
    """
    node_id, _, moment = contact_id.partition("~")
    if node_id not in nodes or not moment.isdecimal():
        return None
    return person_at(nodes, node_id, int(moment))


def generation(nodes: Mapping[str, Node], node_id: str, at_ms: int) -> int:
    """The ms at which the node's owner of that time began; 0 for the first owner.

    `nodes` holds the node and those linked to it. An unknown node has one owner.
    """
    if node_id not in nodes:
        return 0
    after_ms = _span_at(_spans(nodes[node_id], nodes), at_ms).after_ms
    return 0 if after_ms == -inf else int(after_ms) + 1


def content_key_id(node_id: str, generation_ms: int) -> str:
    """The key of all content filed under a node while one person owned it."""
    return f"{node_id}~{generation_ms}"


def owners(nodes: Mapping[str, Node], node_id: str) -> list[Person]:
    """Everyone whose alias this node ever was, the first owner first."""
    ends = [min(span.until_ms, _FAR_MS) for span in _spans(nodes[node_id], nodes)]
    people = [person_at(nodes, node_id, end) for end in ends]
    return list({person.contact_id: person for person in people}.values())


def changes_of_hands(node: Node, nodes: Mapping[str, Node]) -> list[int]:
    """The last moments (ms) of its owners but the present one, in order."""
    return sorted(set(node.left) | _takeovers(node, nodes))


def _spans(node: Node, nodes: Mapping[str, Node]) -> list[Span]:
    edges = [-inf, *changes_of_hands(node, nodes), inf]
    return [Span(node.id, after, until) for after, until in pairwise(edges)]


def _takeovers(node: Node, nodes: Mapping[str, Node]) -> set[int]:
    """Times at which another BSUID appeared on a number without Meta saying who moved.

    One account has one BSUID, so the number has a new owner: never join the two by the number.
    Two BSUIDs that Meta itself linked (`user_changed_user_id`) are one person.
    """
    if not node.id.startswith(NODE_PREFIX["number"]):
        return set()
    cuts: set[int] = set()
    holder: list[str] = []
    known_cuts = sorted(node.left)
    previous_ms = -inf
    accounts = sorted((ms, other) for other, ms in node.links.items() if other.startswith("b"))
    for linked_ms, account in accounts:
        if any(previous_ms <= cut < linked_ms for cut in known_cuts):
            holder = []
        same = any(account in nodes[h].links for h in holder if h in nodes)
        if holder and not same:
            cuts.add(linked_ms - 1)
            holder = []
        holder.append(account)
        previous_ms = linked_ms
    return cuts


def _span_at(spans: list[Span], at_ms: float) -> Span:
    return next(span for span in spans if span.holds(at_ms) or at_ms == inf == span.until_ms)


def _since(node: Node, span: Span) -> int:
    """The first moment at which the span is known to hold."""
    if span.after_ms == -inf:
        return _FAR_MS if node.since_ms is None else node.since_ms
    linked = [ms for ms in node.links.values() if span.holds(ms)]
    return min(linked, default=int(span.after_ms) + 1)
