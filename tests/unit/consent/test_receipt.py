"""Receipts and their two verifiers: what is true is proved, whatever is changed is found."""

import copy
import json
from dataclasses import replace

import pytest
from consent_logged import Logged, by_core, by_tool, kinds
from consent_people import ASKED, AT_MS, BANK, CONTACT, DAY_MS, NODE, given, requested, withdrawn
from hypothesis import given as for_all
from hypothesis import strategies as st

from cli.main import main
from functions.core.consent.checking import check
from functions.core.consent.fields import missing
from functions.core.consent.notices import Notices
from functions.core.consent.standing import Standing
from functions.core.consent.vocabulary import Kind, Method, Purpose, Status
from tests.fakes.audit_log import Signer
from tools import verify_audit

OTHER = "n" + "z" * 20 + "~0"


@pytest.fixture(scope="module")
def log():
    logged = Logged()
    logged.enter(requested())
    logged.seal()
    logged.enter(given())
    logged.enter(replace(given(), id="e_other", purpose=Purpose.UTILITY), contact_id=OTHER)
    logged.seal()
    return logged


@pytest.fixture(scope="module")
def made(log):
    return log.receipt(requested(), given())


@pytest.fixture
def receipt(made):
    return copy.deepcopy(made)


class TestProved:
    def test_a_receipt_has_every_mandatory_field(self, made):
        assert missing(made) == []

    @pytest.mark.parametrize(
        "field", ["dct:conformsTo", "dct:identifier", "dct:created", "dpv:hasRecordOfActivity"]
    )
    def test_a_field_that_is_not_there_is_missed(self, receipt, field):
        del receipt[field]

        assert any(field in each for each in missing(receipt))

    def test_a_record_that_lacks_something_is_missed_in_the_receipt(self, receipt):
        del receipt["dpv:hasRecordOfActivity"][0]["dpv:hasEntity"]

        assert "party name (dpv:hasEntity/dpv:hasName)" in missing(receipt)

    def test_both_verifiers_accept_what_is_true(self, log, made):
        assert kinds(made, log.key) == set()

    @pytest.mark.parametrize(
        "event",
        [
            requested(),
            given(),
            given(method=Method.PAPER, request="", notice=None),
            withdrawn(),
            withdrawn(method=Method.STAFF, reason="phone call"),
            replace(withdrawn(), kind=Kind.INVALIDATED, method=Method.IDENTITY_CHANGE),
            replace(withdrawn(), kind=Kind.REFUSED, request="r_1", notice=ASKED.ref),
            given(purpose=Purpose.SERVICE, notice=Notices(BANK).asking(Purpose.SERVICE, "he").ref),
        ],
        ids=lambda event: f"{event.kind}-{event.method}-{event.purpose}",
    )
    def test_any_event_that_makes_a_standing_can_be_proved(self, event):
        log = Logged()
        log.enter(event)
        log.seal()
        notice = ASKED if event.purpose is Purpose.MARKETING else None

        told = log.receipt(event, notice=notice or Notices(BANK).asking(Purpose.SERVICE, "he"))

        assert kinds(told, log.key) == set()

    def test_a_person_of_another_alias_is_theirs_when_the_receipt_names_it(self, log):
        newer = "b" + "q" * 20 + "~5"

        told = log.receipt(requested(), given(), contact_id=newer, known_as=[NODE])

        assert kinds(told, log.key) == set()

    def test_a_consent_that_has_run_out_since_may_be_told_as_expired(self, log):
        short = given(id="e_short", until_ms=AT_MS + 1_000)
        logged = Logged()
        logged.enter(short)
        logged.seal()
        standing = Standing(status=Status.EXPIRED, event=short.id)

        assert kinds(logged.receipt(short, standing=standing), logged.key) == set()

    @pytest.mark.parametrize("kind", [Kind.EXPIRED, Kind.DISREGARDED])
    def test_an_answer_that_activated_nothing_is_proved_and_leaves_no_standing(self, kind):
        late = replace(withdrawn(), kind=kind, method=Method.WHATSAPP_BUTTON, request="r_1")
        log = Logged()
        log.enter(late)
        log.seal()

        unknown = log.receipt(late, standing=Standing(status=Status.UNKNOWN))
        claimed = log.receipt(late, standing=Standing(status=Status.EXPIRED, event=late.id))

        assert kinds(unknown, log.key) == set()
        assert kinds(claimed, log.key) == {"changed"}

    def test_two_receipts_of_one_consent_have_ids_of_their_own(self, log, made):
        later = log.receipt(requested(), given(id="e_later"), proof=log.proof(given()))

        assert later["dct:identifier"] != made["dct:identifier"]


