"""Erasure over simulated AWS: what is left of three people, for somebody who sees everything."""

import json
from hashlib import sha256

import pytest
from moto import mock_aws

from functions.core.holds.guard import Covered
from functions.core.rights.model import Right
from tests.fakes import build
from tests.fakes.access import NOW
from tests.fakes.erasing import DAY, DUTY, FREE, HELD, SETTLE_S, WORDS, ErasingWorld

CERTIFICATES = ("certificate.json", "certificate.html")


@pytest.fixture
def world(monkeypatch):
    """One whose messages are old enough, one whose are not, one under hold."""
    with mock_aws():
        world = ErasingWorld(monkeypatch)
        world.plant(FREE, at=NOW - 60 * DAY)
        world.plant(DUTY, at=NOW - DAY)
        world.plant(HELD, at=NOW - 60 * DAY)
        world.held(HELD)
        world.archive()
        yield world


def test_what_was_planted_can_be_read_before(world):
    for number in (FREE, DUTY, HELD):
        assert world.readable(number) > 10


def test_nothing_is_left_of_who_is_free(world):
    before = world.readable(DUTY), world.readable(HELD)
    request, node = world.asks_erasure(FREE), world.node(FREE)
    assert world.erased(request) == "erased"
    assert world.where(FREE) == []
    assert world.records_of(node) == []
    assert (world.readable(DUTY), world.readable(HELD)) == before


def test_of_who_is_under_a_duty_exactly_the_retained_classes_stay(world):
    request = world.asks_erasure(DUTY)
    assert world.erased(request) == "erased_except_retained"
    readable = world.everything_readable().decode(errors="replace")
    word = WORDS[DUTY]
    for kept in ("text", "caption", "file", "account"):
        assert f"{kept} {word}" in readable, kept
    assert f"evidence {word}" not in readable


def test_nothing_of_who_is_held_goes_and_nothing_is_sent_to_them(world):
    before = world.readable(HELD)
    request = world.asks_erasure(HELD)
    assert world.erased(request) == "restricted_under_hold"
    assert world.readable(HELD) == before
    assert world.is_restricted(HELD)
    told = world.request(request).result
    assert told["held"]["count"] > 0
    assert told["deleted"] == {}


def test_once_the_hold_is_lifted_the_request_is_carried_out_without_being_asked_again(world):
    request = world.asks_erasure(HELD)
    world.erased(request)
    assert world.step("sweep") == {"waits": 1}
    world.lifted(HELD)
    assert world.step("sweep") == {"waits": 1}, "names went; keys go once nobody finds them"
    world.clock.ms += SETTLE_S * 1000
    assert world.step("sweep") == {"erased": 1}
    assert world.where(HELD) == []
    assert world.step("sweep") == {}
    assert json.loads(world.file(request, "certificate.json"))["outcome"] == "erased"


def test_a_hold_on_a_range_of_time_keeps_that_range_only(world):
    begin = (NOW - 60 * DAY) * 1000
    world.held(FREE, Covered(from_ms=begin + 1_000, until_ms=begin + 2_000))
    request = world.asks_erasure(FREE)
    assert world.erased(request) == "restricted_under_hold"
    readable = world.everything_readable().decode(errors="replace")
    tables = b"\n".join(world.tables_readable()).decode()
    assert f"text {WORDS[FREE]}" not in tables
    assert f"caption {WORDS[FREE]}" not in tables
    assert WORDS[FREE] * 5000 in readable


def test_somebody_who_does_not_exist_is_answered_like_somebody_of_whom_nothing_was_kept(world):
    world.asks("nzzzzzzzzzzzzzzzzzzzz~5", name="q_nobody", right=Right.ERASURE)
    assert world.erased("q_nobody") == "erased"
    told = world.request("q_nobody").result
    assert (told["deleted"], told["keys"]["destroyed"]) == ({}, 0)


def test_the_certificate_says_what_went_and_is_in_the_audit_log_by_its_hash(world):
    request = world.asks_erasure(FREE)
    world.erased(request)
    body = world.file(request, "certificate.json")
    told = json.loads(body)
    assert told["deleted"]["conversations.message"] == 3
    assert told["deleted"]["media.object"] >= 2
    assert told["keys"] == {"destroyed": 1, "epochs": [1]}
    assert told["unreadable"]["in_backups_until"] > told["unreadable"]["in_stores_since"]
    (entry,) = world.entries_of("record:contact:erased")
    assert entry["what"] == f"rights/{request}"
    assert entry["facts"]["certificate"] == sha256(body).hexdigest()
    (kept,) = world.ledger_entries()
    assert told["ledger"] == {"object": kept[0], "sha256": sha256(kept[1]).hexdigest()}
    assert sha256(body).hexdigest() in world.file(request, "certificate.html").decode()


