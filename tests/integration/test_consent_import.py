"""From a file in parts to consents in the ledger, through API and worker (moto)."""

import json

import boto3
import pytest
from import_desk import (
    CLIENT,
    entries,
    events,
    file_of,
    imported,
    opened,
    outcomes,
    sent,
    step,
    work,
)

from functions.consent_importer import wiring
from functions.core.consent.imports import policy
from functions.core.consent.imports.asked import asked_from
from functions.core.consent.imports.errors import (
    ImportClosedError,
    ImportConflictError,
    NotPlannedError,
    PartsMissingError,
    UnknownImportError,
)
from functions.core.consent.vocabulary import Purpose, Status, Strength
from functions.core.contacts.model import Alias, AliasKind
from functions.core.runtime import clock
from functions.core.runtime.steps import StepFailedError
from tests.fakes import imports
from tests.fakes.imports import HEADER, line

CANARY = "Quetzalcoatl"


@pytest.fixture
def desk(monkeypatch):
    with opened(monkeypatch) as made:
        yield made


@pytest.fixture
def _small_chunks(monkeypatch):
    real = policy.number
    told = {("chunk", "rows"): 2}
    monkeypatch.setattr(policy, "number", lambda *path: told.get(path) or real(*path))


def ledger():
    """As another function sees it."""
    return wiring._lane(imports.own_writer())._recording._ledger


def view(number):
    told = ledger()
    alias = Alias(AliasKind.PHONE, f"1555{number:07d}")
    node = told.directory.find([alias])[alias]
    person, _ = told.directory.person_behind(node, clock.now_ms())
    return told.view(person.contact_id), told.history(person.contact_id)


def test_who_consented_stands_in_the_ledger_with_the_evidence_and_the_strength_of_an_import(desk):
    import_id = imported(desk, line(1), line(2, source=CANARY))
    found, ((event, _),) = view(2)
    standing = found.standings[Purpose.MARKETING]
    assert (standing.status, standing.strength) == (Status.GIVEN, Strength.IMPORTED)
    assert standing.since_ms == 1_772_359_200_000
    assert event.evidence.items() >= {
        "source": CANARY, "evidence": "submission 2", "import": import_id, "row": 3,
    }.items()  # fmt: skip
    assert (event.notice.language, len(event.notice.sha256)) == ("en", 64)


def test_bad_rows_are_reported_and_the_others_recorded(desk):
    import_id = imported(desk, line(1, evidence=""), line(2), "", line(3, phone="0170"), "a,b")
    shown = desk.show(import_id, client_id=CLIENT)
    assert shown["status"] == "done"
    assert shown["rows"] == {"total": 4, "read": 4, "recorded": 1, "repeated": 0, "refused": 3}
    assert shown["started_at"] <= shown["finished_at"]
    rows = desk.report(import_id, client_id=CLIENT, cursor=0)["items"]
    assert [(row["row"], row["outcome"]) for row in rows] == [
        (2, "refused"), (3, "recorded"), (5, "refused"), (6, "refused"),
    ]  # fmt: skip
    assert rows[0]["reasons"] == [{"field": "evidence", "reason": "is missing"}]


def test_the_same_file_again_records_nothing_and_says_so(desk):
    imported(desk, line(1), line(2), line(1))
    before = events()
    again = imported(desk, line(1), line(2), line(3), key="key-2")
    assert outcomes(desk, again) == {2: "repeated", 3: "repeated", 4: "recorded"}
    assert events() - before == {next(iter(events() - before)): 1}


@pytest.mark.usefixtures("_small_chunks")
def test_a_row_that_stands_in_a_file_twice_is_recorded_once(desk):
    import_id = imported(desk, line(1), line(1), line(1), line(1, evidence="another"))
    assert outcomes(desk, import_id) == {2: "recorded", 3: "repeated", 4: "repeated", 5: "recorded"}
    assert list(events().values()) == [2]


def test_what_was_withdrawn_after_that_stays_withdrawn(desk):
    imported(desk, line(1))
    found, _ = view(1)
    recording = wiring._lane(imports.own_writer())._recording
    recording.withdraw(found.person.contact_id, [Purpose.MARKETING], by=imports.STAFF, key="stop")
    imported(desk, line(1, evidence="another list"), key="key-2")
    assert view(1)[0].standings[Purpose.MARKETING].status is Status.WITHDRAWN


@pytest.mark.usefixtures("_small_chunks")
def test_a_failed_import_goes_on_where_it_stopped(desk):
    machine = imports.Machine()
    desk = imports.desk(machine)
    import_id = sent(desk, file_of(*(line(n) for n in range(5))))
    chunks = step("plan", import_id)["chunks"]
    step("load", import_id, chunk=chunks[1])
    assert step("fail", import_id)["state"] == "failed"
    assert desk.show(import_id, client_id=CLIENT)["rows"]["recorded"] == 2
    assert desk.start(import_id, client_id=CLIENT).attempt == 2
    assert machine.started == [f"{import_id}-1", f"{import_id}-2"]
    assert step("plan", import_id)["chunks"] == [chunks[0], chunks[2]]
    assert work(import_id) | {"state": "done", "recorded": 5} == work(import_id)
    assert len(events()) == 5


