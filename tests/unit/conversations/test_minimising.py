"""What is chosen not to be kept is nowhere, and does not come back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.consent.vocabulary import Purpose
from functions.core.conversations.minimising import EVERYTHING, Keep, minimising, purpose_of
from functions.core.conversations.model import Direction, Fact, FactKind, merge_facts
from functions.core.conversations.views import message_view
from tests.fakes import build
from tests.fakes.records import MemoryRecords

METADATA = minimising('{"service": {"store": "metadata"}}')
DAYS = minimising('{"service": {"days": 7}, "marketing": {"days": 1}}')
AT, PERSON, NAME = 1_790_000_000, "15550100001", "Ada Lovelace"


def folded(rules=EVERYTHING, *, names=True, records=None, **value):
    records = MemoryRecords() if records is None else records
    service = build.conversations(records, minimising=rules, keeps_names=names)
    contact = {"wa_id": PERSON, "profile": {"name": NAME, "username": "@ada"}}
    done = service.fold(build.body(build.webhook(build.change(contacts=[contact], **value))))
    return records, done


def said(wamid="wamid.1", **extra):
    return build.text_message(wamid, sender=PERSON, at=AT, text={"body": "a secret"}, **extra)


def messages(records):
    return [item for key, item in records.items.items() if key.pk.startswith("MESSAGE#")]


def shown(item):
    return message_view(item["pk"].removeprefix("MESSAGE#"), item, contact_id="n")


def test_only_tag_length_and_type_of_a_message_stay_when_content_is_not_kept():
    kept, _ = folded(messages=[said()])
    records, _ = folded(METADATA, messages=[said()])
    [[before], [after]] = [[*messages(r)[0]["facts"].values()] for r in (kept, records)]
    assert "a secret" in before["raw"]
    assert after == {k: v for k, v in before.items() if k != "raw"} | {"withheld": "metadata"}
    assert "a secret" not in json.dumps(messages(records), default=str)


ECHO = {"message_echoes": [{**said(), "to": PERSON, "from": "15550109999"}]}
HISTORY = {"history": [{"metadata": {}, "threads": [{"id": PERSON, "messages": [said()]}]}]}


@pytest.mark.parametrize(
    ("field", "told", "kind"),
    [("smb_message_echoes", ECHO, "echo"), ("history", HISTORY, "history")],
)
def test_what_staff_wrote_and_what_is_told_of_the_past_is_not_kept_either(field, told, kind):
    records = MemoryRecords()
    service = build.conversations(records, minimising=METADATA)
    service.fold(build.body(build.webhook(build.change(field, **told))))
    [fact] = messages(records)[0]["facts"].values()
    assert (fact["kind"], fact["withheld"]) == (kind, "metadata")


def test_statuses_are_no_content_and_stay_whole():
    status = build.status("wamid.9", "read", recipient=PERSON, at=AT)
    records, _ = folded(METADATA, statuses=[status])
    [fact] = messages(records)[0]["facts"].values()
    assert "withheld" not in fact
    assert shown(messages(records)[0])["status"] == "read"


def test_a_large_message_leaves_no_object_behind():
    records = MemoryRecords()
    service = build.conversations(records, minimising=METADATA)
    message = build.text_message("wamid.1", sender=PERSON, at=AT, text={"body": "x" * 70_000})
    service.fold(build.body(build.webhook(build.change(messages=[message]))))
    assert service._filing._blobs.objects == {}
    [fact] = messages(records)[0]["facts"].values()
    assert fact["bytes"] > 70_000


def test_the_api_says_that_content_is_withheld_and_what_type_it_was():
    records, _ = folded(METADATA, messages=[said()])
    view = shown(messages(records)[0])
    assert (view["is_withheld"], view["type"], view["content"]) == (True, "text", {})
    assert view["is_destroyed"] is False
    full, _ = folded(messages=[said()])
    assert shown(messages(full)[0])["is_withheld"] is False


def test_what_was_not_kept_does_not_come_back_when_it_is_told_again():
    records, _ = folded(METADATA, messages=[said()])
    before = dict(records.items)
    folded(EVERYTHING, records=records, messages=[said()])
    assert {k: v["digest"] for k, v in records.items.items()} == {
        k: v["digest"] for k, v in before.items()
    }
    assert "a secret" not in json.dumps(messages(records), default=str)


def fact(content, at_ms=AT):
    return Fact("f", FactKind.MESSAGE, at_ms, "1#n", Direction.INBOUND, "k", "text", content)


contents = st.fixed_dictionaries(
    {"tag": st.sampled_from("ab"), "bytes": st.integers(1, 3)},
    optional={"raw": st.just("{}"), "withheld": st.just("metadata"), "masked": st.integers(1, 2)},
)


@given(
    told=st.lists(st.builds(fact, contents, st.integers(1, 2)), min_size=1, max_size=4),
    rng=st.randoms(),
)
def test_the_order_of_tellings_never_decides_and_withheld_wins(told, rng):
    shuffled = [*told]
    rng.shuffle(shuffled)
    one, other = merge_facts({}, told)["f"], merge_facts({}, shuffled)["f"]
    hidden = {"raw"}
    assert {k: v for k, v in one.content.items() if k not in hidden} == {
        k: v for k, v in other.content.items() if k not in hidden
    }
    assert ("withheld" in one.content) == any("withheld" in each.content for each in told)


def test_names_that_people_gave_themselves_are_nowhere_when_they_are_not_kept():
    with_names, _ = folded(messages=[said()])
    assert NAME in json.dumps([*with_names.items.values()], default=str)
    records, _ = folded(names=False, messages=[said()])
    everything = json.dumps([*records.items.values()], default=str)
    assert NAME not in everything
    assert "@ada" not in everything
    assert "a secret" in everything
    [fact] = messages(records)[0]["facts"].values()
    assert json.loads(fact["raw"])["contact"] == {"wa_id": PERSON}
    assert [item["profile"] for key, item in records.items.items() if key.sk == "NODE"] == [None]


def test_a_message_kept_for_days_is_found_when_they_are_over_and_others_are_not():
    records, _ = folded(DAYS, messages=[said()])
    [message] = messages(records)
    assert message["retain_shard"].startswith("content.service#")
    assert message["retain_at"] == f"{AT * 1000:013d}#{message['pk'].removeprefix('MESSAGE#')}"
    for rules, told in ((EVERYTHING, {"messages": [said()]}), (METADATA, {"messages": [said()]})):
        assert "retain_shard" not in messages(folded(rules, **told)[0])[0]
    status = build.status("wamid.9", "read", recipient=PERSON, at=AT)
    assert "retain_shard" not in messages(folded(DAYS, statuses=[status])[0])[0]


def test_rules_say_what_is_stored_archived_and_until_when():
    assert METADATA.keeps(Purpose.MARKETING)
    assert not METADATA.keeps(Purpose.SERVICE)
    assert not METADATA.archives(Purpose.SERVICE)
    assert DAYS.keeps(Purpose.SERVICE)
    assert not DAYS.archives(Purpose.SERVICE)
    assert DAYS.archives(Purpose.UTILITY)
    assert DAYS.ends_before(Purpose.SERVICE, 8 * 86_400_000) == 86_400_000
    assert DAYS.ends_before(Purpose.UTILITY, 1) is None
    assert minimising('{"service": {"store": "full"}}') == EVERYTHING
    assert purpose_of({}) is Purpose.SERVICE
    assert Keep.SHORTENED == "shortened"