def test_certificates_and_ledger_hold_nothing_personal(world):
    for number in (FREE, DUTY, HELD):
        world.erased(world.asks_erasure(number))
    texts = [world.file(f"q_{n[-1]}", name) for n in (FREE, DUTY, HELD) for name in CERTIFICATES]
    texts += [body for _, body in world.ledger_entries()]
    for number, word in WORDS.items():
        assert not any(number.encode() in text or word.encode() in text for text in texts)
    for number in (FREE, DUTY, HELD):
        told = [world.file(f"q_{number[-1]}", name) for name in CERTIFICATES]
        assert not any(world.pseudonym(number) in text.decode() for text in told)


def test_what_is_retained_is_told_with_its_law_and_when_it_ends(world):
    request = world.asks_erasure(DUTY)
    world.erased(request)
    kept = {each["class"]: each for each in world.request(request).result["retained"]}
    assert kept.keys() == {"communications", "contact"}
    duty = {"id": "class-communications", "regime": "mifid2", "law": "Article 16(7)"}
    assert kept["communications"]["duties"] == [duty]
    assert kept["communications"]["until"].startswith("2027-09-20")
    assert kept["contact"]["until"] == kept["communications"]["until"]
    assert world.is_restricted(DUTY)


def test_erased_twice_nothing_is_done_twice(world):
    request = world.asks_erasure(FREE)
    world.erased(request)
    told = world.file(request, "certificate.json")
    assert world.erased(request) == "erased"
    assert world.file(request, "certificate.json") == told
    assert len(world.entries_of("record:contact:erased")) == 1


def test_two_requests_at_once_end_alike_and_leave_nothing(world):
    one, two = world.asks_erasure(FREE, "q_one"), world.asks_erasure(FREE, "q_two")
    world.step("plan", request_id=one)
    for part in world.step("plan", request_id=two)["parts"]:
        world.step("erase", request_id=one, part=part)
        world.step("erase", request_id=two, part=part)
    assert world.finished(one) == "erased"
    assert world.finished(two) == "erased"
    assert world.where(FREE) == []


def test_messages_that_wait_are_not_sent(world):
    world.waits(FREE, "m_" + "q" * 26)
    request = world.asks_erasure(FREE)
    world.step("plan", request_id=request)
    assert world.sending_state("m_" + "q" * 26) == "refused"
    assert world.finished(request) == "erased"


def test_what_comes_in_while_names_go_is_erased_as_well(world):
    """An environment that had found the person already stores what it holds."""
    request = world.asks_erasure(FREE)
    node = world.node(FREE)
    world.step("plan", request_id=request)
    assert world.step("finish", request_id=request)["wait_seconds"]
    world.writes_as(node, FREE, "wamid.late", at=NOW - 60 * DAY)
    assert world.where(FREE) != []
    world.clock.ms += SETTLE_S * 1000
    assert world.finished(request) == "erased"
    assert world.where(FREE) == []


def test_what_is_sent_again_brings_nobody_back(world):
    world.erased(world.asks_erasure(FREE))
    world.redelivered(FREE, "wamid.again", at=NOW - 60 * DAY)
    assert world.where(FREE) == []


def test_who_writes_again_is_somebody_new(world):
    before = world.node(FREE)
    world.erased(world.asks_erasure(FREE))
    world.anew()
    world.redelivered(FREE, "wamid.new", at=NOW + 3 * DAY)
    assert world.node(FREE) != before


def test_an_export_about_them_opens_no_more_and_one_of_everybody_still_does(world):
    for name, number in (("e_theirs", FREE), ("e_anothers", DUTY)):
        world.exported(number, name)
        world.seals(f"export~{name}")
    world.erased(world.asks_erasure(FREE))
    assert not world.has_key("export~e_theirs")
    assert world.has_key("export~e_anothers")


def test_what_was_said_on_a_number_that_is_not_used_any_more_goes_as_well(world):
    message = build.text_message(
        "wamid.former", sender=FREE, at=NOW - 60 * DAY, text={"body": f"former {WORDS[FREE]}"}
    )
    world.told(build.change(messages=[message], number="106540000000777"))
    world.erased(world.asks_erasure(FREE))
    assert world.where(FREE) == []
