"""Third persons leave structured fields, each under one name throughout; the person's own stay."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.rights.access.redacting import Redactor

ADA, BOB = "15550142424", "15550153535"


def card(name="Bob Bobson", *, phone=f"+{BOB}", **more):
    return {
        "name": {"formatted_name": name, "first_name": name},
        "phones": [{"phone": phone}],
        **more,
    }


@pytest.fixture
def redactor():
    return Redactor({ADA, "Ada", "ada.bsuid"})


def test_somebody_elses_contact_card_goes_with_everything_in_it(redactor):
    told = card(emails=[{"email": "bob@example.com"}], org={"company": "Secret & Co"})
    shown = redactor.conversation({"content": {"contacts": [told]}})
    assert shown == {
        "content": {"contacts": [{"name": {"formatted_name": "third person 1"}, "redacted": True}]}
    }


@pytest.mark.parametrize("phone", [ADA, f"+{ADA}", "+1 555 014-2424", "1 (555) 014 2424"])
def test_the_persons_own_card_stays_however_their_number_is_written(redactor, phone):
    told = {"contacts": [card("Me", phone=phone)]}
    assert redactor.conversation(told) == told


def test_one_person_has_one_name_over_all_messages_and_spellings(redactor):
    first = redactor.conversation({"contacts": [card()]})
    second = redactor.conversation({"contacts": [card("Bob")]})
    third = redactor.group({"from": BOB})
    names = {json.dumps(each).count("third person 1") for each in (first, second, third)}
    assert (names, redactor.count) == ({1}, 1)


def test_in_a_group_everybody_but_the_person_is_somebody(redactor):
    told = redactor.group(
        {
            "from": BOB,
            "content": {"text": {"body": f"I am Bob, {BOB}"}, "mentions": [ADA, BOB, "US.3"]},
            "context": {"from": ADA, "id": "wamid.SEJPQg=="},
            "statuses": [{"recipient_participant_id": "US.3"}],
        }
    )
    assert told == {
        "from": "third person 1",
        "content": {
            # words stay as they were written
            "text": {"body": f"I am Bob, {BOB}"},
            "mentions": [ADA, "third person 1", "third person 2"],
        },
        "context": {"from": ADA, "id": "message 1"},
        "statuses": [{"recipient_participant_id": "third person 2"}],
    }


def test_between_two_ids_are_theirs_or_the_businesss(redactor):
    told = {"from": "4915550000", "context": {"from": "15550109999", "id": "wamid.x"}}
    assert redactor.conversation(told) == told


def test_the_businesss_own_number_is_nobody(redactor):
    told = {"metadata": {"display_phone_number": "15550109999", "phone_number_id": "106"}}
    assert redactor.group(told) == told


@pytest.mark.parametrize(
    "odd", [None, 5, "text", [], {"name": 5}, {"phones": "x"}, {"phones": [1]}]
)
def test_a_card_of_any_shape_shows_nothing_of_it(redactor, odd):
    (shown,) = redactor.conversation({"contacts": [odd]})["contacts"]
    assert shown in ("redacted", {"name": {"formatted_name": "third person 1"}, "redacted": True})


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
VIEWS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["from", "contacts", "text", "participants", "x"]), inner)
    ),
    max_leaves=12,
)


@given(VIEWS)
def test_whatever_shape_it_has_no_name_of_a_third_person_is_left_where_names_stand(view):
    secret = "third-secret"
    told = {"from": secret, "content": view, "contacts": [card(secret)], "participants": [secret]}
    shown = Redactor({"Ada"}).group(told)
    assert secret not in json.dumps(shown)
    assert shown.keys() == told.keys()
