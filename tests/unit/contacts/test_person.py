"""Who a contact is, from sightings in any order."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from functions.core.contacts.model import Node, Profile, Sighting, fold_node, person_at, person_of

PHONE, NEW_PHONE, BSUID, NEW_BSUID, PARENT = "nold", "nnew", "bold", "bnew", "pent"


def seen(*nodes, at, left=(), name=None):
    profile = Profile(at, name) if name else None
    return Sighting(frozenset(nodes), at, frozenset(left), profile)


def directory(*sightings):
    nodes: dict[str, Node] = {}
    for sighting in sightings:
        for node in sighting.nodes:
            nodes[node] = fold_node(nodes.get(node, Node(node)), None, sighting)
    return nodes


def test_aliases_seen_together_are_one_person():
    nodes = directory(seen(PHONE, at=1), seen(PHONE, BSUID, at=2), seen(BSUID, PARENT, at=3))
    people = {person_at(nodes, node, inf).contact_id for node in nodes}
    assert people == {f"{PHONE}~1"}, "the alias known longest gives the contact its id"


def test_aliases_never_seen_together_are_different_people():
    nodes = directory(seen(PHONE, at=1), seen(NEW_PHONE, at=1))
    assert person_at(nodes, PHONE, inf) != person_at(nodes, NEW_PHONE, inf)


def test_a_changed_number_stays_the_same_person():
    nodes = directory(
        seen(PHONE, at=1), seen(PHONE, NEW_PHONE, at=5, left=[PHONE]), seen(NEW_PHONE, at=9)
    )
    before, after = person_at(nodes, PHONE, 3), person_at(nodes, NEW_PHONE, 9)
    assert before == after
    assert before.current == (NEW_PHONE,)


def test_the_next_owner_of_a_recycled_number_is_somebody_else():
    nodes = directory(
        seen(PHONE, at=1), seen(PHONE, NEW_PHONE, at=5, left=[PHONE]), seen(PHONE, at=8)
    )
    first, second = person_at(nodes, PHONE, 4), person_at(nodes, PHONE, 8)
    assert first.contact_id != second.contact_id
    assert not set(first.spans) & set(second.spans)


def test_a_message_in_the_second_of_the_change_still_belongs_to_the_first_owner():
    nodes = directory(seen(PHONE, at=1), seen(PHONE, NEW_PHONE, at=5, left=[PHONE]))
    assert person_at(nodes, PHONE, 5).contact_id == person_at(nodes, NEW_PHONE, 6).contact_id


def test_another_bsuid_on_a_number_is_another_person_even_when_meta_tells_of_no_change():
    nodes = directory(seen(PHONE, BSUID, at=1), seen(PHONE, NEW_BSUID, at=5))
    assert person_at(nodes, BSUID, inf).contact_id != person_at(nodes, NEW_BSUID, inf).contact_id
    assert person_at(nodes, PHONE, 3) == person_at(nodes, BSUID, inf)
    assert person_at(nodes, PHONE, 6) == person_at(nodes, NEW_BSUID, inf)


def test_a_new_bsuid_that_meta_announced_is_the_same_person():
    nodes = directory(
        seen(PHONE, BSUID, at=1),
        seen(BSUID, NEW_BSUID, at=5, left=[BSUID]),
        seen(PHONE, NEW_BSUID, at=7),
    )
    assert person_at(nodes, BSUID, 2).contact_id == person_at(nodes, NEW_BSUID, 8).contact_id


def test_a_contact_id_given_out_before_a_merge_still_finds_the_person():
    apart = directory(seen(PHONE, at=2), seen(BSUID, at=3))
    given_out = [person_at(apart, node, inf).contact_id for node in (PHONE, BSUID)]
    together = directory(seen(PHONE, at=2), seen(BSUID, at=3), seen(PHONE, BSUID, at=4))
    assert len({person_of(together, contact_id) for contact_id in given_out}) == 1


def test_a_contact_id_stays_the_persons_when_a_late_webhook_tells_of_an_earlier_owner():
    known = seen(PHONE, at=1500)
    contact_id = person_at(directory(known), PHONE, inf).contact_id
    late = directory(known, seen(PHONE, NEW_PHONE, at=1000, left=[PHONE]))
    assert person_of(late, contact_id) == person_at(late, PHONE, 1500)
    assert person_of(late, contact_id) != person_at(late, NEW_PHONE, inf)


def test_unknown_and_malformed_contact_ids_find_nobody():
    nodes = directory(seen(PHONE, at=1))
    assert [person_of(nodes, wrong) for wrong in ("nother~1", "nold", "nold~x", "", "~")] == [
        None
    ] * 5


def test_the_latest_name_wins():
    nodes = directory(seen(PHONE, at=2, name="new"), seen(PHONE, at=1, name="old"))
    assert nodes[PHONE].profile.name == "new"


NODES = st.sampled_from([PHONE, NEW_PHONE, BSUID, NEW_BSUID, PARENT])


@st.composite
def sightings(draw):
    nodes = draw(st.frozensets(NODES, min_size=1, max_size=3))
    left = draw(st.frozensets(st.sampled_from(sorted(nodes)), max_size=len(nodes) - 1))
    return Sighting(nodes, draw(st.integers(0, 12)), left)


@given(st.lists(sightings(), min_size=1, max_size=8), st.randoms())
def test_the_person_does_not_depend_on_order_or_repetition(claims, random):
    once = directory(*claims)
    shuffled = claims + random.choices(claims, k=3)
    random.shuffle(shuffled)
    again = directory(*shuffled)
    assert once == again
    for node in once:
        for at in (*range(13), inf):
            assert person_at(once, node, at) == person_at(again, node, at)


@given(st.lists(sightings(), min_size=1, max_size=8))
def test_every_moment_of_every_alias_belongs_to_exactly_one_person(claims):
    nodes = directory(*claims)
    for node in nodes:
        for at in range(13):
            person = person_at(nodes, node, at)
            assert sum(span.node == node and span.holds(at) for span in person.spans) == 1
            for span in person.spans:
                moment = min(span.until_ms, 10**6)
                assert person_at(nodes, span.node, moment) == person, "all agree on who they are"
