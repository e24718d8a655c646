"""What was wrong about a person is corrected, stays so, and its history stays too."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from functions.core.consent.vocabulary import Purpose, Status
from functions.core.contacts.model import Alias, AliasKind
from functions.core.content.records import Sealing
from functions.core.conversations.read_recent import _contact
from functions.core.rights.corrections import corrections_from, problems_of
from functions.core.rights.model import Right
from functions.core.rights.rectifying import Rectifier
from functions.core.rights.requests import STORE
from functions.core.rights.subjects import Subjects
from functions.core.runtime.records import Key
from tests.fakes import build
from tests.fakes.access import ADA, ADA_SAYS, BOB, NOW, NOW_MS, World
from tests.fakes.audit import own_writer

LATER_MS = NOW_MS + 1_000_000
# what somebody is called is stored by the day
DAY = 86_400


@pytest.fixture
def world(monkeypatch):
    with mock_aws():
        world = World(monkeypatch)
        world.says(ADA, "wamid.1")
        yield world


def correct(world, request="q_" + "c" * 26, at_ms=LATER_MS, **corrections):
    asked = world.asks(
        world.contact_id(ADA),
        name=request,
        right=Right.RECTIFICATION,
        details={"corrections": corrections},
        decided_ms=at_ms,
    )
    rectifier = Rectifier(
        client=world.dynamodb,
        table="conversations",
        sealing=world.seal,
        requests_table="compliance",
        requests_sealing=Sealing(world.ring, store=STORE),
        audit=own_writer(),
        ledger=world.ledger,
    )
    return rectifier.correct(asked, Subjects(world.directory).of(asked.contact_id))


def shown(world, number=ADA):
    return _contact(*world.directory.person_behind(world.node(number), float("inf")))


def entries(world):
    items = world.dynamodb.scan(TableName="outbox")["Items"]
    told = [json.loads(e["S"]) for i in items if "entries" in i for e in i["entries"]["L"]]
    return [e for e in told if e["action"] == "record:contact:corrected"]


def test_a_corrected_name_is_shown_and_whatsapps_later_word_does_not_undo_it(world):
    assert correct(world, name="Ada L") == {"names": 1, "aliases": 0, "consents": 0}
    assert shown(world)["name"] == "Ada L"
    world.says(ADA, "wamid.2", at=NOW + 5000)
    assert shown(world)["name"] == "Ada L"
    person, nodes = world.directory.person_behind(world.node(ADA), float("inf"))
    assert nodes[world.node(ADA)].profile.name == f"Ada {ADA_SAYS}", "what WhatsApp said is kept"
    assert person.contact_id == world.contact_id(ADA)


def test_an_empty_name_takes_it_away_and_the_user_name_stays_as_it_was(world):
    contacts = [{"profile": {"name": "Ada", "username": "ada.l"}, "wa_id": ADA}]
    told = build.text_message("wamid.u", sender=ADA, at=NOW + DAY)
    world.told(build.change(messages=[told], contacts=contacts), at=NOW + DAY)
    correct(world, name="")
    assert (shown(world)["name"], shown(world)["username"]) == (None, "ada.l")
    correct(world, request="q_" + "d" * 26, at_ms=LATER_MS + 1, username="real")
    assert (shown(world)["name"], shown(world)["username"]) == (None, "real")


def test_a_correction_is_entered_once_and_its_history_is_in_the_persons_answer(world):
    correct(world, name="Ada Corrected")
    assert correct(world, name="Ada Corrected")["names"] == 0, "it may be repeated"
    (entry,) = entries(world)
    assert entry["on"] == [world.contact_id(ADA)]
    assert "Corrected" not in json.dumps(entry)
    world.asks(world.contact_id(ADA))
    told = json.loads(world.answered()["data.json"])
    assert told["aliases"][0]["name"] == "Ada Corrected"
    (history,) = told["corrections"]
    assert (history["before"], history["after"]) == (
        {"name": f"Ada {ADA_SAYS}"},
        {"name": "Ada Corrected"},
    )


def test_names_stand_in_no_table_in_clear(world):
    correct(world, name="Quetzal Corrected", username="quetzal.u")
    stored = repr(
        [world.dynamodb.scan(TableName=t)["Items"] for t in ("conversations", "compliance")]
    )
    assert "Quetzal Corrected" not in stored
    assert "quetzal.u" not in stored


def test_the_next_owner_of_the_number_is_not_called_so(world):
    correct(world, at_ms=NOW_MS + 50_000, name="Ada Corrected")
    left = {"type": "user_changed_number", "new_wa_id": BOB, "body": "changed"}
    world.says(ADA, "wamid.2", at=NOW + 100, type="system", system=left)
    contacts = [{"profile": {"name": "Next"}, "wa_id": ADA}]
    told = build.text_message("wamid.n", sender=ADA, at=NOW + DAY)
    world.told(build.change(messages=[told], contacts=contacts), at=NOW + DAY)
    assert shown(world)["name"] == "Next"
    item = world.records.load([Key(f"NODE#{world.node(ADA)}", "NODE")])
    assert item, "it opens, under whatever key"


def linked(world):
    """WhatsApp told a user id together with Ada's number which is somebody else's."""
    contacts = [{"profile": {"name": "Ada"}, "wa_id": ADA, "user_id": "US.999"}]
    told = build.text_message("wamid.l", sender=ADA, at=NOW + 10, from_user_id="US.999")
    world.told(build.change(messages=[told], contacts=contacts), at=NOW + 10)
    alias = Alias(AliasKind.BSUID, "US.999")
    return world.directory.find([alias])[alias]


def test_an_alias_that_is_somebody_elses_is_parted_and_stays_so(world):
    contact = world.contact_id(ADA)
    account = linked(world)
    person, _ = world.directory.person_behind(world.node(ADA), float("inf"))
    assert account in person.current
    assert correct(world, not_mine=["US.999"])["aliases"] == 1
    for _ in range(2):
        person, _ = world.directory.person_behind(world.node(ADA), float("inf"))
        assert account not in person.current
        other, _ = world.directory.person_behind(account, float("inf"))
        assert world.node(ADA) not in other.current
        linked(world)  # the same delivery once more
    assert Subjects(world.directory).of(contact).contact_id == contact
    item = world.records.load([Key(f"NODE#{account}", "NODE")])[Key(f"NODE#{account}", "NODE")]
    assert (item["value"], item["key"]) == ("US.999", f"{account}~0")
    assert correct(world, not_mine=["US.999"])["aliases"] == 0


def test_who_dies_between_the_two_ends_finishes_when_it_is_repeated(world, monkeypatch):
    account = linked(world)
    real, calls = Rectifier._done, []

    def dies(self, *told):
        calls.append(told)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(self, *told)

    monkeypatch.setattr(Rectifier, "_done", dies)
    with pytest.raises(KeyboardInterrupt):
        correct(world, not_mine=["US.999"])
    monkeypatch.setattr(Rectifier, "_done", real)
    correct(world, not_mine=["US.999"])
    for start, stranger in ((world.node(ADA), account), (account, world.node(ADA))):
        person, _ = world.directory.person_behind(start, float("inf"))
        assert stranger not in person.current


def test_the_alias_a_person_is_known_by_is_not_taken_from_them(world):
    linked(world)
    assert correct(world, not_mine=[f"+{ADA}"])["aliases"] == 0


def test_a_consent_that_was_never_given_no_longer_counts_and_is_still_there(world):
    world.consents(ADA, "evidence")
    contact = world.contact_id(ADA)
    assert correct(world, wrong_consents=[f"e_1{ADA}"])["consents"] == 1
    assert correct(world, wrong_consents=[f"e_1{ADA}"])["consents"] == 0
    view = world.ledger.view(contact)
    assert view.standings[Purpose.MARKETING].status is Status.INVALIDATED
    assert [event.kind.value for event, _ in world.ledger.history(contact)] == [
        "given",
        "invalidated",
    ]


def test_a_consent_of_somebody_else_is_left_alone(world):
    world.says(BOB, "wamid.b")
    world.consents(BOB, "evidence")
    assert correct(world, wrong_consents=[f"e_1{BOB}"])["consents"] == 0


@pytest.mark.parametrize(("told", "field"), [
    ({"name": 5}, "name"),
    ({"username": "x" * 201}, "username"),
    ({"born": "1980"}, "born"),
    ({"not_mine": []}, "not_mine"),
    ({"not_mine": "US.1"}, "not_mine"),
    ({"not_mine": [5]}, "not_mine"),
    ({"wrong_consents": ["a b"]}, "wrong_consents"),
    ({"wrong_consents": ["e"] * 51}, "wrong_consents"),
])  # fmt: skip
def test_what_cannot_be_corrected_is_named(told, field):
    assert [error.field for error in problems_of(told)] == [f"corrections.{field}"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
)
NAMES = st.sampled_from(["name", "username", "not_mine", "wrong_consents", "x"])


@given(st.dictionaries(NAMES, JSON))
def test_what_has_no_problem_is_taken_as_it_is_and_nothing_else_breaks(told):
    taken = corrections_from(told)
    if not problems_of(told):
        kept = {name: value for name, value in told.items() if value is not None}
        assert {
            n: list(v) if isinstance(v, tuple) else v
            for n, v in vars(taken).items()
            if v not in (None, ())
        } == kept
