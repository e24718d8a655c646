"""The ledger on its table: what is stored, what is read back, what dies in between."""

import boto3
import pytest
from moto import mock_aws

from functions.core.audit.vocabulary import Action
from functions.core.consent.commitment import commitment
from functions.core.consent.errors import UnknownContactError
from functions.core.consent.items import event_item
from functions.core.consent.vocabulary import Kind, Purpose, Status
from functions.core.contacts.model import Alias, AliasKind, Sighting
from functions.core.contacts.service import folds
from functions.core.runtime.records import fold_all
from functions.core.runtime.values import decode
from tests.fakes.ledgers import TOLD, Ledgers

CANARY = "Ada Lovelace's signature"


@pytest.fixture
def ledgers():
    with mock_aws():
        made = Ledgers()
        made.clock.now += 1_000_000
        yield made


def standing(ledgers, node, purpose=Purpose.MARKETING):
    person, nodes = ledgers.directory.person_behind(node, float("inf"))
    return ledgers.ledger.of(person, nodes).standings[purpose]


def contact(ledgers, node):
    return ledgers.directory.person_behind(node, float("inf"))[0].contact_id


def stored(table):
    return [decode(item) for item in boto3.client("dynamodb").scan(TableName=table)["Items"]]


def entries():
    import json

    found = [json.loads(e) for item in stored("outbox") for e in item.get("entries", [])]
    return [entry for entry in found if entry["action"].startswith("consent:")]


def test_what_is_recorded_stands_and_is_in_the_history(ledgers):
    node = ledgers.person()
    event = ledgers.say(node, Kind.GIVEN, evidence={"form": CANARY})

    assert standing(ledgers, node).status is Status.GIVEN
    ((told, recorded_ms),) = ledgers.ledger.history(contact(ledgers, node))
    assert (told.id, told.evidence["form"], recorded_ms) == (event.id, CANARY, ledgers.clock.now)


def test_an_event_is_recorded_once_with_one_entry_however_often_it_is_told(ledgers):
    node = ledgers.person()
    event = ledgers.event(node, Kind.GIVEN)

    assert [ledgers.ledger.record(event, TOLD).is_new for _ in range(3)] == [True, False, False]
    assert len(ledgers.ledger.history(contact(ledgers, node))) == 1
    assert [entry["action"] for entry in entries()] == [Action.CONSENT_GIVEN]


def test_the_entry_commits_to_what_is_stored_and_shows_nothing_of_it(ledgers):
    node = ledgers.person()
    ledgers.say(node, Kind.GIVEN, evidence={"form": CANARY})

    ((event, recorded_ms),) = ledgers.ledger.history(contact(ledgers, node))
    (entry,) = entries()
    item = event_item(event, key="whatever", recorded_ms=recorded_ms)
    assert entry["facts"]["commitment"] == commitment(item)
    assert entry["what"] == f"consent/{event.id}"
    assert entry["purpose"] == "marketing"
    assert CANARY not in str(entries())


def test_evidence_is_sealed_and_all_else_says_nothing_about_anybody(ledgers):
    node = ledgers.person("15550100077")
    ledgers.say(node, Kind.GIVEN, evidence={"form": CANARY, "phone": "15550100077"})

    everything = str(stored("consent")) + str(stored("outbox"))
    assert CANARY not in everything
    assert "15550100077" not in everything


def test_an_objection_is_at_every_alias_of_the_person(ledgers):
    number, account = ledgers.link("15550100001", "US.1")
    ledgers.say(number, Kind.GIVEN)
    ledgers.clock.now += 1000
    ledgers.say(number, Kind.WITHDRAWN)

    states = ledgers.store.items([number, account], consistent=True)
    against = [states[node]["cells"]["marketing"]["against"] for node in (number, account)]
    assert against[0] == against[1]
    assert list(against[0]) == [number]


def test_telling_it_again_mends_what_a_death_left_undone(ledgers):
    """Stored at one alias, then nothing: the repeat brings it to the other."""
    number, account = ledgers.link("15550100001", "US.1")

    class Dies:
        def __init__(self, store):
            self._store = store

        def __getattr__(self, name):
            if name == "fold":
                raise KeyboardInterrupt
            return getattr(self._store, name)

    event = ledgers.event(number, Kind.WITHDRAWN)
    with pytest.raises(KeyboardInterrupt):
        ledgers.opened(Dies).record(event, TOLD)
    assert account not in ledgers.store.items([account], consistent=True)

    assert not ledgers.ledger.record(event, TOLD).is_new
    assert account in ledgers.store.items([account], consistent=True)
    assert len(entries()) == 1