def test_an_import_is_started_once_until_it_has_been_given_up(desk):
    machine = imports.Machine()
    desk = imports.desk(machine)
    import_id = sent(desk, file_of(line(1)))
    assert desk.start(import_id, client_id=CLIENT).attempt == 1
    now = clock.now_ms()
    desk._now_ms = lambda: now + 6 * 3_600_000 + 60_000
    assert desk.start(import_id, client_id=CLIENT).attempt == 2
    assert machine.started == [f"{import_id}-1", f"{import_id}-1", f"{import_id}-2"]
    desk._now_ms = lambda: now + 17 * 3_600_000
    with pytest.raises(ImportClosedError):
        desk.start(import_id, client_id=CLIENT)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"", None),
        (HEADER.encode(), "file"),
        (file_of(line(1), header=HEADER + ",colour"), "column 9"),
        (file_of(line(1), header=HEADER.replace("phone", "number")), "column 1"),
        (b"\xff\xfe" + HEADER.encode(), "header"),
        (b'"' + HEADER.encode(), "header"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole_and_the_workflow_ends_well(
    desk, content, field
):
    if not content:
        begun = desk.begin(asked_from(b"{}"), client_id=CLIENT, idempotency_key="key-1")
        with pytest.raises(PartsMissingError):
            desk.start(begun.id, client_id=CLIENT)
        return
    import_id = sent(desk, content)
    assert work(import_id)["state"] == "refused"
    shown = desk.show(import_id, client_id=CLIENT)
    assert shown["problems"][0]["field"] == field
    assert not events()


def test_semicolons_a_byte_order_mark_and_rows_over_the_borders_of_parts_are_read(desk):
    text = file_of(line(1), line(2, evidence='"he said ""yes"",\nthen left é"'))
    content = b"\xef\xbb\xbf" + text.replace(b",", b";").replace(b'""yes"";', b'""yes"",')
    cuts = [2, 40, len(content) - 8, len(content) - 2]
    import_id = sent(desk, content, cuts=cuts)
    work(import_id)
    assert set(outcomes(desk, import_id).values()) == {"recorded"}
    _, ((event, _),) = view(2)
    assert event.evidence["evidence"] == 'he said "yes",\nthen left é'


def test_only_its_own_client_sees_an_import_and_a_key_stands_for_one_body(desk):
    import_id = sent(desk, file_of(line(1)))
    for asked in (
        lambda: desk.show(import_id, client_id="other"),
        lambda: desk.report(import_id, client_id="other", cursor=0),
        lambda: desk.start(import_id, client_id="other"),
        lambda: desk.put_part(import_id, 1, b"x", client_id="other"),
    ):
        with pytest.raises(UnknownImportError):
            asked()
    with pytest.raises(ImportConflictError):
        desk.begin(asked_from(b'{"method": "paper"}'), client_id=CLIENT, idempotency_key="key-1")
    with pytest.raises(ImportClosedError):
        desk.put_part(import_id, 1, b"x", client_id=CLIENT)


def test_a_gap_between_parts_is_named(desk):
    begun = desk.begin(asked_from(b"{}"), client_id=CLIENT, idempotency_key="key-1")
    for number in (2, 4):
        desk.put_part(begun.id, number, b"x", client_id=CLIENT)
    with pytest.raises(PartsMissingError) as caught:
        desk.start(begun.id, client_id=CLIENT)
    assert caught.value.missing == [1, 3]


def test_steps_that_come_too_early_raise(desk):
    with pytest.raises(NotPlannedError):
        step("plan", "i_none")
    import_id = sent(desk, file_of(line(1)))
    with pytest.raises(NotPlannedError):
        step("load", import_id, chunk={"number": 0, "row": 2, "rows": 1, "start": 0, "end": 9})
    step("plan", import_id)
    with pytest.raises(NotPlannedError):
        step("finish", import_id)


def test_errors_of_others_are_told_by_their_type_alone(desk, monkeypatch, capsys):
    import_id = sent(desk, file_of(line(1)))
    monkeypatch.setattr(wiring, "planner", lambda: CANARY.nothing)
    with pytest.raises(StepFailedError, match=r"^AttributeError$"):
        step("plan", import_id)
    assert CANARY not in capsys.readouterr().out


def test_neither_logs_nor_stores_nor_entries_show_what_stood_in_the_file(desk, capsys):
    good = line(1, evidence=CANARY, source="4111111111111111")
    import_id = imported(desk, good, line(2, phone=CANARY, purpose=CANARY), f'"{CANARY}')
    desk.report(import_id, client_id=CLIENT, cursor=0)
    assert {row["outcome"] for row in desk.report(import_id, client_id=CLIENT, cursor=0)["items"]}
    seen = capsys.readouterr().out + json.dumps(desk.report(import_id, client_id=CLIENT, cursor=0))
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
    for table in dynamodb.list_tables()["TableNames"]:
        seen += repr(dynamodb.scan(TableName=table)["Items"])
    for found in s3.list_objects_v2(Bucket="exports")["Contents"]:
        seen += found["Key"]
        seen += repr(s3.get_object(Bucket="exports", Key=found["Key"])["Body"].read())
    for secret in (CANARY, "15550000001", "4111111111111111"):
        assert secret not in seen


def test_every_consent_and_every_step_has_its_entry(desk):
    import_id = imported(desk, line(1), line(2))
    told = entries()
    given = [entry for entry in told if entry["action"] == "consent:purpose:given"]
    assert [entry["request"] for entry in given] == [import_id] * 2
    assert {entry["by"]["id"] for entry in given} == {CLIENT}
    steps = [e["facts"]["step"] for e in told if e["action"] == "consent:import:done"]
    assert sorted(steps) == ["finish", "load", "plan"]
