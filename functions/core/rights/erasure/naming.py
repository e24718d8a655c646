"""Taking somebody's names away: from then on nothing that arrives is taken for them.

Pointers from a number or id to an alias go first, while the alias still says what it is. What is
on its way by then may still find the alias for as long as a function runs.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from functions.core.contacts.model import Alias, AliasKind, Node, content_key_id, generation
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory, item_from, node_key
from functions.core.content.records import Sealing
from functions.core.holds.guard import Guard
from functions.core.retention.deleting import Deleter, packed
from functions.core.rights.erasure.people import erased_ranges, of_others
from functions.core.rights.subject import Subject
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import ContentionError, Item, Key

_ROUNDS = 6


class Naming:
    """`records`: the conversations table as it is stored; `sealing` is that table's."""

    def __init__(
        self,
        *,
        records: DynamoRecords,
        sealing: Sealing,
        directory: Directory,
        pseudonyms: Pseudonyms,
        deleter: Deleter,
    ) -> None:
        self._records = records
        self._sealing = sealing
        self._directory = directory
        self._pseudonyms = pseudonyms
        self._deleter = deleter

    def pseudonyms(self, subject: Subject) -> list[str]:
        """Of the aliases that are only theirs, as far as it is still known what these are."""
        mine = (node for n, node in subject.nodes.items() if self._is_theirs(subject, n))
        return sorted({self._pseudonyms.alias(a) for node in mine for a in _aliases(node)})

    def take(
        self, subject: Subject, guards: Mapping[str, Guard], *, erased_ms: int
    ) -> Counter[str] | None:
        """What went, by store. None: a guard changed meanwhile, read them again."""
        for node_id in subject.aliases:
            if subject.shares(node_id) and node_id in subject.nodes:
                self._leave_to_others(subject, node_id, erased_ms)
        pointers = [Key(f"ALIAS#{name}", "ALIAS") for name in self.pseudonyms(subject)]
        known = sorted(self._records.load(pointers, consistent=True))
        guarded = [guards[node] for node in subject.aliases]
        counts: Counter[str] = Counter()
        for part in packed(known, self._deleter.room(guarded)):
            done = self._deleter.delete("conversations", part, guards=guarded)
            if done is None:
                return None
            counts.update(done)
        return counts

    def _is_theirs(self, subject: Subject, node_id: str) -> bool:
        return node_id in subject.aliases and not subject.shares(node_id)

    def _leave_to_others(self, subject: Subject, node_id: str, erased_ms: int) -> None:
        left = of_others(subject, node_id, erased_ms=erased_ms)
        assert left is not None  # noqa: S101 - it is shared
        for alias in _aliases(subject.nodes[node_id]):
            self._mark(alias, erased_ranges(subject, node_id, erased_ms=erased_ms))
        key_id = _key_of_others(subject, node_id)
        for _ in range(_ROUNDS):
            key = node_key(node_id)
            item = self._records.load([key], consistent=True).get(key)
            if item is None or self._written(key, item, left, key_id):
                return
            fresh = self._directory.nodes([node_id], consistent=True)
            now = Subject(person=subject.person, nodes={**subject.nodes, **fresh})
            left = of_others(now, node_id, erased_ms=erased_ms) or left
        raise ContentionError("an alias that others have as well kept changing")

    def _written(self, key: Key, item: Item, left: Node, key_id: str) -> bool:
        told = {**item_from(left), "key": key_id}
        expression = Expression()
        expression.expect("digest", item["digest"])
        for name, value in self._sealing.sealed(key, told).items():
            expression.set(name, value)
        if left.profile is None:
            expression.remove("sealed_profile")
        return self._records.update(expression, key)

    def _mark(self, alias: Alias, ranges: Sequence[Sequence[int | None]]) -> None:
        """What comes late from a time in which the alias was theirs is not kept."""
        key = self._directory.pointer(alias)
        item = self._records.load([key], consistent=True).get(key)
        if item is None:
            return
        known = [list(each) for each in item.get("erased", ())]
        expression = Expression()
        expression.expect("digest", item["digest"])
        expression.set("erased", known + [list(r) for r in ranges if list(r) not in known])
        self._records.update(expression, key)


def _aliases(node: Node) -> list[Alias]:
    """None once its key is destroyed: nobody knows any more what it was."""
    return [Alias(AliasKind(kind), node.value) for kind in sorted(node.kinds) if node.value]


def _key_of_others(subject: Subject, node_id: str) -> str:
    """Of the owner nearest to today who is not this person: the alias is written under it."""
    theirs = [span for span in subject.person.spans if span.node == node_id]
    last = max(theirs)
    at_ms = int(last.until_ms) + 1 if last.until_ms < _FAR else int(min(theirs).after_ms)
    return content_key_id(node_id, generation(subject.nodes, node_id, at_ms))


_FAR = float("inf")
