"""Folding: every update of a webhook body becomes facts in the conversations table.

Nothing depends on the order or grouping of updates, and repeating a body writes nothing, so a
failed batch is simply processed again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from functions.core.contacts import service as contacts
from functions.core.contacts.content_keys import ContentKeys
from functions.core.contacts.model import Alias, Profile, Sighting, strongest
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.contacts.tombstones import NoTombstones, Tombstones
from functions.core.conversations.filing import Blobs, Filed, Filing, Received, canonical
from functions.core.conversations.forgotten import Forgotten, named
from functions.core.conversations.minimising import EVERYTHING, Minimising
from functions.core.runtime.records import Item, Key, RecordStore, fold_all
from functions.core.whatsapp.model import Update, UpdateKind
from functions.core.whatsapp.updates import updates as updates_of

Nodes = Mapping[Alias, str]

_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Moved:
    """Somebody is reached by `node` from now on. `fact_id`: the same whenever it is told again."""

    node: str
    at_ms: int
    fact_id: str
    webhook: bytes


@dataclass(frozen=True)
class Folded:
    """`counts`: updates of each kind, and of people who were erased, which are not kept.

    `filed`: those that are part of a conversation. `apart`: those that are not. `moved`: those
    that tell of changed numbers or ids. `people`: the nodes of everybody concerned, as they are
    now.
    """

    counts: Counter[str]
    filed: Sequence[Filed]
    apart: Sequence[Update] = ()
    moved: Sequence[Moved] = ()
    people: Mapping[Key, Item] = field(default_factory=dict)


class ConversationsService:
    def __init__(
        self,
        *,
        records: RecordStore,
        directory: Directory,
        pseudonyms: Pseudonyms,
        blobs: Blobs,
        entry_point_hours: int,
        minimising: Minimising = EVERYTHING,
        keeps_names: bool = True,
        tombstones: Tombstones | None = None,
    ) -> None:
        """`keeps_names`: what people call themselves in WhatsApp.

        `tombstones` None: nobody was ever erased.
        """
        self._records = records
        self._directory = directory
        self._pseudonyms = pseudonyms
        self._keeps_names = keeps_names
        self._forgotten = Forgotten(tombstones=tombstones or NoTombstones(), pseudonyms=pseudonyms)
        self._filing = Filing(
            pseudonyms=pseudonyms,
            blobs=blobs,
            entry_point_hours=entry_point_hours,
            minimising=minimising,
            keeps_names=keeps_names,
        )

    def fold(self, body: bytes) -> Folded:
        """Store everything in one webhook body."""
        told = updates_of(body)
        known = self._directory.pointers(a for update in told for a in named(update))
        found = self._forgotten.sort(told, known)
        updates = found.living
        aliases = [a for update in updates for a in named(update)]
        nodes = self._directory.register(aliases, known=known)
        sightings = [s for update in updates for s in self._sightings(update, nodes)]
        # people first: who owns an alias decides under which key its messages are sealed
        people = fold_all(self._records, contacts.folds(sightings, nodes))
        as_stored = [contacts.node_from(item) for item in people.values()]
        received = Received(
            nodes=nodes,
            key_of=ContentKeys(self._directory, as_stored).key_of,
            digest=sha256(body).digest(),
        )
        folds = self._filing.folds(updates, received)
        fold_all(self._records, folds.by_key)
        apart = [update for update in updates if update.kind is UpdateKind.ACCOUNT]
        moved = [self._moved(u, nodes, received.digest) for u in updates if u.identity_change]
        return Folded(_counts(updates, found.dropped), folds.filed, apart, moved, people)

    def _moved(self, update: Update, nodes: Nodes, webhook: bytes) -> Moved:
        current = update.identity_change.current if update.identity_change else ()
        fact_id = self._pseudonyms.of("fact", update.kind, canonical(update.raw))
        return Moved(strongest(nodes[a] for a in current), update.at_ms, fact_id, webhook)

    def _sightings(self, update: Update, nodes: Nodes) -> list[Sighting]:
        """The person on the other side, and in a group also the one who wrote."""
        profile = self._profile(update)
        change = update.identity_change
        if change is not None:
            left = {nodes[a] for a in change.previous} - {nodes[a] for a in change.current}
            everyone = frozenset(nodes[a] for a in (*change.previous, *change.current))
            return [Sighting(everyone, update.at_ms, frozenset(left), profile)]
        person = update.author or update.aliases
        seen = [Sighting(frozenset(nodes[a] for a in person), update.at_ms, frozenset(), profile)]
        if update.author and update.aliases:
            seen.append(Sighting(frozenset(nodes[a] for a in update.aliases), update.at_ms))
        return [sighting for sighting in seen if sighting.nodes]

    def _profile(self, update: Update) -> Profile | None:
        """Of the day, not the moment: else every message would rewrite who the person is."""
        if update.profile is None or not self._keeps_names:
            return None
        name, username = update.profile.name, update.profile.username
        tag = self._pseudonyms.of("profile", name, username)
        return Profile(update.at_ms - update.at_ms % _DAY_MS, name, username, tag)


def _counts(updates: Sequence[Update], dropped: int) -> Counter[str]:
    counts = Counter(update.kind.value for update in updates)
    counts.update({"erased_persons": dropped} if dropped else {})
    counts.update(f"unknown_{u.unknown.value}" for u in updates if u.unknown is not None)
    return counts
