"""The directory of contacts: aliases in, nodes and persons out."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from functions.core.contacts.model import (
    NODE_PREFIX,
    Alias,
    Correction,
    Node,
    Person,
    Profile,
    Sighting,
    Span,
    content_key_id,
    fold_node,
    generation,
    person_at,
    person_of,
    strongest,
)
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.records import Fold, Item, Key, RecordStore, Write, digest_of

NewId = Callable[[Alias], str]

# A person with more linked aliases than this is no person; the walk stops there.
_MOST_NODES = 200


@dataclass(frozen=True)
class Pointer:
    """Which node an alias belongs to. `created_ms`: since when; 0 for those of old.

    `erased`: while it was somebody's who was erased, and whose it is not any more.
    """

    node: str
    created_ms: int = 0
    erased: tuple[Span, ...] = ()


class Links:
    """Who is linked to whom, for functions that look nobody up."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def nodes(self, start: Collection[str], *, consistent: bool = False) -> dict[str, Node]:
        """These nodes and everything linked to them, directly or not."""
        found: dict[str, Node] = {}
        todo = set(start)
        while todo and len(found) < _MOST_NODES:
            items = self._records.load([node_key(node) for node in todo], consistent=consistent)
            loaded = [node_from(item) for item in items.values()]
            found.update({node.id: node for node in loaded})
            todo = {other for node in loaded for other in node.links} - found.keys() - todo
        return found


class Directory:
    """Aliases point to nodes; nodes link to each other; persons are computed from the links."""

    def __init__(
        self,
        *,
        records: RecordStore,
        pseudonyms: Pseudonyms,
        new_id: NewId,
        now_ms: Callable[[], int],
    ) -> None:
        self._records = records
        self._pseudonyms = pseudonyms
        self._new_id = new_id
        self._now_ms = now_ms

    def pointers(self, aliases: Iterable[Alias]) -> dict[Alias, Pointer]:
        """Of the aliases that are known."""
        keys = {alias: self.pointer(alias) for alias in set(aliases)}
        found = self._records.load(keys.values())
        return {alias: pointer_from(found[key]) for alias, key in keys.items() if key in found}

    def find(self, aliases: Iterable[Alias]) -> dict[Alias, str]:
        """Node ids of the aliases that are known."""
        return {alias: pointer.node for alias, pointer in self.pointers(aliases).items()}

    def register(
        self, aliases: Iterable[Alias], *, known: Mapping[Alias, Pointer] | None = None
    ) -> dict[Alias, str]:
        """Node ids of all these aliases; an unknown one gets a new random id, once.

        `known`: what `pointers` has just said of them, so that it is not asked again.
        """
        wanted = sorted(set(aliases), key=lambda a: (a.kind, a.value))
        read = self.pointers(wanted) if known is None else known
        return self._all_of(wanted, {alias: read[alias].node for alias in wanted if alias in read})

    def _all_of(self, wanted: Sequence[Alias], known: dict[Alias, str]) -> dict[Alias, str]:
        created: dict[Key, str] = {}
        for alias in wanted:
            if alias not in known:  # a phone and a wa_id of the same digits share their pointer
                pointer = self.pointer(alias)
                created[pointer] = created.get(pointer) or self._create(alias)
                known[alias] = created[pointer]
        return known

    def _create(self, alias: Alias) -> str:
        key = self.pointer(alias)
        node = NODE_PREFIX[alias.namespace] + self._new_id(alias)
        told = {"node": node, "created_ms": self._now_ms(), "digest": digest_of(key.pk)}
        write = Write(key, told, expected=None)
        if self._records.write(write):
            return node
        return str(self._records.load([key], consistent=True)[key]["node"])

    def nodes(self, start: Collection[str], *, consistent: bool = False) -> dict[str, Node]:
        return Links(self._records).nodes(start, consistent=consistent)

    def person(self, contact_id: str) -> tuple[Person, dict[str, Node]] | None:
        nodes = self.nodes([contact_id.partition("~")[0]])
        person = person_of(nodes, contact_id)
        return None if person is None else (person, nodes)

    def person_behind(
        self, node: str, at_ms: float, *, consistent: bool = False
    ) -> tuple[Person, dict[str, Node]]:
        nodes = self.nodes([node], consistent=consistent)
        nodes.setdefault(node, Node(node))
        return person_at(nodes, node, at_ms), nodes

    def pointer(self, alias: Alias) -> Key:
        """The record that says which node an alias belongs to."""
        return Key(f"ALIAS#{self._pseudonyms.alias(alias)}", "ALIAS")


