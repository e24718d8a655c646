"""Who an update is about: aliases, contacts, groups, changed identities."""

import pytest

from functions.core.whatsapp.model import UpdateKind
from tests.unit.whatsapp.builders import PERSON, aliases, one, read_value, status, text_message

OTHER = "15550100009"


def contact(**fields):
    return {"profile": {"name": "Ada Example"}, **fields}


def test_a_message_takes_the_ids_and_names_of_its_contact():
    message = text_message(from_user_id="US.1", from_parent_user_id="US.ENT.2")
    about = contact(wa_id=PERSON, user_id="US.1")
    about["profile"]["username"] = "@ada"
    update = one(read_value(messages=[message], contacts=[about]))

    assert aliases(update.aliases) == [
        ("phone", PERSON),
        ("bsuid", "US.1"),
        ("parent_bsuid", "US.ENT.2"),
        ("wa_id", PERSON),
    ]
    assert (update.profile.name, update.profile.username) == ("Ada Example", "@ada")
    assert update.contact == about


@pytest.mark.parametrize(
    "written",
    [PERSON, f"+{PERSON}", "+1 (555) 010-0001", " 15550100001", 15550100001],
)
def test_a_number_is_its_digits(written):
    assert aliases(one(read_value(messages=[text_message(**{"from": written})])).aliases) == [
        ("phone", PERSON)
    ]


@pytest.mark.parametrize("written", ["<PHONE>", "", None, "BUSINESS", {}, True, "1" * 60])
def test_what_is_no_number_is_no_alias(written):
    assert one(read_value(messages=[text_message(**{"from": written})])).aliases == ()


def test_a_person_without_a_number_is_known_by_bsuid():
    message = text_message(from_user_id="US.1")
    del message["from"]
    update = one(read_value(messages=[message], contacts=[contact(user_id="US.1")]))

    assert update.kind is UpdateKind.MESSAGE
    assert aliases(update.aliases) == [("bsuid", "US.1")]


def test_a_bsuid_in_the_place_of_a_number_is_a_bsuid():
    update = one(read_value(statuses=[status(recipient_id="US.13491")]))

    assert aliases(update.aliases) == [("bsuid", "US.13491")]


def test_each_message_takes_its_own_contact():
    messages = [text_message(id="1"), text_message(id="2", **{"from": OTHER})]
    contacts = [contact(wa_id=OTHER, profile={"name": "O"}), contact(wa_id=PERSON)]
    first, second = read_value(messages=messages, contacts=contacts)

    assert (first.profile.name, second.profile.name) == ("Ada Example", "O")


def test_one_contact_serves_several_messages():
    messages = [text_message(id="1"), text_message(id="2")]
    found = read_value(messages=messages, contacts=[contact(wa_id=PERSON)])

    assert [update.profile.name for update in found] == ["Ada Example"] * 2


def test_a_contact_that_repeats_another_is_not_left_over():
    messages = [text_message(id="1"), text_message(id="2")]
    found = read_value(messages=messages, contacts=[contact(wa_id=PERSON), contact(wa_id=PERSON)])

    assert len(found) == 2


def test_the_only_contact_belongs_to_the_only_message():
    message = text_message()
    del message["from"]
    update = one(read_value(messages=[message], contacts=[contact(wa_id=PERSON)]))

    assert aliases(update.aliases) == [("wa_id", PERSON)]


def test_position_proves_nothing_when_an_id_contradicts():
    update, rest = read_value(messages=[text_message()], contacts=[contact(wa_id=OTHER)])

    assert aliases(update.aliases) == [("phone", PERSON)]
    assert update.profile is None
    assert rest.raw == {"contacts": [contact(wa_id=OTHER)]}


def test_position_proves_nothing_among_several():
    message = text_message()
    del message["from"]
    found = read_value(messages=[message, text_message()], contacts=[contact(user_id="US.9")])

    assert found[0].aliases == ()
    assert found[-1].raw == {"contacts": [contact(user_id="US.9")]}


def test_a_contact_matched_by_one_id_does_not_overrule_another():
    message = text_message(from_user_id="US.1", from_parent_user_id="US.ENT.2")
    about = contact(user_id="US.typo", parent_user_id="US.ENT.2", wa_id=OTHER)
    update = one(read_value(messages=[message], contacts=[about]))

    assert ("bsuid", "US.typo") not in aliases(update.aliases)
    assert ("wa_id", OTHER) in aliases(update.aliases)


@pytest.mark.parametrize(
    "name", ["parent_recipient_user_id", "recipient_parent_user_id", "parent_user_id"]
)
def test_a_status_spells_its_parent_id_in_three_ways(name):
    update = one(read_value(statuses=[status(recipient_user_id="US.1", **{name: "US.ENT.2"})]))

    assert aliases(update.aliases) == [
        ("phone", PERSON),
        ("bsuid", "US.1"),
        ("parent_bsuid", "US.ENT.2"),
    ]