class TestLookUp:
    def test_what_is_not_sealed_yet_has_no_proof(self):
        log = Logged()
        log.enter(requested())
        log.seal()
        log.enter(given())

        assert log.proof(given()) is None
        assert kinds(log.receipt(given()), log.key) == {"unproved"}

    def test_an_empty_log_proves_nothing(self):
        assert Logged().proof(given()) is None

    @pytest.mark.parametrize("seconds", [0, 20, 61, 600, 3_600, 25 * 3_600])
    def test_it_is_found_however_late_it_was_sealed(self, seconds):
        log = Logged()
        log.enter(given())
        log.seal(seconds=seconds)

        assert log.proof(given()) is not None

    def test_it_is_found_among_hundreds_of_others_of_the_same_minute(self):
        log = Logged()
        others = [given(id=f"e_{number:026}", at_ms=AT_MS) for number in range(100, 700)]
        log.enter(*others[:300], given(), *others[300:])
        log.seal()

        assert kinds(log.receipt(given()), log.key) == set()

    def test_another_event_of_the_same_kind_and_time_is_not_taken_for_it(self):
        log = Logged()
        log.enter(given(id="e_other"))
        log.seal()

        assert log.proof(given()) is None


def record(receipt):
    return receipt["dpv:hasRecordOfActivity"][0]


def the_event(receipt):
    return record(receipt)["dpv:hasConsentStatus"][1]


def the_notice(receipt):
    return record(receipt)["dpv:hasNotice"][0]


CHANGES = {
    "state": lambda r: the_event(r).update({"@type": "dpv:ConsentRefused"}),
    "time": lambda r: the_event(r).update({"dpv:isIndicatedAtTime": "2026-11-01T08:00:00.000Z"}),
    "recorded": lambda r: the_event(r).update({"dct:created": "2026-11-01T08:00:00.000Z"}),
    "by": lambda r: the_event(r).update({"dpv:isIndicatedBy": {"@id": "urn:x"}}),
    "method": lambda r: the_event(r).update({"dpv:hasIndicationMethod": "paper"}),
    "type": lambda r: the_event(r).update({"dpv:hasLegalBasis": "dpv:ExpressedConsent"}),
    "until": lambda r: the_event(r)["dpv:hasDuration"].update({"rdf:value": "2040-01-01"}),
    "strength": lambda r: the_event(r).update({"amana:strength": "imported"}),
    "no strength": lambda r: the_event(r).pop("amana:strength"),
    "request": lambda r: the_event(r).update({"amana:request": "r_2"}),
    "more": lambda r: the_event(r).update({"amana:note": "in person"}),
    "event id": lambda r: the_event(r).update({"dct:identifier": "e_9"}),
    "event gone": lambda r: record(r)["dpv:hasConsentStatus"].pop(),
    "event twice": lambda r: record(r)["dpv:hasConsentStatus"].append(the_event(r)),
    "purpose": lambda r: record(r)["dpv:hasProcess"]["dpv:hasPurpose"].update(
        {"dct:identifier": "utility"}
    ),
    "standing": lambda r: record(r)["dpv:hasStatus"].update({"@type": "dpv:ConsentWithdrawn"}),
    "expired": lambda r: record(r)["dpv:hasStatus"].update({"@type": "dpv:ConsentExpired"}),
    "source": lambda r: record(r)["dpv:hasStatus"].update({"dct:source": "urn:x"}),
    "person's iri": lambda r: record(r)["dpv:hasDataSubject"].update({"@id": "urn:x"}),
    "person's iri everywhere": lambda r: (
        record(r)["dpv:hasDataSubject"].update({"@id": "urn:x"}),
        the_event(r).update({"dpv:isIndicatedBy": {"@id": "urn:x"}}),
    ),
    "one more notice": lambda r: record(r)["dpv:hasNotice"].append(
        {**the_notice(r), "@id": "urn:x"}
    ),
    "notice text": lambda r: the_notice(r).update({"schema:text": "May we send you everything?"}),
    "notice hash": lambda r: the_notice(r).update({"schema:sha256": "0" * 64}),
    "notice id": lambda r: the_notice(r).update({"dct:identifier": "service"}),
    "notice version": lambda r: the_notice(r).update({"dct:date": "2026-11-22"}),
    "notice language": lambda r: the_notice(r).update({"dct:language": "en"}),
    "notice kind": lambda r: the_notice(r).update({"@type": "dpv:PrivacyNotice"}),
    "notice iri": lambda r: the_notice(r).update({"@id": "urn:x"}),
    "notice gone": lambda r: record(r)["dpv:hasNotice"].pop(),
    "event's notice": lambda r: the_event(r).update({"dpv:hasNotice": {"@id": "urn:x"}}),
}


