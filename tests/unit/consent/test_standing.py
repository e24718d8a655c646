"""Where people stand: one alias, several, recycled ones, merged ones."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from functions.core.consent.model import Event, State, folded
from functions.core.consent.standing import standing
from functions.core.consent.vocabulary import Kind, Method, Purpose, Status, Strength
from functions.core.contacts.model import Node, Sighting, fold_node, person_at

P = Purpose.MARKETING


def event(kind, at_ms, node="n1", name=None, **more):
    strength = Strength.CONFIRMED if kind is Kind.GIVEN else None
    values = {"strength": strength, **more}
    name = name or f"e_{kind.value}_{node}_{at_ms}"
    return Event(
        id=name, kind=kind, purpose=P, node=node, at_ms=at_ms, method=Method.API, by="c", **values
    )


def nodes_of(*sightings, names=("n1",)):
    nodes = {name: Node(name, since_ms=0) for name in names}
    for sighting in sightings:
        for name in sighting.nodes:
            nodes[name] = fold_node(nodes.get(name, Node(name)), None, sighting)
    return nodes


def stands(events, *, nodes=None, start="n1", now_ms=1000):
    nodes = nodes or nodes_of()
    states = {}
    for each in events:
        states[each.node] = folded(states.get(each.node, State()), each)
    person = person_at(nodes, start, inf)
    return standing(P, states, person, nodes, now_ms=now_ms)


def test_nobody_has_agreed_to_anything_by_saying_nothing():
    assert stands([]).status is Status.UNKNOWN


def test_what_was_said_last_counts():
    assert stands([event(Kind.GIVEN, 5)]).status is Status.GIVEN
    assert stands([event(Kind.GIVEN, 5), event(Kind.WITHDRAWN, 6)]).status is Status.WITHDRAWN
    assert stands([event(Kind.WITHDRAWN, 5), event(Kind.GIVEN, 6)]).status is Status.GIVEN


def test_of_two_things_at_once_the_one_against_counts():
    for kind in (Kind.WITHDRAWN, Kind.REFUSED, Kind.INVALIDATED):
        assert stands([event(Kind.GIVEN, 5), event(kind, 5)]).status is Status(kind.value)


def test_late_and_foreign_answers_change_nothing():
    before = stands([event(Kind.WITHDRAWN, 5)])

    for kind in (Kind.EXPIRED, Kind.DISREGARDED):
        assert stands([event(Kind.WITHDRAWN, 5), event(kind, 9)]) == before


def test_the_strongest_consent_since_the_last_objection_counts():
    weak = event(Kind.GIVEN, 9, strength=Strength.IMPORTED)
    strong = event(Kind.GIVEN, 5)

    assert stands([strong, weak]).strength is Strength.CONFIRMED
    assert stands([strong, event(Kind.WITHDRAWN, 6), weak]).strength is Strength.IMPORTED


def test_a_consent_that_ran_out_is_told_apart_from_none():
    given_ = event(Kind.GIVEN, 5, until_ms=100)

    assert stands([given_], now_ms=99).status is Status.GIVEN
    assert stands([given_], now_ms=100).status is Status.EXPIRED
    lasting = event(Kind.GIVEN, 4, until_ms=200, strength=Strength.IMPORTED)
    assert stands([given_, lasting], now_ms=100).strength is Strength.IMPORTED


def test_a_request_waits_until_it_is_answered_or_runs_out():
    asked = event(Kind.REQUESTED, 5, until_ms=100, request="r_1")

    assert stands([asked], now_ms=50).status is Status.REQUESTED
    assert stands([asked], now_ms=50).request == "r_1"
    assert stands([asked], now_ms=100).status is Status.EXPIRED
    refused = event(Kind.REFUSED, 6, request="r_1")
    assert stands([asked, refused], now_ms=50).request == ""
    withdrawn = stands([event(Kind.WITHDRAWN, 3), asked], now_ms=50)
    assert (withdrawn.status, withdrawn.request) == (Status.WITHDRAWN, "r_1")


def test_an_answer_at_another_alias_is_an_answer():
    asked = event(Kind.REQUESTED, 55, "n1", until_ms=100, request="r_1")
    yes = event(Kind.GIVEN, 60, "b1", request="r_1")

    found = stands([asked, yes], nodes=BOTH, now_ms=70)
    assert (found.status, found.request) == (Status.GIVEN, "")


LINK = Sighting(frozenset({"n1", "b1"}), at_ms=50)
BOTH = nodes_of(LINK, names=("n1", "b1"))


def test_of_two_people_who_turn_out_to_be_one_the_stricter_counts():
    """Each said something before anybody knew: the later consent was not about the other's no."""
    apart = [event(Kind.WITHDRAWN, 10, "n1"), event(Kind.GIVEN, 20, "b1")]

    assert stands(apart, nodes=BOTH).status is Status.WITHDRAWN
    assert stands(apart, nodes=BOTH, start="b1").status is Status.WITHDRAWN


def test_once_known_as_one_what_they_say_at_either_alias_counts():
    said = [event(Kind.WITHDRAWN, 10, "n1"), event(Kind.GIVEN, 60, "b1")]

    assert stands(said, nodes=BOTH).status is Status.GIVEN
    said.append(event(Kind.WITHDRAWN, 70, "n1"))
    assert stands(said, nodes=BOTH, start="b1").status is Status.WITHDRAWN


def test_consent_of_one_alias_holds_for_the_whole_person():
    assert stands([event(Kind.GIVEN, 10, "n1")], nodes=BOTH, start="b1").status is Status.GIVEN


def test_the_next_owner_of_a_number_inherits_neither_yes_nor_no():
    moved = Sighting(frozenset({"n1", "n2"}), at_ms=50, left=frozenset({"n1"}))
    nodes = nodes_of(moved, names=("n1", "n2"))
    said = [event(Kind.GIVEN, 10, "n1")]

    assert stands(said, nodes=nodes, start="n2").status is Status.GIVEN, "they took it along"
    assert stands(said, nodes=nodes, start="n1").status is Status.UNKNOWN, "the next owner"
    said = [event(Kind.WITHDRAWN, 10, "n1")]
    assert stands(said, nodes=nodes, start="n1").status is Status.UNKNOWN


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Kind.GIVEN, Kind.WITHDRAWN, Kind.REFUSED, Kind.INVALIDATED]),
            st.integers(0, 9),
            st.sampled_from(["n1", "b1"]),
        ),
        max_size=8,
    ),
    st.integers(0, 9),
)
def test_against_a_plain_account_of_it(said, linked_ms):
    """The rule, told the slow way: some consent that no objection of anybody stands against."""
    nodes = nodes_of(Sighting(frozenset({"n1", "b1"}), at_ms=linked_ms), names=("n1", "b1"))
    events = [event(kind, at, node, f"e{i}") for i, (kind, at, node) in enumerate(said)]
    objections = [each for each in events if each.kind is not Kind.GIVEN]

    def answered(consent, objection):
        together = consent.node == objection.node or consent.at_ms >= linked_ms
        return objection.at_ms < consent.at_ms and together

    holds = any(
        all(answered(consent, objection) for objection in objections)
        for consent in events
        if consent.kind is Kind.GIVEN
    )

    assert (stands(events, nodes=nodes).status is Status.GIVEN) == holds
