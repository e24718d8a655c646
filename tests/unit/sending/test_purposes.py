"""What a message is for: as the caller says, as the template's category does, or asked for."""

import pytest

from functions.core.consent.rules import rules
from functions.core.consent.vocabulary import Purpose
from functions.core.runtime.records import fold_all
from functions.core.sending.errors import MissingPurposeError, UnknownDutyError
from functions.core.sending.message_errors import InvalidMessageError
from functions.core.sending.messages import parse_message
from functions.core.sending.model import Reason, SendState
from functions.core.sending.purposes import Catalogue, Purposes
from functions.core.sending.templates import News, template_folds
from functions.core.whatsapp.graph_answers import Refused
from functions.core.whatsapp.graph_errors import ErrorClass
from tests.fakes import build
from tests.fakes.consent import purposes
from tests.fakes.platform import Platform
from tests.fakes.records import MemoryRecords


def message(**more):
    return parse_message(build.body({"to": "+15550100001", **more}))


def template(name="offer", language="en_US", **more):
    return message(type="template", template={"name": name, "language": {"code": language}}, **more)


def knowing(records=None, status="APPROVED", category=None):
    records = records or MemoryRecords()
    news = News("offer", "en-US", 1, status, category)
    fold_all(records, template_folds([news]))
    return records


TEXT = {"type": "text", "text": {"body": "Hello"}}


def test_free_form_is_service_unless_the_caller_says_otherwise():
    assert purposes().of(message(**TEXT)) is Purpose.SERVICE
    assert purposes().of(message(**TEXT, purpose="marketing")) is Purpose.MARKETING


@pytest.mark.parametrize("category", ["MARKETING", "UTILITY", "AUTHENTICATION"])
def test_a_template_is_for_what_its_category_says(category):
    assert purposes(knowing(category=category)).of(template()) == category.lower()


def test_nothing_is_taken_for_harmless_unseen():
    for records in (MemoryRecords(), knowing(category=None), knowing(category="NEW_KIND")):
        with pytest.raises(MissingPurposeError, match="marketing, utility, authentication"):
            purposes(records).of(template())
        assert purposes(records).of(template(purpose="utility")) is Purpose.UTILITY


def test_marking_as_read_is_for_nothing():
    read = parse_message(build.body({"type": "read", "read": {"message_id": "wamid.x"}}))

    assert purposes().of(read) is None


def test_an_unknown_purpose_is_refused_with_those_that_exist():
    with pytest.raises(InvalidMessageError) as raised:
        message(**TEXT, purpose="spam")

    (error,) = raised.value.errors
    assert error.field == "purpose"
    for purpose in Purpose:
        assert purpose.value in error.reason


def test_an_unknown_duty_is_refused_with_those_that_exist():
    with pytest.raises(UnknownDutyError, match="gdpr-34"):
        purposes().of(message(**TEXT, legal_duty="because"))


@pytest.mark.parametrize(
    ("category", "purpose", "codes"),
    [
        ("MARKETING", "marketing", []),
        ("MARKETING", "utility", ["purpose_mismatch"]),
        ("MARKETING", "authentication", ["purpose_mismatch"]),
        ("UTILITY", "utility", []),
        ("UTILITY", "marketing", []),  # held to more than it needs
        ("AUTHENTICATION", "utility", ["purpose_mismatch"]),
        (None, "utility", []),
    ],
)
def test_a_purpose_must_fit_what_meta_counts_the_template_as(category, purpose, codes):
    found = purposes(knowing(category=category)).against(template(), Purpose(purpose))

    assert [reason.code for reason in found] == codes


def test_every_reason_against_a_template_is_told():
    known = purposes(knowing(status="PAUSED", category="MARKETING"))

    reasons = known.against(template(), Purpose.UTILITY)
    assert [reason.code for reason in reasons] == ["template_not_approved", "purpose_mismatch"]
    assert known.against(message(**TEXT), Purpose.UTILITY) == []


