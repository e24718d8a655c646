"""What Graph's answer says of a person is in the ledger before the next message to them."""

import pytest
from moto import mock_aws

from functions.core.consent.refused import GraphRefusals
from functions.core.consent.vocabulary import Kind, Purpose
from functions.core.whatsapp.graph_errors import ErrorClass
from tests.fakes import build
from tests.fakes.ledgers import Ledgers

AT_ANY_TIME = '{"marketing": {"quiet_from": 0, "quiet_until": 0}}'


@pytest.fixture
def ledgers():
    with mock_aws():
        yield Ledgers(AT_ANY_TIME)


def refused(ledgers, node, error_class, attempt=1):
    refusals = GraphRefusals(
        ledger=ledgers.ledger,
        pseudonyms=build.PSEUDONYMS,
        rules=ledgers.rules,
        now_ms=ledgers.clock.now_ms,
    )
    refusals.heed(error_class, node=node, message_id="m_1", attempt=attempt)


def agreed(ledgers):
    node = ledgers.person()
    ledgers.say(node, Kind.GIVEN)
    ledgers.clock.now += 1
    assert ledgers.codes(node) == []
    return node


def history(ledgers, node):
    person, _ = ledgers.directory.person_behind(node, float("inf"))
    return [event.kind for event, _ in ledgers.ledger.history(person.contact_id)]


def test_who_opted_out_at_meta_has_withdrawn_from_marketing_and_nothing_else(ledgers):
    node = agreed(ledgers)
    refused(ledgers, node, ErrorClass.OPTED_OUT)

    assert ledgers.codes(node) == ["consent_withdrawn"]
    assert ledgers.codes(node, Purpose.UTILITY) == []


def test_a_changed_identity_suspends_what_the_rules_say(ledgers):
    node = agreed(ledgers)
    refused(ledgers, node, ErrorClass.IDENTITY_CHANGED)

    assert {p: ledgers.codes(node, p) for p in Purpose} == {
        Purpose.MARKETING: ["consent_invalidated"],
        Purpose.AUTHENTICATION: ["consent_invalidated"],
        Purpose.UTILITY: [],
        Purpose.SERVICE: [],
    }


def test_told_again_it_is_recorded_once_and_another_try_is_another_fact(ledgers):
    node = agreed(ledgers)
    for attempt in (1, 1, 2):
        refused(ledgers, node, ErrorClass.OPTED_OUT, attempt)

    assert history(ledgers, node) == [Kind.GIVEN, Kind.WITHDRAWN, Kind.WITHDRAWN]


@pytest.mark.parametrize(
    "error_class", [c for c in ErrorClass if c not in ("opted_out", "identity_changed")]
)
def test_other_refusals_say_nothing_about_the_person(ledgers, error_class):
    node = agreed(ledgers)
    refused(ledgers, node, error_class)

    assert history(ledgers, node) == [Kind.GIVEN]