def pointer_from(item: Item) -> Pointer:
    return Pointer(
        node=item["node"],
        created_ms=item.get("created_ms", 0),
        erased=tuple(
            Span(item["node"], -inf if after is None else after, until)
            for after, until in item.get("erased", ())
        ),
    )


def node_key(node: str) -> Key:
    return Key(f"NODE#{node}", "NODE")


def folds(sightings: Iterable[Sighting], aliases: Mapping[Alias, str]) -> dict[Key, Fold]:
    """What to fold into which node, for `fold_all`."""
    by_node: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        for node in sighting.nodes:
            by_node.setdefault(node, []).append(sighting)
    alias_of: dict[str, list[Alias]] = {}
    for alias, node in sorted(aliases.items(), key=lambda pair: (pair[0].kind, pair[0].value)):
        alias_of.setdefault(node, []).append(alias)
    return {
        node_key(node): _fold(node, alias_of.get(node, []), claims)
        for node, claims in by_node.items()
    }


def _fold(node_id: str, aliases: list[Alias], sightings: list[Sighting]) -> Fold:
    named: list[Alias | None] = [*aliases] or [None]

    def fold(item: Item | None) -> dict[str, object]:
        node = node_from(item) if item else Node(node_id)
        for sighting in sightings:
            for alias in named:
                node = fold_node(node, alias, sighting)
        return {
            **item_from(node),
            **_due(node, item or {}),
            "key": _content_key(node, sightings, (item or {}).get("key")),
        }

    return fold


def _due(node: Node, item: Item) -> dict[str, str]:
    """Counted from the first sighting, until retention has looked and knows of a later sign."""
    told = due_attributes(DataKind.CONTACT, node.id, node.since_ms or 0, by=node.id)
    first = due_attributes(DataKind.CONTACT, node.id, item.get("since_ms") or 0, by=node.id)
    looked_at = item.get("retain_at", first["retain_at"])
    return told if looked_at == first["retain_at"] else {**told, "retain_at": looked_at}


def _content_key(node: Node, sightings: list[Sighting], known: str | None) -> str:
    """That of the thread on which the person is met under all these aliases: one per person.

    A later owner of the alias is another person, with a key of the alias's own.
    """
    latest = max(sightings, key=lambda sighting: sighting.at_ms)
    began_ms = generation({node.id: node}, node.id, latest.at_ms)
    if began_ms:
        mine = [content_key_id(node.id, began_ms), *([known] if known else [])]
        return max(mine, key=lambda key: _began_ms(key, node.id))
    return known or content_key_id(strongest(latest.nodes), 0)


def _began_ms(key: str, node_id: str) -> int:
    owner, _, began_ms = key.partition("~")
    return int(began_ms) if owner == node_id else 0


def node_from(item: Item) -> Node:
    """A node whose content key was destroyed has no value and no profile any more.

    `parted`: nodes that were found not to be the same person's, whatever links them.
    """
    profile, corrected = item.get("profile"), item.get("corrected")
    parted = item.get("parted", {})
    return Node(
        id=item["pk"].removeprefix("NODE#"),
        kinds=frozenset(item["kinds"]),
        value=item.get("value") or "",
        since_ms=item["since_ms"],
        links={other: ms for other, ms in item["links"].items() if other not in parted},
        left=frozenset(item["left"]),
        profile=Profile(**profile, tag=item["profile_tag"]) if profile else None,
        corrected=Correction(**corrected) if corrected else None,
    )


def item_from(node: Node) -> dict[str, object]:
    """The digest stands in clear, so it covers nothing that could be guessed from it."""
    profile = node.profile
    state: dict[str, object] = {
        "kinds": sorted(node.kinds),
        "since_ms": node.since_ms,
        "links": dict(node.links),
        "left": sorted(node.left),
        "profile_tag": profile.tag if profile else None,
    }
    seen_ms = profile.at_ms if profile else None
    # with every write, because the key that content is sealed under may be another by then
    corrected = {"corrected": vars(node.corrected)} if node.corrected else {}
    return {
        **state,
        "value": node.value,
        "profile": {"at_ms": profile.at_ms, "name": profile.name, "username": profile.username}
        if profile
        else None,
        **corrected,
        "digest": digest_of({**state, "known": bool(node.value), "profile_ms": seen_ms}),
    }