def test_a_group_message_is_the_groups_conversation_and_a_members_word():
    message = text_message(group_id="G1", from_user_id="US.1")
    update = one(read_value(messages=[message], contacts=[contact(wa_id=PERSON)]))

    assert aliases(update.aliases) == [("group", "G1")]
    assert aliases(update.author) == [("phone", PERSON), ("bsuid", "US.1"), ("wa_id", PERSON)]


@pytest.mark.parametrize("name", ["recipient_participant_id", "participant_recipient_id"])
def test_a_group_status_is_about_one_member(name):
    group = status(recipient_id="G1", recipient_type="group", **{name: PERSON})
    update = one(read_value(statuses=[group]))

    assert aliases(update.aliases) == [("group", "G1")]
    assert aliases(update.author) == [("phone", PERSON)]


def test_an_echo_is_about_its_addressee():
    echo = text_message(**{"from": "15550100000", "to": PERSON, "to_user_id": "US.1"})
    update = one(read_value("smb_message_echoes", message_echoes=[echo]))

    assert aliases(update.aliases) == [("phone", PERSON), ("bsuid", "US.1")]
    assert update.by_business


def system(kind="user_changed_number", *, sender=PERSON, **fields):
    return text_message(type="system", **{"from": sender}, system={"type": kind, **fields})


def changed(message):
    change = one(read_value(messages=[message])).identity_change
    return aliases(change.previous), aliases(change.current)


@pytest.mark.parametrize("kind", ["user_changed_number", "customer_changed_number"])
@pytest.mark.parametrize("name", ["wa_id", "new_wa_id"])
def test_a_changed_number_leads_from_the_old_to_the_new(kind, name):
    assert changed(system(kind, **{name: OTHER})) == ([("phone", PERSON)], [("wa_id", OTHER)])


def test_a_changed_bsuid_leads_from_the_old_to_the_new():
    message = system("user_changed_user_id", user_id="US.2", previous_user_id="US.1")

    assert changed(message) == ([("bsuid", "US.1"), ("phone", PERSON)], [("bsuid", "US.2")])


def test_all_changed_ids_are_told_together():
    message = system(wa_id=OTHER, user_id="US.2", parent_user_id="US.ENT.2")

    assert changed(message)[1] == [
        ("wa_id", OTHER),
        ("bsuid", "US.2"),
        ("parent_bsuid", "US.ENT.2"),
    ]


def test_an_id_that_stayed_is_not_given_up():
    message = system("user_changed_user_id", wa_id=PERSON, user_id="US.2")

    assert changed(message)[0] == []


def test_the_previous_bsuid_is_read_from_the_end_of_metas_sentence():
    body = "User Ada changed from US.1 to US.2"
    message = system("user_changed_user_id", user_id="US.2", body=body)

    assert ("bsuid", "US.1") in changed(message)[0]


@pytest.mark.parametrize(
    "body",
    [
        "User x changed from US.victim to US.2 hello",
        "User x changed from US.victim to US.other",
        "User x changed from US.victim to US.2 changed from 1 to 2",
    ],
)
def test_a_name_chosen_to_look_like_the_sentence_claims_nobody(body):
    message = system("user_changed_user_id", user_id="US.2", body=body)

    assert ("bsuid", "US.victim") not in changed(message)[0]


def test_an_id_update_outside_a_message_is_a_changed_identity():
    element = {
        "wa_id": PERSON,
        "user_id": {"previous": "US.1", "current": "US.2"},
        "parent_user_id": {"previous": "US.ENT.1", "current": "US.ENT.2"},
        "timestamp": "1750000000",
    }
    update = one(read_value("user_id_update", user_id_update=[element]))

    assert update.kind is UpdateKind.IDENTITY
    assert aliases(update.identity_change.previous) == [
        ("bsuid", "US.1"),
        ("parent_bsuid", "US.ENT.1"),
    ]
    assert aliases(update.identity_change.current) == [
        ("wa_id", PERSON),
        ("bsuid", "US.2"),
        ("parent_bsuid", "US.ENT.2"),
    ]
    assert update.unknown is None


@pytest.mark.parametrize("kind", ["user_identity_changed", "customer_identity_changed", None, 5])
def test_other_system_messages_change_no_identity(kind):
    assert one(read_value(messages=[system(kind, wa_id=OTHER)])).identity_change is None


def test_a_change_to_nobody_is_none():
    assert one(read_value(messages=[system()])).identity_change is None


def test_lone_surrogates_in_names_do_no_harm():
    about = contact(wa_id=PERSON, profile={"name": "a\ud800b"})
    update = one(read_value(messages=[text_message(id="w\udfff")], contacts=[about]))

    update.profile.name.encode()
    update.message_id.encode()
    update.key.encode()