def test_aliases_that_turn_out_to_be_one_person_share_their_objections_after_a_carry(ledgers):
    number = ledgers.person("15550100001")
    account = ledgers.account("US.1")
    ledgers.say(number, Kind.WITHDRAWN)
    ledgers.clock.now += 1000
    ledgers.say(account, Kind.GIVEN)
    ledgers.clock.now += 1000
    ledgers.link("15550100001", "US.1")

    assert standing(ledgers, account).status is Status.WITHDRAWN, "the stricter of both"
    ledgers.ledger.carry(account)
    assert ledgers.store.items([account], consistent=True)[account]["cells"]["marketing"]["against"]
    ledgers.clock.now += 1000
    ledgers.say(account, Kind.GIVEN)
    ledgers.ledger.carry(account)
    assert standing(ledgers, account).status is Status.GIVEN, "said by the one person they are"


def test_who_changed_number_takes_an_objection_along_and_the_next_owner_has_none(ledgers):
    old = ledgers.person("15550100001")
    ledgers.say(old, Kind.WITHDRAWN, Purpose.UTILITY)
    ledgers.clock.now += 1000
    aliases = [Alias(AliasKind.PHONE, "15550100001"), Alias(AliasKind.PHONE, "15550100002")]
    nodes = ledgers.directory.register(aliases)
    everyone = frozenset(nodes.values())
    change = Sighting(everyone, ledgers.clock.now, left=frozenset({old}))
    fold_all(ledgers.records, folds([change], nodes))
    new = nodes[aliases[1]]
    ledgers.ledger.carry(new)
    ledgers.clock.now += 1000

    ledgers.say(old, Kind.WITHDRAWN, Purpose.UTILITY)  # the next owner's own, over the old one's
    assert standing(ledgers, new, Purpose.UTILITY).status is Status.WITHDRAWN
    assert ledgers.codes(new, Purpose.UTILITY) == ["consent_withdrawn"]


def test_a_restriction_holds_at_every_alias_until_it_is_lifted(ledgers):
    number, account = ledgers.link("15550100001", "US.1")
    contact_id = contact(ledgers, number)

    ledgers.ledger.restrict(contact_id, on=True)
    assert ledgers.codes(account, Purpose.SERVICE) == ["restricted"]
    assert ledgers.ledger.view(contact_id).restricted
    ledgers.clock.now += 1
    ledgers.ledger.restrict(contact_id, on=False)
    assert ledgers.codes(account, Purpose.SERVICE) == []


def test_a_restriction_moves_with_the_person_and_never_to_the_next_owner_of_the_number(ledgers):
    old = ledgers.person("15550100001")
    ledgers.ledger.restrict(contact(ledgers, old), on=True)
    ledgers.clock.now += 1000
    aliases = [Alias(AliasKind.PHONE, "15550100001"), Alias(AliasKind.PHONE, "15550100002")]
    nodes = ledgers.directory.register(aliases)
    change = Sighting(frozenset(nodes.values()), ledgers.clock.now, left=frozenset({old}))
    fold_all(ledgers.records, folds([change], nodes))
    new = nodes[aliases[1]]
    ledgers.ledger.carry(new)
    ledgers.clock.now += 1000

    assert ledgers.codes(new, Purpose.SERVICE) == ["restricted"]
    assert ledgers.codes(old, Purpose.SERVICE) == []
    ledgers.ledger.restrict(contact(ledgers, new), on=True)
    assert ledgers.codes(old, Purpose.SERVICE) == [], "the old number is not theirs any more"
    ledgers.ledger.restrict(contact(ledgers, old), on=True)
    ledgers.clock.now += 1
    ledgers.ledger.restrict(contact(ledgers, old), on=False)
    assert ledgers.codes(new, Purpose.SERVICE) == ["restricted"], "the other's is not theirs"


def test_nobody_is_invented(ledgers):
    for ask in (ledgers.ledger.view, ledgers.ledger.history, ledgers.ledger.node_of):
        with pytest.raises(UnknownContactError):
            ask("nnobody~1")
