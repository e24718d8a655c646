"""Which key content is sealed under: one for a person, and never one for two people."""

from hashlib import sha256

from functions.core.contacts.model import NODE_PREFIX
from tests.fakes import build
from tests.fakes.records import MemoryRecords

T = 1_790_000_000
ADA, NUMBER, BEN = "US.1", "15550100001", "US.2"


def state_after(*changes):
    records = MemoryRecords()
    service = build.conversations(records)
    for change in changes:
        service.fold(build.body(build.webhook(change)))
    return records.items


def written(wamid, at, *, number=NUMBER, account=None, name=None):
    extra = {"from_user_id": account} if account else {}
    message = build.text_message(wamid, sender=number, at=at, **extra)
    contacts = [{"wa_id": number, "profile": {"name": name}}]
    return build.change(messages=[message], **({"contacts": contacts} if name else {}))


def left(wamid, at, *, number=NUMBER, new="15550100009"):
    system = {"type": "user_changed_number", "wa_id": new, "body": "changed"}
    message = {"from": number, "id": wamid, "timestamp": str(at), "type": "system"}
    return build.change(messages=[{**message, "system": system}])


def fact_keys(state):
    return {
        (fact["at_ms"] // 1000, fact["key"])
        for item in state.values()
        for fact in item.get("facts", {}).values()
    }


def all_keys(state):
    keys = {item["key"] for item in state.values() if "key" in item}
    return keys | {key for _, key in fact_keys(state)}


def test_a_person_met_under_several_aliases_has_one_key():
    state = state_after(written("wamid.1", T, account=ADA, name="Ada"))
    (key,) = all_keys(state)
    assert key.startswith(NODE_PREFIX["bsuid"])
    assert key.endswith("~0")


def test_statuses_and_later_messages_stay_under_it():
    status = build.status("wamid.2", "read", recipient=NUMBER, at=T + 9)
    state = state_after(written("wamid.1", T), build.change(statuses=[status]))
    assert len(all_keys(state)) == 1


def test_the_next_owner_of_a_number_has_a_key_of_their_own():
    state = state_after(
        written("wamid.1", T), left("wamid.2", T + 10), written("wamid.3", T + 20, name="Ben")
    )
    keys = dict(fact_keys(state))
    assert len({keys[T], keys[T + 10], keys[T + 20]}) == 3  # the first owner has a new number
    assert keys[T + 20].endswith(f"~{(T + 10) * 1000 + 1}")


def test_what_the_first_owner_wrote_is_theirs_also_when_it_arrives_late():
    state = state_after(written("wamid.1", T), left("wamid.2", T + 10), written("wamid.3", T + 5))
    keys = dict(fact_keys(state))
    assert keys[T + 5] == keys[T]


def test_two_accounts_on_one_number_share_no_key_either():
    """Nobody told that the number changed hands, but one account has one id."""
    state = state_after(
        written("wamid.1", T, account=ADA),
        written("wamid.2", T + 100, account=BEN),
        written("wamid.3", T + 1),
        written("wamid.4", T + 101),
    )
    keys = dict(fact_keys(state))
    assert len(set(keys.values())) == 4  # two accounts, and the number in the hands of each
    assert keys[T + 1] != keys[T + 101]


def test_profile_and_number_of_a_new_owner_are_not_sealed_under_the_old_ones_key():
    changes = [
        written("wamid.1", T, name="Ada"),
        left("wamid.2", T + 10),
        written("wamid.3", T + 86_400, name="Ben"),
        written("wamid.4", T + 1, name="Ada"),  # late
    ]
    for state in (state_after(*changes), state_after(*changes[:3])):
        (number,) = [i for k, i in state.items() if k.sk == "NODE" and i["value"] == NUMBER]
        assert number["key"].endswith(f"~{(T + 10) * 1000 + 1}")


def test_account_updates_that_name_a_person_are_under_the_persons_key():
    contact = {"type": "contact", "action": "add", "contact": {"phone_number": NUMBER}}
    change = build.change("smb_app_state_sync", state_sync=[contact])
    state = state_after(written("wamid.1", T), change)
    (update,) = [item for key, item in state.items() if key.pk.startswith("ACCOUNT#")]
    assert update["key"] in {key for _, key in fact_keys(state)}


def test_other_account_updates_are_under_the_accounts_key():
    state = state_after({"field": "account_alerts", "value": {"entity_type": "BUSINESS"}})
    (update,) = [item for key, item in state.items() if key.pk.startswith("ACCOUNT#")]
    assert update["key"] == f"account~{build.WABA}"


def test_a_fact_names_the_delivery_that_first_told_it():
    one = build.body(build.webhook(written("wamid.1", T)))
    both = build.body(build.webhook(written("wamid.1", T), written("wamid.2", T + 1)))
    records = MemoryRecords()
    service = build.conversations(records)
    service.fold(one)
    service.fold(both)
    first = {
        fact["at_ms"] // 1000: fact["webhook"]
        for item in records.items.values()
        for fact in item.get("facts", {}).values()
    }
    assert first == {T: sha256(one).digest(), T + 1: sha256(both).digest()}


def test_digests_that_stand_in_clear_do_not_depend_on_numbers_or_names():
    """Else whoever reads the table could try all phone numbers until one fits."""
    one = state_after(written("wamid.1", T, number="15550100001", name="Ada"))
    records = MemoryRecords()
    service = build.conversations(records)
    service.fold(build.body(build.webhook(written("wamid.1", T, number="15550100001", name="Ada"))))
    (node,) = [item for key, item in one.items() if key.sk == "NODE"]
    from functions.core.contacts.service import item_from, node_from

    told = node_from({**node, "value": "15550100002"})
    assert item_from(told)["digest"] == node["digest"]
