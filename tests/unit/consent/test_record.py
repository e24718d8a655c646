import json
from dataclasses import replace

import pytest
from consent_people import (
    ASKED,
    BANK,
    CONTACT,
    facts,
    given,
    recorded,
    requested,
    withdrawn,
)
from hypothesis import given as for_all
from hypothesis import strategies as st

from functions.core.consent.fields import missing
from functions.core.consent.notices import Notices
from functions.core.consent.record import record_of
from functions.core.consent.rules import rules
from functions.core.consent.standing import Standing
from functions.core.consent.vocabulary import Kind, Method, Purpose, Status, Strength
from functions.core.runtime import policies

MANDATORY = [
    field
    for field in policies.load("consent_record")["record"]
    if "mandatory" in field["iso"] or "gdpr" in field
]


def the_record(*events, **changes):
    return record_of(**facts(*(events or (requested(), given())), **changes))


def without(value, path):
    """A copy with the last part of the path taken out wherever it is."""
    if isinstance(value, list):
        return [without(each, path) for each in value]
    if not isinstance(value, dict):
        return value
    name, *rest = path
    if not rest:
        return {key: each for key, each in value.items() if key != name}
    return {key: without(each, rest) if key == name else each for key, each in value.items()}


class TestFields:
    @pytest.mark.parametrize("purpose", list(Purpose))
    def test_a_record_of_any_purpose_has_every_mandatory_field(self, purpose):
        mine = replace(given(), purpose=purpose)
        notice = Notices(BANK).asking(purpose, "de")

        assert missing(the_record(mine, notice=notice)) == []

    @pytest.mark.parametrize("kind", list(Kind))
    def test_an_event_of_any_kind_has_every_mandatory_field(self, kind):
        record = the_record(
            requested(),
            replace(withdrawn(), kind=kind),
        )

        assert missing(record) == []

    @pytest.mark.parametrize("field", MANDATORY, ids=lambda field: field["name"])
    def test_a_field_that_is_not_there_is_missed_by_name(self, field):
        record = without(the_record(), field["path"].split("/"))

        assert f"{field['name']} ({field['path']})" in missing(record)

    @pytest.mark.parametrize("empty", [None, "", [], {}])
    def test_an_empty_field_is_as_good_as_none(self, empty):
        record = {**the_record(), "dct:identifier": empty}

        assert missing(record) == ["record id (dct:identifier)"]

    def test_one_party_of_three_without_an_address_is_enough_to_be_missed(self):
        record = the_record()
        record["dpv:hasEntity"][2] = without(record["dpv:hasEntity"][2], ["dpv:hasAddress"])

        assert missing(record) == ["party address (dpv:hasEntity/dpv:hasAddress)"]

    def test_nothing_that_ever_happened_is_no_consent_to_record(self):
        record = the_record(events=[], standing=Standing(status=Status.UNKNOWN))

        assert "event time (dpv:hasConsentStatus/dpv:isIndicatedAtTime)" in missing(record)

    def test_the_list_has_what_the_standard_and_the_regulation_ask_for(self):
        names = {field["name"] for field in MANDATORY}

        assert names >= {
            *("schema version", "record id", "pii principal id"),
            *("privacy notice", "language", "purpose", "pii information", "pii controllers"),
            *("storage locations", "retention period", "jurisdiction", "recipient third parties"),
            *("withdrawal method", "pii type"),
            *("party id", "party name", "party address", "party contact", "party type"),
            *("event time", "validity duration", "entity id", "event type", "event state"),
            *("lawful basis", "collection method", "special pii category"),
            *("privacy rights", "authority party"),
        }

    def test_every_prefix_is_explained_in_the_context(self):
        record = the_record()
        used = {name.partition(":")[0] for name in _terms(record)}

        assert used > {"dpv", "dct", "schema", "eu-gdpr"}
        assert used <= record["@context"].keys()