class TestChanged:
    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
    def test_a_record_that_says_otherwise_than_what_was_committed_to_is_found(
        self, log, receipt, change
    ):
        change(receipt)

        assert kinds(receipt, log.key) == {"changed"}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("at_ms", AT_MS - DAY_MS),
            ("recorded_ms", AT_MS),
            ("until_ms", AT_MS + 3650 * DAY_MS),
            ("kind", "refused"),
            ("purpose", "utility"),
            ("method", "paper"),
            ("strength", 3),
            ("by", "somebody"),
            ("id", "e_9"),
            ("evidence", {"reply_wamid": "wamid.9", "salt": "salt-2"}),
            ("evidence", {"reply_wamid": "wamid.2", "salt": "other"}),
            ("evidence", {}),
            ("request", "r_2"),
            ("reason", "none"),
        ],
    )
    def test_another_text_than_what_was_committed_to_is_found(self, log, receipt, name, value):
        told = {**json.loads(receipt["amana:committed"]), name: value}
        receipt["amana:committed"] = json.dumps(told, sort_keys=True, separators=(",", ":"))

        assert "not-committed" in kinds(receipt, log.key)

    def test_record_and_text_changed_alike_are_still_not_what_the_log_has(self, log):
        forged = given(at_ms=AT_MS - DAY_MS)

        told = log.receipt(requested(), forged, proof=log.proof(given()))

        assert kinds(told, log.key) == {"not-committed"}

    def test_a_notice_changed_alike_everywhere_is_still_not_what_the_log_has(self, log):
        mild = Notices(replace(BANK, name="Somebody else")).find("marketing", language="pt")

        told = log.receipt(given(notice=mild.ref), notice=mild, proof=log.proof(given()))

        assert kinds(told, log.key) == {"not-committed"}

    def test_a_text_that_cannot_be_told_any_more_is_said_to_lack(self, log):
        later = Notices(replace(BANK, name="Renamed")).find("marketing", language="pt")

        assert kinds(log.receipt(given(), notice=later), log.key) == {"no-text"}


class TestProofOfOther:
    def test_the_proof_of_another_entry_proves_nothing(self, log, made):
        proof = log.proof(requested())

        found = kinds(log.receipt(requested(), given(), proof=proof), log.key)

        assert found == {"other-entry", "not-committed"}

    def test_somebody_else_cannot_show_the_receipt_as_theirs(self, log):
        told = log.receipt(requested(), given(), contact_id=OTHER)

        assert kinds(told, log.key) == {"other-person"}

    def test_the_key_of_another_log_does_not_fit(self, made):
        assert kinds(made, Signer(secret=0xBAD).key) == {"wrong-key"}

    def test_another_logs_proof_does_not_fit(self, log, receipt):
        other = Logged()
        other.world.kms.signer = Signer(secret=0xBAD)
        other.sequencer = other.world.sequencer()
        other.enter(given())
        other.seal()
        receipt["amana:proof"] = other.proof(given()).decode()

        assert kinds(receipt, log.key) == {"wrong-key"}

    def test_an_entry_put_into_a_true_proof_is_not_in_the_log(self, log, receipt):
        lines = receipt["amana:proof"].split("\n")
        lines[1] = log.proof(requested()).decode().split("\n")[1]
        receipt["amana:proof"] = "\n".join(lines)

        assert kinds(receipt, log.key) == {"rewritten"}

    @pytest.mark.parametrize("proof", ["", "nothing", "\ud800", 7, None])
    def test_a_proof_that_is_none_is_refused(self, log, receipt, proof):
        receipt["amana:proof"] = proof

        for by in (by_core, by_tool):
            assert by(json.dumps(receipt).encode(), log.key)


