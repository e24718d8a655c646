"""Two people in every store: an answer holds all there is of one, and nothing of the other."""

import json

import pytest
from moto import mock_aws
from sealed_platform import destroy

from functions.core.rights.model import Right
from tests.fakes.access import ADA, ADA_SAYS, BOB, BOB_SAYS, NOW, World, forget, plant
from tests.fakes.schemas import validate


@pytest.fixture
def world(monkeypatch):
    with mock_aws():
        world = World(monkeypatch)
        yield world


def data(files):
    return json.loads(files["data.json"])


def pages(files):
    return b"".join(body for name, body in sorted(files.items()) if name.endswith(".html")).decode()


def test_everything_of_one_and_nothing_of_the_other_is_in_the_answer(world):
    plant(world)
    world.asks(world.contact_id(ADA))
    files = world.answered()
    told, page = data(files), pages(files)
    for text in (files["data.json"].decode(), page):
        assert BOB_SAYS not in text
        for planted in ("text", "caption", "file", "sent", "old", "conversation", "evidence",
                        "account", "asked", "Ada"):  # fmt: skip
            assert f"{planted} {ADA_SAYS}" in text, planted
        assert ADA_SAYS * 5000 in text
        assert f"reader-{ADA_SAYS}" in text
        assert f"inbound-{ADA_SAYS}" in text
        assert f"e_{ADA_SAYS}" in text
        assert f"+{ADA}" in text
    assert told["counts"] | {"recipients": 0} == {
        "aliases": 1, "corrections": 0, "consents": 4, "consent_events": 1, "restrictions": 0,
        "requests": 2, "exports": 1, "imports": 1, "holds": 1, "keys": 1, "recipients": 0,
        "account_updates": 1, "messages": 5, "files": 2,
    }  # fmt: skip
    others = {name: body for name, body in files.items() if name not in ("data.json", "data.html")}
    assert sum(ADA_SAYS.encode() in body for body in others.values()) == 2
    assert not any(BOB_SAYS.encode() in body for body in others.values())
    assert told["completeness"]["complete"] is True
    validate(told)


def test_a_recycled_numbers_answer_holds_only_what_is_its_owners(world):
    """The number was Bob's until he left it; then Ada wrote from it."""
    world.says(ADA, "wamid.1", at=NOW, type="text", text={"body": f"mine {BOB_SAYS}"})
    earlier = world.contact_id(ADA)
    left = {"type": "user_changed_number", "new_wa_id": BOB, "body": "changed"}
    world.says(ADA, "wamid.2", at=NOW + 100, type="system", system=left)
    world.says(ADA, "wamid.3", at=NOW + 200, type="text", text={"body": f"mine {ADA_SAYS}"})
    person, _ = world.directory.person_behind(world.node(ADA), (NOW + 200) * 1000)
    assert person.contact_id != earlier
    world.archive()
    world.asks(person.contact_id)
    text = all_text(world.answered())
    assert f"mine {ADA_SAYS}" in text
    assert f"mine {BOB_SAYS}" not in text
    world.asks(earlier, name="q_" + "b" * 26)
    text = all_text(world.answered("q_" + "b" * 26))
    assert f"mine {BOB_SAYS}" in text
    assert f"mine {ADA_SAYS}" not in text


def test_what_was_destroyed_is_told_as_destroyed_and_is_no_error(world):
    plant(world)
    world.asks(world.contact_id(ADA))
    destroy(f"{world.node(ADA)}~0")
    forget()
    files = world.answered()
    told = data(files)
    text = all_text(files)
    # under other keys, or in clear: who read, what was asked, the name of an export
    for rest in ("reader-", "inbound-", "asked ", "e_", "client-e_"):
        text = text.replace(f"{rest}{ADA_SAYS}", "")
    assert ADA_SAYS not in text
    assert told["keys"][0]["exists"] is False
    assert len(told["messages"]) == 5
    assert any(message["is_destroyed"] for message in told["messages"])
    assert told["completeness"]["complete"] is True
    assert told["completeness"]["contents_destroyed"] > 0


