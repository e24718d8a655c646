"""What is left of an alias when one of its owners is erased: nothing, or what is the others'. Pure.

An alias that was only theirs goes. One that changed hands stays, without anything that tells of
the owner who goes: the moments at which it changed hands remain, because they say which content
key belongs to whom.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import inf

from functions.core.contacts.model import Node, Span, changes_of_hands
from functions.core.rights.subject import Subject

_DAY_MS = 86_400_000


def of_others(subject: Subject, node_id: str, *, erased_ms: int) -> Node | None:
    """The node as it is without this person; None: nobody else had it.

    One whose owner is the person still changes hands now: who is met there next is new.
    """
    if not subject.shares(node_id):
        return None
    node = subject.nodes[node_id]
    cuts = {*changes_of_hands(node, subject.nodes)}
    theirs = [span for span in subject.person.spans if span.node == node_id]
    if any(span.until_ms == inf for span in theirs):
        cuts.add(erased_ms)
    return replace(
        node,
        since_ms=_since(node, theirs),
        links={n: ms for n, ms in node.links.items() if not any(s.holds(ms) for s in theirs)},
        left=frozenset(cuts),
        profile=node.profile if _is_anothers(node, theirs) else None,
    )


def spans_until(spans: Iterable[Span], erased_ms: int) -> tuple[Span, ...]:
    """What comes later at an alias that others had as well is another's."""
    return tuple(replace(span, until_ms=min(span.until_ms, erased_ms)) for span in spans)


def erased_ranges(subject: Subject, node_id: str, *, erased_ms: int) -> list[list[int | None]]:
    """For the pointer to an alias that stays: when it was the person's."""
    return [
        [None if span.after_ms == -inf else int(span.after_ms), int(span.until_ms)]
        for span in spans_until(subject.person.spans, erased_ms)
        if span.node == node_id
    ]


def _since(node: Node, theirs: list[Span]) -> int | None:
    """Who began with it goes: it is known since the next one has it."""
    first = [span for span in theirs if span.after_ms == -inf]
    if not first or node.since_ms is None or first[0].until_ms == inf:
        return node.since_ms
    return max(node.since_ms, int(first[0].until_ms) + 1)


def _is_anothers(node: Node, theirs: list[Span]) -> bool:
    """A profile is of a day (its `at_ms` the beginning): one of a day they shared may be theirs."""
    profile = node.profile
    return profile is not None and not any(
        span.after_ms < profile.at_ms + _DAY_MS and profile.at_ms <= span.until_ms
        for span in theirs
    )