class TestMalformed:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{",
            b"[]",
            b"{}",
            b"\xff",
            b"[" * 100_000,
            b'{"@type": "dpv:ConsentReceipt"}',
            b'{"@type": "dpv:ConsentReceipt", "dpv:hasRecordOfActivity": [1]}',
        ],
    )
    def test_what_is_no_receipt_is_told_so(self, log, data):
        assert kinds(data, log.key) == {"malformed"}

    def test_a_name_that_is_there_twice_is_refused(self, log, made):
        text = json.dumps(made).replace('"dct:created"', '"dct:created": "", "dct:created"')

        assert kinds(text.encode(), log.key) == {"malformed"}

    @pytest.mark.parametrize(
        "committed",
        ["", "[]", "7", '{"id": "e_1"}', '{"b": 1, "a": 1}', None, 7],
    )
    def test_a_text_that_is_no_event_is_refused(self, log, receipt, committed):
        receipt["amana:committed"] = committed

        assert kinds(receipt, log.key) == {"malformed"}

    def test_a_text_in_another_form_is_refused(self, log, receipt):
        told = json.loads(receipt["amana:committed"])
        receipt["amana:committed"] = json.dumps(told, sort_keys=True)

        assert kinds(receipt, log.key) == {"malformed"}

    @pytest.mark.parametrize("of", [lambda r: r, record], ids=["receipt", "record"])
    def test_what_is_called_something_else_is_refused(self, log, receipt, of):
        of(receipt)["@type"] = "dpv:Process"

        assert kinds(receipt, log.key) == {"malformed"}

    @for_all(st.data())
    def test_no_part_taken_out_leads_to_anything_but_findings(self, log, made, data):
        told = copy.deepcopy(made)
        _maim(told, data)

        for by in (by_core, by_tool):
            assert isinstance(by(json.dumps(told).encode(), log.key), list)


def _maim(value, data):
    """Somewhere in it, something becomes something else."""
    while isinstance(value, dict | list) and value:
        name = data.draw(
            st.sampled_from(list(value) if isinstance(value, dict) else range(len(value)))
        )
        if not isinstance(value[name], dict | list) or data.draw(st.booleans()):
            value[name] = data.draw(st.sampled_from([None, 0, -1, "", "x", [], {}, [{}], 10**30]))
            return
        value = value[name]


def auditor(*arguments):
    return verify_audit.main([str(each) for each in arguments])


def person(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(["audit", *(str(each) for each in arguments)])
    return ended.value.code


@pytest.mark.parametrize("run", [person, auditor])
class TestCommands:
    @pytest.fixture
    def path(self, made, tmp_path):
        path = tmp_path / "receipt.json"
        path.write_text(json.dumps(made))
        return path

    def test_what_is_proved_is_told_with_exit_code_0(self, run, log, path, capsys):
        assert run("receipt", path, "--key", log.key.text) == 0
        assert "marketing given at 2026-11-02T08:00:00.000Z" in capsys.readouterr().out

    def test_what_is_found_is_told_a_line_each_with_exit_code_1(self, run, log, path, capsys):
        path.write_text(path.read_text().replace('"whatsapp_button"', '"[bold]paper"'))

        assert run("receipt", path, "--key", log.key.text) == 1
        lines = capsys.readouterr().out.splitlines()
        assert [line.partition(":")[0] for line in lines] == ["changed"]

    def test_a_file_that_is_not_there_ends_with_exit_code_2(self, run, log, path, capsys):
        assert run("receipt", path.with_name("nowhere"), "--key", log.key.text) == 2

    def test_a_key_that_is_none_ends_with_exit_code_2(self, run, path, capsys):
        assert run("receipt", path, "--key", "a+b+c") == 2


def test_the_summary_says_what_is_proved(log, made):
    assert check(json.dumps(made).encode(), log.key).says == (
        "Proved: marketing given at 2026-11-02T08:00:00.000Z by whatsapp_button, until "
        "2028-11-01T08:00:00.000Z, after notice marketing@2026-11-29 (pt); recorded at "
        "2026-11-02T08:00:00.250Z."
    )


def test_the_contact_of_the_tests_is_named_in_the_log_as_in_the_receipt(made):
    assert record(made)["dpv:hasDataSubject"]["dct:identifier"] == CONTACT