def _terms(value):
    """Names of properties, and what @type says."""
    if isinstance(value, list):
        return {term for each in value for term in _terms(each)}
    if not isinstance(value, dict):
        return set()
    found = {name for name in value if not name.startswith("@")}
    kinds = value.get("@type", [])
    found |= set(kinds if isinstance(kinds, list) else [kinds])
    return found.union(*(_terms(each) for name, each in value.items() if name != "@context"))


class TestPerson:
    def test_the_person_is_named_by_pseudonyms_only(self):
        subject = the_record(known_as=["b" * 21, CONTACT])["dpv:hasDataSubject"]

        assert subject["dct:identifier"] == CONTACT
        assert subject["schema:alternateName"] == ["b" * 21]

    def test_evidence_stays_out_of_the_record(self):
        text = json.dumps(the_record())

        assert "wamid" not in text
        assert "salt" not in text

    def test_the_same_person_and_purpose_have_the_same_record_others_another(self):
        first = the_record(requested())["dct:identifier"]
        utility = replace(given(), purpose=Purpose.UTILITY)

        assert first == the_record(requested(), given())["dct:identifier"]
        assert first != the_record(utility)["dct:identifier"]
        assert first != the_record(contact_id="n" + "b" * 20 + "~0")["dct:identifier"]


class TestEvents:
    def test_events_are_told_in_their_order_and_those_of_other_purposes_are_not(self):
        other = replace(given(), id="e_other", purpose=Purpose.UTILITY)
        record = the_record(events=recorded(requested(), other, given(), withdrawn()))

        states = [each["@type"] for each in record["dpv:hasConsentStatus"]]

        assert states == ["dpv:ConsentRequested", "dpv:ConsentGiven", "dpv:ConsentWithdrawn"]

    def test_an_event_says_when_how_by_whom_and_for_how_long(self):
        (told,) = the_record(given())["dpv:hasConsentStatus"]

        assert told["dpv:isIndicatedAtTime"] == "2026-11-02T08:00:00.000Z"
        assert told["dct:created"] == "2026-11-02T08:00:00.250Z"
        assert told["dpv:isIndicatedBy"]["@id"].endswith(CONTACT)
        assert told["dpv:hasIndicationMethod"] == "whatsapp_button"
        assert told["dpv:hasLegalBasis"] == "dpv:ExplicitlyExpressedConsent"
        assert told["dpv:hasDuration"]["rdf:value"] == "2028-11-01T08:00:00.000Z"
        assert told["amana:strength"] == "confirmed"

    @pytest.mark.parametrize(
        ("method", "is_business"),
        [
            (Method.WHATSAPP_WORD, False),
            (Method.PAPER, False),
            (Method.WHATSAPP_ERROR, False),
            (Method.STAFF, True),
            (Method.WHATSAPP_REQUEST, True),
            (Method.IDENTITY_CHANGE, True),
        ],
    )
    def test_who_acted_follows_from_the_method(self, method, is_business):
        record = the_record(withdrawn(method=method))
        by = record["dpv:hasConsentStatus"][0]["dpv:isIndicatedBy"]["@id"]

        assert (by == record["dpv:hasEntity"][0]["@id"]) is is_business
        assert (by == record["dpv:hasDataSubject"]["@id"]) is not is_business

    def test_each_strength_is_a_type_of_consent(self):
        types = {
            strength: the_record(given(strength=strength))["dpv:hasConsentStatus"][0][
                "dpv:hasLegalBasis"
            ]
            for strength in Strength
        }

        assert types[Strength.IMPORTED] == "dpv:InformedConsent"
        assert types[Strength.ATTESTED] == "dpv:ExpressedConsent"
        assert types[Strength.CONFIRMED] == "dpv:ExplicitlyExpressedConsent"

    def test_where_the_person_stands_refers_to_the_event_that_makes_it_so(self):
        status = the_record(given(), withdrawn())["dpv:hasStatus"]

        assert status["@type"] == "dpv:ConsentWithdrawn"
        assert status["dct:source"].endswith(withdrawn().id)

    @pytest.mark.parametrize("status", list(Status))
    def test_every_standing_has_a_term(self, status):
        assert the_record(standing=Standing(status=status))["dpv:hasStatus"]["@type"]


