"""Erasing somebody: begun once, repeated until nothing that had to go is left, then certified.

Every step may be repeated, die anywhere, and run beside itself. What is deleted is told of in the
transaction that deletes it; the outcome is computed from what is found when looking again.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from functions.core.contacts.service import Directory
from functions.core.conversations.model import thread_id
from functions.core.holds.guard import Guard
from functions.core.retention.disposing import Disposer
from functions.core.retention.due import SHARDS
from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import Rules
from functions.core.rights.erasure.errors import NotErasedError
from functions.core.rights.erasure.exports import Exports
from functions.core.rights.erasure.ledger import Entry
from functions.core.rights.erasure.looking import Found, Looking
from functions.core.rights.erasure.model import (
    Erased,
    Outcome,
    Part,
    cut_offs,
    outcome_of,
    retained,
)
from functions.core.rights.erasure.naming import Naming
from functions.core.rights.erasure.plans import Plan
from functions.core.rights.erasure.resealing import Resealing
from functions.core.rights.erasure.sharing import Sharing
from functions.core.rights.subject import Subject
from functions.core.runtime.records import ContentionError

_ROUNDS = 6
_KINDS = (DataKind.COMMUNICATIONS, DataKind.CONSENT)


class Ledger(Protocol):
    def put(self, entry: Entry) -> None: ...


class Plans(Protocol):
    def load(self, request_id: str) -> Plan | None: ...

    def create(self, entry: Entry) -> Plan: ...

    def note_unnamed(self, request_id: str, at_ms: int) -> None: ...


class Tombstones(Protocol):
    def put(self, erased: Mapping[str, int]) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Erasing:
    """`restrict`: nothing is sent to a contact from now on. `withdraw`: what waits on a thread.

    `settle_ms`: longer than any function runs that may have found the person before their names
    went, and than keys are kept in memory. `epochs_of`: of content keys that exist.
    """

    disposer: Disposer
    directory: Directory
    naming: Naming
    sharing: Sharing
    resealing: Resealing
    looking: Looking
    exports: Exports
    plans: Plans
    ledger: Ledger
    tombstones: Tombstones
    restrict: Callable[[str], object]
    withdraw: Callable[[str], int]
    epochs_of: Callable[[Sequence[str]], Mapping[str, int]]
    numbers: Sequence[str]
    rules: Rules
    settle_ms: int
    now_ms: Callable[[], int]

    def begin(self, request_id: str, subject: Subject) -> Plan | None:
        """None: a hold keeps everything; then nothing is deleted, and the person restricted."""
        stored = self.plans.load(request_id)
        if stored is not None:
            return stored
        self.restrict(subject.contact_id)
        if self.is_held(subject.aliases):
            return None
        entry = self._entry(request_id, subject, self.now_ms())
        return self.start(self.plans.create(entry).entry, subject)

    def _entry(self, request_id: str, subject: Subject, now_ms: int) -> Entry:
        return Entry(
            request=request_id,
            erased_ms=now_ms,
            contact_id=subject.contact_id,
            spans=subject.person.spans,
            keys=subject.keys,
            numbers=tuple(sorted({*self.numbers, *self.looking.numbers_of(subject.aliases)})),
            cut_offs=cut_offs(self.rules, now_ms),
        )

    def kept(self, request_id: str, subject: Subject) -> Erased:
        """What a hold keeps, all of it."""
        now_ms = self.now_ms()
        entry = self._entry(request_id, subject, now_ms)
        found = self.looking.at(entry, self.disposer.guards.read(entry.nodes))
        held = sum(each.count for each in found.all)
        return Erased(outcome=Outcome.RESTRICTED_UNDER_HOLD, erased_ms=now_ms, counts={}, held=held)

    def start(self, entry: Entry, subject: Subject) -> Plan:
        """Written down where nobody can remove it, before anything is deleted."""
        self.ledger.put(entry)
        self.tombstones.put(dict.fromkeys(self.naming.pseudonyms(subject), entry.erased_ms))
        for number in entry.numbers:
            for node in entry.nodes:
                self.withdraw(thread_id(number, node))
        return Plan(entry=entry)

    def is_held(self, nodes: Sequence[str]) -> bool:
        """By something that covers all of it; what covers a range lets the rest go."""
        guards = self.disposer.guards.read(nodes)
        return any(
            vars(covered) == {"phone_number_id": None, "from_ms": None, "until_ms": None}
            for guard in guards.values()
            for covered in guard.holds.values()
        )

    def parts(self, entry: Entry) -> list[Part]:
        threads = [
            Part(kind=DataKind.COMMUNICATIONS, name=thread_id(number, node))
            for number in entry.numbers
            for node in entry.nodes
        ]
        return [*threads, *(Part(kind=DataKind.CONSENT, name=node) for node in entry.nodes)]

    def erase(self, entry: Entry, part: Part) -> None:
        """Everything of it that may go and that no hold keeps."""
        node = part.name.rpartition("#")[2]
        before_ms = entry.cut_offs[part.kind].before_ms
        if self.subject(entry).shares(node):
            self.sharing.dispose(entry, part)
        elif part.kind is DataKind.CONSENT:
            self.disposer.consent(node, before_ms=before_ms)
            # of whom something stays, nothing is sent to; it goes with their names
            self.restrict(entry.contact_id)
        else:
            self.disposer.thread(part.name, before_ms=before_ms)

    def finish(self, plan: Plan) -> Erased | int:
        """What became of it; or how long (ms) to wait before it is asked again."""
        entry = plan.entry
        for part in self.parts(entry):
            self.erase(entry, part)
        self._others(entry)
        found, guards = self._look(entry, but=DataKind.CONTACT)
        if found.keeps_names:
            return self._done(plan, found, guards)
        if plan.unnamed_ms is None:
            if not self._unname(entry):
                return self._done(plan, *self._look(entry))
            self.plans.note_unnamed(entry.request, self.now_ms())
            return self.settle_ms
        if (left_ms := plan.unnamed_ms + self.settle_ms - self.now_ms()) > 0:
            return left_ms
        self._forget(entry)
        return self._done(plan, *self._look(entry))

    def again(self, entry: Entry) -> bool:
        """What an older copy of a table brought back; False: a hold keeps some of it by now.

        Nobody writes to the table yet, so nothing has to settle.
        """
        erased_ms = entry.erased_ms
        names = self.naming.pseudonyms(self.subject(entry))
        self.tombstones.put(dict.fromkeys(names, erased_ms))
        for number in entry.numbers:
            for node in entry.nodes:
                self.withdraw(thread_id(number, node))
        for part in self.parts(entry):
            self.erase(entry, part)
        self._others(entry)
        found, guards = self._look(entry, but=DataKind.CONTACT)
        if not found.keeps_names:
            if self._unname(entry):
                self._forget(entry)
            found, guards = self._look(entry)
        doomed = sorted(set(entry.keys) - found.keys)
        done = self.disposer.keys.destroy(doomed, guards=list(guards.values()), reason="erasure")
        if done.changed:
            raise ContentionError("keys of somebody who is erased kept changing")
        self.clear()
        return not done.held and not any(each.held for each in found.all)

    def subject(self, entry: Entry) -> Subject:
        """As it was when the erasure began; what is known of the aliases now."""
        nodes = self.directory.nodes(entry.nodes, consistent=True)
        return Subject(person=entry.person, nodes=nodes)

    def _others(self, entry: Entry) -> None:
        """What is about the person beside their conversations and consents."""
        self.sharing.updates(entry, self.looking.updates(entry))
        guards = list(self.disposer.guards.read(entry.nodes).values())
        self.disposer.keys.destroy(self.exports.keys(entry), guards=guards, reason="erasure")

    def _unname(self, entry: Entry) -> bool:
        """False: a hold was placed meanwhile."""
        for _ in range(_ROUNDS):
            guards = self.disposer.guards.read(entry.nodes)
            if any(guard.held_by() for guard in guards.values()):
                return False
            subject = self.subject(entry)
            if self.naming.take(subject, guards, erased_ms=entry.erased_ms) is not None:
                return True
        raise ContentionError("guards of somebody who is erased kept changing")

    def _forget(self, entry: Entry) -> None:
        """Others' content is sealed anew; then keys go, and what is left of aliases."""
        for node in entry.nodes:
            if not self.subject(entry).shares(node):
                self.disposer.consent(node, before_ms=None)
        self.resealing.seal_anew(entry, self.subject(entry))
        self.disposer.contact(self.subject(entry))

    def _look(
        self, entry: Entry, *, but: DataKind | None = None
    ) -> tuple[Found, Mapping[str, Guard]]:
        """`but`: a kind that is still to go. NotErasedError: of another one something is left."""
        guards = self.disposer.guards.read(entry.nodes)
        found = self.looking.at(entry, guards)
        owed = {kind: n for kind, n in found.owed.items() if kind != but}
        if owed:
            raise NotErasedError(owed)
        return found, guards

    def _done(self, plan: Plan, found: Found, guards: Mapping[str, Guard]) -> Erased:
        entry = plan.entry
        doomed = sorted(set(entry.keys) - found.keys)
        epochs = self.epochs_of(entry.keys)
        done = self.disposer.keys.destroy(doomed, guards=list(guards.values()), reason="erasure")
        if done.changed:
            raise ContentionError("keys of somebody who is erased kept changing")
        held = bool(done.held) or any(each.held for each in found.all)
        counts = self.counts()
        return Erased(
            outcome=outcome_of(found.all, held=held),
            erased_ms=entry.erased_ms,
            counts=counts,
            retained=retained(found.all, self.rules),
            held=sum(each.held for each in found.all),
            keys=len(done.destroyed),
            epochs=sorted({epochs[key] for key in done.destroyed if key in epochs}),
        )

    def counts(self) -> Counter[str]:
        """Of all that was deleted for this request, however often it was begun anew."""
        counts: Counter[str] = Counter()
        for shard in range(SHARDS):
            for batch in self.disposer.batches.of(shard):
                # what a run that died had no time for
                self.disposer.deleter.sweep(batch.objects)
                counts.update(batch.counts)
        return counts

    def clear(self) -> None:
        """What was deleted has been told of."""
        for shard in range(SHARDS):
            for batch in self.disposer.batches.of(shard):
                self.disposer.batches.told(batch)
