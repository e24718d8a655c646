"""Recording claims one after the other; several lanes do so side by side.

The audit log chains the entries of a writer, so one writer records one consent at a time: each
lane has its own. What belongs to one alias stays in one lane.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from functions.core.audit.model import Actor
from functions.core.consent.imports.ahead import RecordsAhead, StatesAhead
from functions.core.consent.imports.claims import Claim, evidence_of, facts_of
from functions.core.consent.imports.model import Outcome
from functions.core.consent.items import state_from
from functions.core.consent.model import Event, State
from functions.core.consent.recording import Attested, Recording
from functions.core.contacts.content_keys import ContentKeys
from functions.core.contacts.model import Alias, Sighting, content_key_id
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory, folds, node_from, node_key
from functions.core.content.keyring import KeyRing
from functions.core.runtime.records import fold_all


@dataclass(frozen=True)
class By:
    """Whose import it is."""

    client: Actor
    import_id: str


class Lane:
    """`directory` must be over `records`, `recording` over `states`; all seal with `ring`."""

    def __init__(
        self,
        *,
        records: RecordsAhead,
        states: StatesAhead,
        directory: Directory,
        ring: KeyRing,
        recording: Recording,
        pseudonyms: Pseudonyms,
    ) -> None:
        self._records = records
        self._states = states
        self._directory = directory
        self._ring = ring
        self._recording = recording
        self._pseudonyms = pseudonyms

    def record(self, claims: Sequence[Claim], by: By) -> dict[int, Outcome]:
        """What became of each row. Again after any failure: nothing is recorded twice."""
        self._records.forget()
        nodes = self._directory.register([claim.alias for claim in claims])
        self._meet(claims, nodes)
        attested = [self._attested(claim, nodes[claim.alias], by) for claim in claims]
        events = [self._recording.event(each) for each in attested]
        self._prepare_keys(events)
        states = {n: state_from(i) for n, i in self._states.fetch({*nodes.values()}).items()}
        return {
            claim.row: self._recorded(claim, told, event, states, by)
            for claim, told, event in zip(claims, attested, events, strict=True)
        }

    def _recorded(
        self, claim: Claim, told: Attested, event: Event, states: Mapping[str, State], by: By
    ) -> Outcome:
        is_known = _is_in(states.get(event.node, State()), event)
        if not is_known and self._recording.record(told).is_new:
            return Outcome.RECORDED
        return Outcome.RECORDED if self._is_ours(claim, event, by) else Outcome.REPEATED

    def _is_ours(self, claim: Claim, event: Event, by: By) -> bool:
        """Whether this very row was recorded before, by a run that died."""
        ours = evidence_of(claim, by.import_id)
        return any(
            stored.id == event.id and stored.evidence.items() >= ours.items()
            for stored, _ in self._states.events(event.node)
        )

    def _meet(self, claims: Sequence[Claim], nodes: Mapping[Alias, str]) -> None:
        """Who is new is known from when they consented."""
        keys = {node_key(node): node for node in nodes.values()}
        known = {
            node_from(item).id for item in self._records.load(keys).values() if "since_ms" in item
        }
        since: dict[str, int] = {}
        for claim in claims:
            node = nodes[claim.alias]
            since[node] = min(since.get(node, claim.at_ms), claim.at_ms)
        seen = [
            Sighting(nodes=frozenset({node}), at_ms=at_ms)
            for node, at_ms in since.items()
            if node not in known
        ]
        # in one request what each write would otherwise look for on its own
        self._ring.prepare([content_key_id(n, 0) for n in since if n not in known], create=True)
        fold_all(self._records, folds(seen, nodes))

    def _prepare_keys(self, events: Collection[Event]) -> None:
        keys = ContentKeys(self._directory, ())
        wanted = {keys.key_of(event.node, event.at_ms) for event in events}
        self._ring.prepare(wanted, create=False)

    def _attested(self, claim: Claim, node: str, by: By) -> Attested:
        return Attested(
            node=node,
            purpose=claim.purpose,
            method=claim.method,
            at_ms=claim.at_ms,
            by=by.client,
            key=self._pseudonyms.of("import row", node, *facts_of(claim)),
            request=by.import_id,
            notice=claim.notice,
            evidence=evidence_of(claim, by.import_id),
        )


def dealt(claims: Sequence[Claim], lanes: int) -> list[list[Claim]]:
    """Those of one alias stay together, in order."""
    hands: list[list[Claim]] = [[] for _ in range(lanes)]
    of: dict[Alias, int] = {}
    for claim in claims:
        hands[of.setdefault(claim.alias, len(of) % lanes)].append(claim)
    return hands


def _is_in(state: State, event: Event) -> bool:
    """Known without asking when it is still the latest of its strength."""
    cell = state.cells.get(event.purpose)
    mark = cell.given.get(event.strength) if cell and event.strength else None
    return mark is not None and mark.id == event.id