class TestNotices:
    def test_the_notice_that_was_shown_is_told_with_its_text(self):
        (notice,) = the_record()["dpv:hasNotice"]

        assert notice["@type"] == "dpv:ConsentNotice"
        assert (notice["dct:identifier"], notice["dct:date"]) == ("marketing", "2026-11-29")
        assert notice["dct:language"] == "pt"
        assert notice["schema:text"] == ASKED.text

    def test_a_text_that_is_not_the_one_that_was_shown_is_not_told(self):
        other = Notices(replace(BANK, name="Renamed")).find("marketing", language="pt")

        (notice,) = the_record(notice=other)["dpv:hasNotice"]

        assert notice["schema:sha256"] == ASKED.ref.sha256
        assert "schema:text" not in notice

    def test_two_versions_are_two_notices_and_each_event_refers_to_its_own(self):
        old = Notices(BANK).find("marketing", version="2026-11-22", language="de")
        record = the_record(requested(notice=old.ref), requested(id="e_9"), given())

        assert [each["dct:date"] for each in record["dpv:hasNotice"]] == [
            "2026-11-22",
            "2026-11-29",
        ]
        first, second, third = (e["dpv:hasNotice"]["@id"] for e in record["dpv:hasConsentStatus"])
        assert first != second == third

    def test_where_none_was_shown_there_is_the_privacy_notice(self):
        privacy = Notices(BANK).privacy("en")

        (notice,) = the_record(withdrawn(), notice=privacy)["dpv:hasNotice"]

        assert (notice["@type"], notice["dct:identifier"]) == ("dpv:PrivacyNotice", "privacy")


class TestProcess:
    def test_consent_is_the_basis_where_the_rule_needs_it_and_may_be_withdrawn(self):
        process = the_record()["dpv:hasProcess"]
        rights = {right["@type"][1] for right in process["dpv:hasRight"]}

        assert process["dpv:hasLegalBasis"] == "eu-gdpr:A6-1-a"
        assert "eu-gdpr:A7-3" in rights

    def test_a_contract_is_the_basis_where_it_does_not(self):
        notice = Notices(BANK).asking(Purpose.SERVICE, "en")
        process = the_record(given(purpose=Purpose.SERVICE), notice=notice)["dpv:hasProcess"]
        rights = {right["@type"][1] for right in process["dpv:hasRight"]}

        assert process["dpv:hasLegalBasis"] == "eu-gdpr:A6-1-b"
        assert "eu-gdpr:A7-3" not in rights

    @pytest.mark.parametrize("purpose", list(Purpose))
    def test_stop_is_a_way_to_withdraw_where_the_purpose_listens_to_it(self, purpose):
        process = the_record(given(purpose=purpose))["dpv:hasProcess"]
        way = process["dpv:hasConsentControl"]["dct:description"]

        assert ("STOP" in way) is rules()[purpose].stop_word

    def test_recipients_and_the_controller_are_parties_of_the_record(self):
        record = the_record()
        process = record["dpv:hasProcess"]
        parties = {each["@id"] for each in record["dpv:hasEntity"]}
        named = [process["dpv:hasDataController"], *process["dpv:hasRecipient"]]

        assert {each["@id"] for each in named} == parties
        assert len(parties) == 3

    def test_codes_of_countries_are_terms_and_other_places_are_told_as_they_are(self):
        here = replace(BANK, jurisdiction="PT", storage_location="eu-central-1")
        process = the_record(controller=here)["dpv:hasProcess"]

        assert process["dpv:hasJurisdiction"] == "loc:PT"
        assert process["dpv:hasStorageCondition"][0]["dpv:hasLocation"] == "eu-central-1"

    @for_all(st.builds(dict, name=st.text(min_size=1).filter(str.strip)))
    def test_whatever_the_business_is_called_it_is_told(self, told):
        named = replace(BANK, **told)

        assert the_record(controller=named)["dpv:hasEntity"][0]["dpv:hasName"] == told["name"]
