"""Disposing of who somebody is: aliases, links, profile, keys. Only when nothing else is left."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from functions.core.contacts.model import Alias, AliasKind, Node, owners
from functions.core.contacts.service import Directory, node_key
from functions.core.conversations.model import thread_id
from functions.core.holds.guard import Guard
from functions.core.retention.consents import Consents
from functions.core.retention.deleting import Deleter, packed
from functions.core.retention.disposed import Disposed, summed
from functions.core.retention.keys import KeyDestroyer
from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import DAY_MS, Rules
from functions.core.retention.signs import Signs
from functions.core.rights.subject import Subject
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import ContentionError, Key

_ROUNDS = 6


@dataclass(frozen=True, kw_only=True)
class Horizon:
    """When what hangs on a person is over. `archive_days`: how long the archive is kept.

    Their keys open the archive, so they are kept as long as that.
    """

    rules: Rules
    archive_days: int

    def after_message(self, at_ms: int) -> int:
        return at_ms + self.rules[DataKind.COMMUNICATIONS].keep_days * DAY_MS

    @property
    def contact_days(self) -> int:
        return max(self.rules[DataKind.CONTACT].keep_days, self.archive_days)

    def after_consent(self, at_ms: int) -> int:
        return at_ms + self.rules[DataKind.CONSENT].keep_days * DAY_MS


@dataclass(frozen=True)
class _Left:
    """`over_ms`: when the last of it will be over, None: nothing is left. `heard_ms`: a sign.

    `consents`: aliases with consents, which only a rehearsal finds where nothing is left.
    """

    over_ms: int | None
    heard_ms: int
    consents: frozenset[str]


class Contacts:
    """`records`: the conversations table, as it is stored. `numbers`: of the business.

    `told`: of consents; what a person was told once is none and has no period of its own.
    """

    def __init__(
        self,
        *,
        deleter: Deleter,
        keys: KeyDestroyer,
        records: DynamoRecords,
        directory: Directory,
        signs: Signs,
        told: Consents,
        now_ms: Callable[[], int],
        numbers: Callable[[], Collection[str]],
    ) -> None:
        self._deleter = deleter
        self._keys = keys
        self._records = records
        self._directory = directory
        self._signs = signs
        self._told = told
        self._now_ms = now_ms
        self._numbers = numbers

    def due(self, node: str, *, before_ms: int, horizon: Horizon) -> Disposed:
        """Everybody who is linked to an alias goes together, or is looked at again later."""
        nodes = self._directory.nodes([node], consistent=True)
        if node not in nodes:
            return Disposed()
        left = self._left(nodes, horizon)
        if left.over_ms is not None:
            self._signs.note(node, left.over_ms - horizon.contact_days * DAY_MS)
            return Disposed()
        items = self._records.load([node_key(each) for each in nodes], consistent=True)
        heard = [int(item["retain_at"][:13]) for item in items.values()]
        if max([*heard, left.heard_ms]) >= before_ms:
            return Disposed()  # found once more when the latest of them is due
        people = [person for each in nodes for person in owners(nodes, each)]
        subjects = [Subject(person=person, nodes=nodes) for person in people]
        keys = {key for subject in subjects for key in subject.keys}
        others = nodes.keys() - left.consents
        told = [self._told.dispose(each, before_ms=None) for each in sorted(others)]
        gone = self._gone(
            nodes,
            keys,
            reason="retention",
            over=lambda: self._left(nodes, horizon).over_ms is None,
        )
        return summed([*told, gone])

    def dispose(self, subject: Subject, *, reason: str) -> Disposed:
        """The aliases that were theirs alone, and all of their keys.

        What others had before or have since stays, for them.
        """
        alone = {n: node for n, node in subject.nodes.items() if self._is_theirs(subject, n)}
        return self._gone(alone, subject.keys, reason=reason, over=lambda: True)

    def _left(self, nodes: Collection[str], horizon: Horizon) -> _Left:
        """A rehearsal takes for gone what would have gone before."""
        threads = [
            Key(f"THREAD#{thread_id(number, node)}", "THREAD")
            for number in self._numbers()
            for node in nodes
        ]
        found = self._records.load(threads, consistent=True).values()
        consents = self._told.since(nodes)
        ends = [(horizon.after_message(item["last_ms"]), item["last_ms"]) for item in found]
        ends += [(horizon.after_consent(at_ms), at_ms) for at_ms in consents.values()]
        open_ends = [end for end, _ in ends if not self._deleter.rehearse or end > self._now_ms()]
        return _Left(
            over_ms=max(open_ends, default=None),
            heard_ms=max((ms for _, ms in ends), default=0),
            consents=frozenset(consents),
        )

    def _is_theirs(self, subject: Subject, node: str) -> bool:
        return node in subject.aliases and not subject.shares(node)

    def _gone(
        self,
        nodes: Mapping[str, Node],
        keys: Collection[str],
        *,
        reason: str,
        over: Callable[[], bool],
    ) -> Disposed:
        """Pointers, keys, nodes, in this order: each step is found again by what comes later.

        Once the pointers are gone nobody files anything new here; `over` looks whether somebody
        just did.
        """
        counts: Counter[str] = Counter()
        everyone = sorted({*nodes, *(key.partition("~")[0] for key in keys)})
        for _ in range(_ROUNDS):
            guards = self._deleter.guards.read(everyone)
            held = Counter(hold for guard in guards.values() for hold in guard.held_by())
            if held:
                return Disposed(counts, held)
            pointers = self._records.load(self._pointers(nodes), consistent=True)
            if not self._deleted(list(pointers), guards, counts):
                continue
            if not over():
                return Disposed(counts)
            done = self._keys.destroy(keys, guards=list(guards.values()), reason=reason)
            counts.update({"keys.key": len(done.destroyed)} if done.destroyed else {})
            if done.held:
                return Disposed(counts, Counter(dict.fromkeys(done.held, 1)))
            known = self._records.load([node_key(node) for node in nodes], consistent=True)
            if not done.changed and self._deleted(list(known), guards, counts):
                return Disposed(counts)
        raise ContentionError("somebody who is to be deleted kept changing")

    def _deleted(self, keys: list[Key], guards: Mapping[str, Guard], counts: Counter[str]) -> bool:
        guarded = list(guards.values())
        for part in packed(keys, self._deleter.room(guarded)):
            done = self._deleter.delete("conversations", part, guards=guarded)
            if done is None:
                return False
            counts.update(done)
        return True

    def _pointers(self, nodes: Mapping[str, Node]) -> list[Key]:
        """Of aliases whose value can still be read; without it they were deleted before."""
        aliases = {
            Alias(AliasKind(kind), node.value)
            for node in nodes.values()
            for kind in node.kinds
            if node.value
        }
        return sorted(map(self._directory.pointer, aliases))
