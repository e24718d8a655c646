"""From the ledger over moto to a receipt that the auditor's verifiers accept."""

import hashlib
import json
from itertools import count

import boto3
import pytest
from moto import mock_aws

from functions.core.audit.model import Actor
from functions.core.audit.reading import LogReader
from functions.core.consent.checking import check
from functions.core.consent.controller import Controller
from functions.core.consent.fields import missing
from functions.core.consent.ledger import Ledger, Told
from functions.core.consent.model import Event
from functions.core.consent.notices import Notices
from functions.core.consent.proving import Proving
from functions.core.consent.record import opening, receipt, record_of
from functions.core.consent.rules import rules
from functions.core.consent.store import STORE, DynamoConsent
from functions.core.consent.vocabulary import Kind, Method, Purpose, Strength
from functions.core.contacts.model import Alias, AliasKind, Sighting
from functions.core.contacts.service import Directory, folds
from functions.core.content.records import Sealing
from functions.core.runtime.records import fold_all
from tests.fakes import tables
from tests.fakes.audit import NOW_MS, table_writer
from tests.fakes.audit_log import AuditLog, MemoryFiles
from tests.fakes.build import PSEUDONYMS
from tests.fakes.keys import key_ring
from tests.fakes.records import MemoryRecords
from tools import verify_audit

CLINIC = Controller(
    name="Klinik am See",
    address="Seestraße 3, Zürich",
    contact="+41 44 000 00 00",
    kind="hospital",
    privacy_url="https://klinik.example/datenschutz",
    jurisdiction="CH",
    storage_location="EU",
    authority="EDÖB",
)
NOTICE = Notices(CLINIC).find("marketing", language="de")
EVIDENCE = {
    "form": {"url": "https://klinik.example/ja", "version": 3},
    "said": "Ja, gerne \U0001f44d",
    "digests": ["0" * 64, "1" * 64],
}


@pytest.fixture
def client():
    with mock_aws():
        client = boto3.client("dynamodb")
        for name, schema in (
            ("consent", tables.consent_schema()),
            ("outbox", tables.outbox_schema()),
        ):
            client.create_table(TableName=name, **schema)
        yield client


@pytest.fixture
def records():
    return MemoryRecords()


@pytest.fixture
def ledger(client, records):
    store = DynamoConsent(client, "consent", Sealing(key_ring(), store=STORE), table_writer(client))
    numbers = count(1)
    directory = Directory(
        records=records,
        pseudonyms=PSEUDONYMS,
        new_id=lambda alias: ("a" if alias.kind is AliasKind.PHONE else "b") * 20,
        now_ms=lambda: 0,
    )
    return Ledger(
        store=store,
        directory=directory,
        now_ms=lambda: NOW_MS + next(numbers),
        new_salt=lambda: f"salt {next(numbers)}",
    )


PHONE, BSUID = Alias(AliasKind.PHONE, "41790000000"), Alias(AliasKind.BSUID, "CH.1")


@pytest.fixture
def contact_id(ledger, records):
    return seen(ledger, records, PHONE)


def seen(ledger, records, *aliases, at_ms=NOW_MS - 60_000):
    """The contact id of who is met under these aliases."""
    nodes = ledger.directory.register(aliases)
    sighting = Sighting(frozenset(nodes.values()), at_ms)
    fold_all(records, folds([sighting], nodes))
    person, _ = ledger.directory.person_behind(min(nodes.values()), at_ms)
    return person.contact_id


def given(ledger, contact_id, number=1, **changes):
    told = {
        "id": f"e_{number:026}",
        "kind": Kind.GIVEN,
        "purpose": Purpose.MARKETING,
        "node": contact_id.partition("~")[0],
        "at_ms": NOW_MS - 5_000 * number,
        "method": Method.WEB_FORM,
        "by": "client-1",
        "strength": Strength.EXPRESSED,
        "until_ms": NOW_MS + 1_000_000_000,
        "notice": NOTICE.ref,
        "evidence": EVIDENCE,
        **changes,
    }
    told = Event(**told)
    ledger.record(told, Told(by=Actor(kind="client", id="client-1")))
    return told


def entries(client):
    items = client.scan(TableName="outbox")["Items"]
    return [each["S"] for item in items for each in item.get("entries", {}).get("L", [])]


def sealed(client):
    log = AuditLog(now_ms=NOW_MS + 5_000)
    log.outbox = entries(client)
    log.seal()
    return log


def made(ledger, log, contact_id):
    view = ledger.view(contact_id)
    standing = view.standings[Purpose.MARKETING]
    history = ledger.history(contact_id)
    ((event, recorded_ms),) = [each for each in history if each[0].id == standing.event]
    record = record_of(
        contact_id=contact_id,
        controller=CLINIC,
        rule=rules()[Purpose.MARKETING],
        notice=NOTICE,
        events=history,
        standing=standing,
        known_as=[span.node for span in view.person.spans],
    )
    return receipt(
        record,
        proof=Proving(LogReader(MemoryFiles(log.files))).proof(event, recorded_ms),
        committed=opening(event, recorded_ms),
        now_ms=NOW_MS + 60_000,
    )


def test_what_is_read_back_opens_what_was_entered(client, ledger, contact_id):
    given(ledger, contact_id)

    ((event, recorded_ms),) = ledger.history(contact_id)
    digest = hashlib.sha256(opening(event, recorded_ms).encode()).hexdigest()

    (entry,) = [json.loads(each) for each in entries(client) if "consent/" in each]
    assert entry["facts"]["commitment"] == digest
    assert event.evidence["said"] == EVIDENCE["said"]


@pytest.mark.parametrize("last", [Kind.GIVEN, Kind.WITHDRAWN])
def test_the_receipt_of_what_the_ledger_recorded_is_proved_by_both(
    client, ledger, contact_id, last
):
    given(ledger, contact_id, number=2)
    if last is Kind.WITHDRAWN:
        given(ledger, contact_id, number=1, kind=last, strength=None, until_ms=None, notice=None)
    log = sealed(client)

    told = made(ledger, log, contact_id)

    data, key = json.dumps(told, ensure_ascii=False).encode(), log.signer.key
    assert missing(told) == []
    assert check(data, key).findings == ()
    assert verify_audit.receipt(data, verify_audit.Key(key.text))[0] == []
    assert told["dpv:hasRecordOfActivity"][0]["dpv:hasStatus"]["@type"].endswith(last.value.title())


def test_whoever_is_asked_for_under_another_alias_has_a_receipt_that_holds(
    client, ledger, records, contact_id
):
    given(ledger, contact_id)
    log = sealed(client)
    seen(ledger, records, PHONE, BSUID, at_ms=NOW_MS)
    by_bsuid = f"{ledger.directory.find([BSUID])[BSUID]}~{NOW_MS}"

    told = made(ledger, log, by_bsuid)

    subject = told["dpv:hasRecordOfActivity"][0]["dpv:hasDataSubject"]
    assert subject["dct:identifier"] == by_bsuid
    assert contact_id.partition("~")[0] in subject["schema:alternateName"]
    assert check(json.dumps(told).encode(), log.signer.key).findings == ()


def test_evidence_whose_key_was_destroyed_opens_nothing_any_more(client, ledger, contact_id):
    given(ledger, contact_id)
    log = sealed(client)
    told = made(ledger, log, contact_id)
    committed = json.loads(told["amana:committed"])
    told["amana:committed"] = json.dumps(
        {**committed, "evidence": {}}, sort_keys=True, separators=(",", ":")
    )

    (finding,) = check(json.dumps(told).encode(), log.signer.key).findings

    assert finding.startswith("not-committed")