def test_what_somebody_wrote_in_a_group_is_theirs_and_others_words_are_not(world):
    for sender, wamid, word in ((ADA, "wamid.g1", ADA_SAYS), (BOB, "wamid.g2", BOB_SAYS)):
        world.says(
            sender, wamid, type="text", group_id="group-1",
            text={"body": f"to all {word}"}, context={"from": BOB, "id": "wamid.Qk9C"},
        )  # fmt: skip
    world.says(ADA, "wamid.1")
    world.archive()
    world.asks(world.contact_id(ADA))
    files = world.answered()
    text = all_text(files)
    assert f"to all {ADA_SAYS}" in text
    assert BOB_SAYS not in text
    assert BOB not in text
    (message,) = (m for m in data(files)["messages"] if "group" in json.dumps(m))
    assert message["context"]["from"] == "third person 1"


def test_a_card_of_somebody_else_is_not_in_the_answer(world):
    card = {"name": {"formatted_name": f"Bob {BOB_SAYS}"}, "phones": [{"phone": f"+{BOB}"}]}
    world.says(ADA, "wamid.1", type="contacts", contacts=[card])
    world.asks(world.contact_id(ADA))
    text = all_text(world.answered())
    assert "third person 1" in text
    assert BOB_SAYS not in text
    assert BOB not in text


def test_portability_gives_what_the_person_gave_and_nothing_else(world):
    plant(world)
    world.asks(world.contact_id(ADA), right=Right.PORTABILITY)
    files = world.answered()
    assert {"messages", "files", "consents", "aliases"} <= data(files).keys()
    assert not {"recipients", "holds", "requests", "exports", "keys"} & data(files).keys()
    assert f"reader-{ADA_SAYS}" not in all_text(files)
    validate(data(files))


def test_a_request_about_nobody_is_answered_with_an_empty_one(world):
    world.publish_log()
    world.asks("n" + "a" * 20 + "~1")
    files = world.answered()
    assert set(files) == {"data.json", "data.html"}
    assert not any(data(files)["counts"].values())
    validate(data(files))


def test_every_step_may_run_twice_and_a_second_try_begins_anew(world):
    plant(world)
    world.asks(world.contact_id(ADA))
    first = world.answered()
    again = world.answered()
    assert data(first)["messages"] == data(again)["messages"]
    assert first.keys() == again.keys()
    world.asks(world.contact_id(ADA), attempt=2)
    second = world.answered()
    assert data(first)["messages"] == data(second)["messages"]


def test_a_gap_in_the_archive_is_told(world):
    plant(world)
    objects = world.s3.list_objects_v2(Bucket="archive", Prefix="segments/")["Contents"]
    gone = next(each["Key"] for each in objects if each["Key"].endswith(".gz"))
    world.s3.delete_object(Bucket="archive", Key=gone)
    world.asks(world.contact_id(ADA))
    files = world.answered()
    told = data(files)["completeness"]
    assert told["complete"] is False
    assert gone in told["findings"][0]
    assert "Not complete" in pages(files)
    assert f"text {ADA_SAYS}" in all_text(files), "the tables are there all the same"


def test_what_is_made_and_logged_on_the_way_is_not_readable(world, capsys):
    plant(world)
    world.asks(world.contact_id(ADA))
    world.answered()
    logged = capsys.readouterr().out
    assert "step of an access request done" in logged
    for secret in (ADA_SAYS, ADA, world.contact_id(ADA)):
        assert secret not in logged
    stored = world.s3.list_objects_v2(Bucket="exports")["Contents"]
    assert len(stored) > 6
    for each in stored:
        body = world.s3.get_object(Bucket="exports", Key=each["Key"])["Body"].read()
        assert ADA_SAYS.encode() not in body
        assert ADA.encode() not in body
        assert ADA not in each["Key"]


def all_text(files):
    return files["data.json"].decode() + pages(files)
