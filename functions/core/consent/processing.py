"""What is done with data for a purpose, and who does it, in DPV's terms. Pure.

From `policies/processing.toml`, the controller and the purpose's rule.
"""

import re
from collections.abc import Mapping
from typing import Any

from functions.core.consent.controller import Controller
from functions.core.consent.rules import Rule
from functions.core.runtime import policies

Node = dict[str, Any]

_CONSENT, _CONTRACT, _WITHDRAWAL = "eu-gdpr:A6-1-a", "eu-gdpr:A6-1-b", "eu-gdpr:A7-3"


def process_of(controller: Controller, rule: Rule) -> Node:
    told = policies.load("processing")
    purpose = told["purposes"][rule.purpose]
    collection, automation = told["collection"], told["automation"]
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {
            "@type": "dpv:Purpose",
            "dct:identifier": rule.purpose.value,
            "skos:broader": purpose["category"],
            "dct:description": purpose["title"],
        },
        "dpv:hasLegalBasis": _CONSENT if rule.needs_consent else _CONTRACT,
        "dpv:hasPersonalData": [_data(each) for each in purpose["data"]],
        "dpv:hasDataSource": {"@type": collection["source"], "dct:description": collection["says"]},
        "dpv:hasProcessing": purpose["processing"],
        "dpv:hasAutomationLevel": {
            "@type": automation["level"],
            "dct:description": automation["says"],
        },
        "dpv:hasDataController": {"@id": controller_id(controller)},
        "dpv:hasRecipient": [_recipient(each, controller) for each in told["processors"]],
        "dpv:hasStorageCondition": _storage(told["retention"], controller),
        "dpv:hasJurisdiction": place(controller.jurisdiction),
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dct:description": told["withdrawal"]["stop_word" if rule.stop_word else "told"],
            "dpv:isExercisedAt": controller.privacy_url,
        },
        "dpv:hasRight": _rights(told["rights"], controller, rule),
        "dpv:hasAuthority": {
            "@type": "dpv:DataProtectionAuthority",
            "dpv:hasName": controller.authority,
        },
    }


def parties(controller: Controller) -> list[Node]:
    business = _party(
        "dpv:DataController",
        {
            "id": controller_id(controller),
            "name": controller.name,
            "address": controller.address,
            "contact": controller.contact,
            "kind": controller.kind,
        },
    )
    processors = policies.load("processing")["processors"]
    return [business, *(_party("dpv:DataProcessor", each) for each in processors)]


def controller_id(controller: Controller) -> str:
    return f"{controller.privacy_url}#controller"


def place(told: str) -> str:
    """DPV's term of an ISO 3166 code, or of "EU"; anything else as it is told."""
    return f"loc:{told}" if re.fullmatch("[A-Z]{2}", told) else told


def _data(told: Mapping[str, Any]) -> Node:
    return {
        "@type": "dpv:SpecialCategoryPersonalData" if told["special"] else "dpv:PersonalData",
        "skos:broader": told["type"],
        "dct:description": told["says"],
        "dpv:hasNecessity": "dpv:Required" if told["needed"] else "dpv:Optional",
    }


def _recipient(told: Mapping[str, str], controller: Controller) -> Node:
    return {
        "@id": told["id"],
        "@type": ["dpv:DataProcessor", "dpv:Recipient"],
        "dct:description": told["says"],
        "dpv:hasLocation": place(told["location"] or controller.storage_location),
    }


def _storage(told: Mapping[str, str], controller: Controller) -> list[Node]:
    days = policies.value("audit", "retention", "days")
    durations = (
        (told["use"], {"@type": "dpv:UntilEventDuration", "rdf:value": told["use"]}),
        (told["content"], {"@type": "dpv:UntilEventDuration", "rdf:value": told["content"]}),
        (told["proof"], {"@type": "dpv:TemporalDuration", "rdf:value": f"P{days}D"}),
    )
    return [
        {
            "@type": ["dpv:StorageLocation", "dpv:StorageDuration"],
            "dct:description": says,
            "dpv:hasLocation": place(controller.storage_location),
            "dpv:hasDuration": duration,
        }
        for says, duration in durations
    ]


def _rights(told: Mapping[str, str], controller: Controller, rule: Rule) -> list[Node]:
    return [
        {
            "@type": ["dpv:DataSubjectRight", article],
            "dct:title": f"Right {title}",
            "dpv:isExercisedAt": controller.privacy_url,
        }
        for article, title in told.items()
        if rule.needs_consent or article != _WITHDRAWAL
    ]


def _party(role: str, told: Mapping[str, str]) -> Node:
    return {
        "@id": told["id"],
        "@type": [role, "dpv:Organisation"],
        "dct:type": told["kind"],
        "dpv:hasIdentifier": told["id"],
        "dpv:hasName": told["name"],
        "dpv:hasAddress": told["address"],
        "dpv:hasContact": told["contact"],
    }