def test_the_catalogue_is_read_once_a_minute_a_template():
    class Counting(MemoryRecords):
        loads = 0

        def load(self, keys, *, consistent=False):
            self.loads += 1
            return super().load(keys, consistent=consistent)

    records, now = knowing(Counting(), category="UTILITY"), [0.0]
    records.loads = 0
    known = Purposes(Catalogue(records, clock=lambda: now[0]), rules())
    for _ in range(5):
        known.of(template())
    assert records.loads == 1
    now[0] = 60.0
    known.of(template())
    assert records.loads == 2


def test_a_template_that_meta_paused_after_it_was_accepted_is_refused_with_the_reason():
    platform = Platform()
    sent = {"type": "template", "template": {"name": "offer", "language": {"code": "en_US"}}}
    accepted = platform.accept(text=None, **sent)
    knowing(platform.templates, status="PAUSED")

    platform.drain()
    stored = platform.store.message(accepted.id)
    assert stored["send_state"] == SendState.REFUSED
    assert [reason["code"] for reason in stored["reasons"]] == ["template_not_approved"]
    assert platform.graph.payloads == []


def test_reasons_of_consent_and_of_meta_stand_side_by_side():
    platform = Platform()
    platform.consents.reasons = (Reason("consent_missing", "No."),)
    accepted = platform.accept(purpose="marketing")  # free-form, and nobody has written

    platform.drain()
    codes = [reason["code"] for reason in platform.store.message(accepted.id)["reasons"]]
    assert codes == ["outside_customer_service_window", "consent_missing"]


def test_a_legal_duty_outweighs_the_person_never_meta_and_is_entered():
    platform = Platform()
    platform.consents.reasons = (Reason("consent_withdrawn", "No."), Reason("restricted", "No."))
    platform.write_in()
    told = platform.accept(legal_duty="gdpr-34")
    platform.drain()

    assert platform.store.message(told.id)["send_state"] == SendState.ACCEPTED
    (entry,) = [e for e in platform.store.entries if e.action == "message:gate:overridden"]
    assert entry.facts["legal_duty"] == "gdpr-34"
    assert entry.facts["overridden"] == ["consent_withdrawn", "restricted"]

    platform.clock.now += 25 * 3_600_000
    late = platform.accept("k2", legal_duty="gdpr-34")
    platform.drain()
    codes = [reason["code"] for reason in platform.store.message(late.id)["reasons"]]
    assert codes == ["outside_customer_service_window"]


def test_after_a_lost_claim_the_gate_looks_at_what_is_fresh():
    lost = []

    class Loses:
        def __init__(self, store):
            self._store = store

        def __getattr__(self, name):
            return getattr(self._store, name)

        def claim(self, claim):
            if not lost:
                lost.append(claim)
                return False
            return self._store.claim(claim)

    platform = Platform(around=lambda name, part: Loses(part) if name == "store" else part)
    platform.write_in()
    platform.accept()
    platform.drain()

    assert [fresh for *_, fresh in platform.consents.asked] == [False, True]


def test_what_was_accepted_before_purposes_were_asked_for_is_held_to_the_strictest():
    platform = Platform()
    sent = {"type": "template", "template": {"name": "offer", "language": {"code": "en_US"}}}
    accepted = platform.accept(text=None, **sent)
    for key, item in platform.records.items.items():
        if key.pk == f"MESSAGE#{accepted.id}":
            del item["purpose"]
    platform.drain()

    assert platform.consents.asked[0][1] is Purpose.MARKETING


def test_what_graph_says_of_the_person_is_heeded_before_the_message_is_settled():
    platform = Platform()
    platform.write_in()
    told = platform.accept()
    refusal = Refused(131050, "opted out", 400, ErrorClass.OPTED_OUT)
    platform.graph.script.append(refusal)
    platform.drain()

    ((error_class, node, message_id, attempt),) = platform.refusals.told
    assert (error_class, message_id, attempt) == (ErrorClass.OPTED_OUT, told.id, 1)
    assert platform.store.message(told.id)["thread"].endswith(node)
    assert platform.store.message(told.id)["send_state"] == SendState.FAILED
