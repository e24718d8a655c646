"""What a hold covers at each alias: never less than what is theirs in its range."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from functions.core.contacts.model import Person, Span
from functions.core.holds.coverage import concern_of, covered_at
from functions.core.holds.model import Scope, ScopeKind

MARGIN = 31
TIMES = st.integers(0, 400)
NODES = st.sampled_from(["na", "nb", "bc"])
RECORD = {"kind": "message", "phone_number_id": "1"}


@st.composite
def spans(draw):
    after = draw(st.none() | TIMES)
    until = draw(st.none() | TIMES)
    begins = -inf if after is None else after
    ends = inf if until is None else max(until, 0 if after is None else after + 1)
    return Span(draw(NODES), begins, ends)


def people():
    one = st.lists(spans(), min_size=1, max_size=3)
    return st.lists(one.map(lambda told: Person("x", tuple(told))), min_size=1, max_size=3)


@st.composite
def scopes(draw):
    begins, ends = draw(st.none() | TIMES), draw(st.none() | TIMES)
    if begins is not None and ends is not None and begins >= ends:
        begins, ends = ends, begins + 1
    number = draw(st.none() | st.just("1"))
    return Scope(
        kind=ScopeKind.CONTACT,
        contacts=("x",),
        phone_number_id=number,
        from_ms=begins,
        until_ms=ends,
    )


def in_range(scope, at_ms):
    begun = scope.from_ms is None or at_ms >= scope.from_ms
    return begun and (scope.until_ms is None or at_ms < scope.until_ms)


@given(scopes(), people(), NODES, TIMES)
def test_what_is_theirs_in_the_range_is_covered(scope, named, node, at_ms):
    covered = covered_at(scope, named, margin_ms=MARGIN)
    theirs = any(span.node == node and span.holds(at_ms) for p in named for span in p.spans)

    if theirs and in_range(scope, at_ms):
        assert covered[node].covers(phone_number_id="1", at_ms=at_ms)
        record = {**RECORD, "subject": node, "at_ms": at_ms}
        assert concern_of(scope, named, margin_ms=MARGIN).of(record)


@given(scopes(), people(), NODES, TIMES)
def test_what_was_before_the_range_or_of_nobody_named_is_free(scope, named, node, at_ms):
    covered = covered_at(scope, named, margin_ms=MARGIN)
    begins = [span.after_ms for p in named for span in p.spans if span.node == node]

    if not begins or at_ms <= min(begins) or (scope.from_ms or 0) > at_ms:
        assert node not in covered or not covered[node].covers(phone_number_id="1", at_ms=at_ms)


@given(scopes(), people(), people())
def test_who_is_named_beside_others_is_covered_no_less(scope, some, more):
    alone = covered_at(scope, some, margin_ms=MARGIN)
    together = covered_at(scope, [*some, *more], margin_ms=MARGIN)

    for node, covered in alone.items():
        for at_ms in range(0, 440, 7):
            if covered.covers(phone_number_id="1", at_ms=at_ms):
                assert together[node].covers(phone_number_id="1", at_ms=at_ms)


def test_a_reach_changes_with_what_is_covered():
    scope = Scope(kind=ScopeKind.CONTACT, contacts=("x",))
    one, other = (Person("x", (Span(node),)) for node in ("na", "nb"))
    reaches = [concern_of(scope, told, margin_ms=MARGIN).reach for told in ([one], [one, other])]
    assert len(set(reaches)) == 2


def test_an_account_update_is_about_whom_its_key_seals():
    scope = Scope(kind=ScopeKind.CONTACT, contacts=("x",))
    concern = concern_of(scope, [Person("x", (Span("na"),))], margin_ms=MARGIN)
    record = {"kind": "account", "at_ms": 5, "content": {"key": "na~0"}}
    assert concern.of(record)
    assert not concern.of({**record, "content": {"key": "account~1"}})
