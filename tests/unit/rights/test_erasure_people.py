"""What is left of an alias when one of its owners is erased."""

from math import inf

from hypothesis import assume, given
from hypothesis import strategies as st

from functions.core.contacts.model import (
    Node,
    Profile,
    Sighting,
    fold_node,
    generation,
    owners,
    person_at,
)
from functions.core.rights.erasure.people import erased_ranges, of_others, spans_until
from functions.core.rights.subject import Subject

DAY = 86_400_000
NOW = 100 * DAY
NUMBERS, ACCOUNTS = ["n1", "n2"], ["b1", "b2", "b3"]


def graph(*sightings):
    nodes = {}
    for sighting in sightings:
        for node_id in sighting.nodes:
            before = nodes.get(node_id, Node(node_id))
            nodes[node_id] = fold_node(before, None, sighting)
    return nodes


def seen(*nodes, day, left=(), profile=None):
    told = Profile(profile[0] * DAY, profile[1]) if profile else None
    return Sighting(frozenset(nodes), day * DAY + 1, frozenset(left), told)


def subject_at(nodes, node, at_ms):
    return Subject(person=person_at(nodes, node, at_ms), nodes=nodes)


def test_an_alias_that_was_only_theirs_goes():
    nodes = graph(seen("b1", "n1", day=1))
    subject = subject_at(nodes, "b1", inf)
    assert [of_others(subject, n, erased_ms=NOW) for n in subject.aliases] == [None, None]


def recycled():
    """Ada has the number until day 5; Ben is seen with it on day 9."""
    return graph(
        seen("b1", "n1", day=1, profile=(1, "Ada")),
        seen("b2", "n1", day=9),
        seen("b2", "n1", day=10, profile=(10, "Ben")),
    )


def test_a_number_that_changed_hands_stays_without_its_first_owner():
    nodes = recycled()
    left = of_others(subject_at(nodes, "b1", inf), "n1", erased_ms=NOW)
    assert left.links == {"b2": 9 * DAY + 1}
    assert left.since_ms > DAY + 1
    assert left.profile.name == "Ben"


def test_the_next_owner_keeps_their_key():
    nodes = recycled()
    before = generation(nodes, "n1", 10 * DAY)
    left = of_others(subject_at(nodes, "b1", inf), "n1", erased_ms=NOW)
    after = {**nodes, "n1": left}
    del after["b1"]
    assert generation(after, "n1", 10 * DAY) == before


def test_when_the_present_owner_goes_who_comes_next_is_new():
    nodes = recycled()
    subject = subject_at(nodes, "b2", inf)
    left = of_others(subject, "n1", erased_ms=NOW)
    after = {"n1": left, "b1": nodes["b1"]}
    assert left.links == {"b1": DAY + 1}
    assert left.profile is None
    assert generation(after, "n1", NOW + 1) == NOW + 1
    assert generation(after, "n1", 2 * DAY) == 0


def test_a_name_of_the_day_on_which_the_number_changed_hands_goes_with_both():
    told = [seen("b1", "n1", day=9), seen("b2", "n1", day=9, profile=(9, "either"))]
    told[1] = Sighting(told[1].nodes, 9 * DAY + 50, frozenset(), told[1].profile)
    nodes = graph(*told)
    assert of_others(subject_at(nodes, "b1", inf), "n1", erased_ms=NOW).profile is None
    assert of_others(subject_at(nodes, "b2", inf), "n1", erased_ms=NOW).profile is None


def test_the_times_that_were_theirs_end_with_the_erasure():
    nodes = recycled()
    subject = subject_at(nodes, "b2", inf)
    assert all(span.until_ms <= NOW for span in spans_until(subject.person.spans, NOW))
    assert erased_ranges(subject, "n1", erased_ms=NOW) == [[9 * DAY, NOW]]


sightings = st.builds(
    lambda number, account, day, left, named: seen(
        *{number, account},
        day=day,
        left=(number,) if left else (),
        profile=(day, "name") if named else None,
    ),
    st.sampled_from(NUMBERS),
    st.sampled_from([*NUMBERS, *ACCOUNTS]),
    st.integers(1, 20),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(sightings, min_size=2, max_size=10), st.data())
def test_nobody_else_loses_a_key_or_an_alias_and_nothing_of_the_person_is_left(told, data):
    nodes = graph(*told)
    everyone = [person for n in nodes for person in owners(nodes, n)]
    subject = Subject(person=data.draw(st.sampled_from(everyone)), nodes=nodes)
    others = [p for p in everyone if not set(p.spans) & set(subject.person.spans)]
    assume(others)

    left = {n: of_others(subject, n, erased_ms=NOW) for n in subject.aliases}
    after = {**nodes, **{n: node for n, node in left.items() if node}}
    for gone in (n for n, node in left.items() if node is None):
        del after[gone]

    for person in others:
        for span in person.spans:
            at = int(min(span.until_ms, NOW))
            assert generation(after, span.node, at) == generation(nodes, span.node, at)
            assert {s.node for s in person_at(after, span.node, at).spans} == {
                s.node for s in person.spans
            }
    for node in after.values():
        mine = [s for s in subject.person.spans if s.node == node.id]
        assert not any(span.holds(ms) for span in mine for ms in node.links.values())
