"""What a person must be told beside their data (GDPR Article 15(1), (2)), in plain words. Pure."""

from collections.abc import Mapping
from typing import Any

from functions.core.consent.controller import Controller
from functions.core.consent.rules import Rules as ConsentRules
from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import Rule, Rules
from functions.core.runtime import policies

Json = dict[str, Any]

_KEPT = {
    DataKind.COMMUNICATIONS: "messages, calls and files, counted from each",
    DataKind.CONTACT: "numbers, ids and names, counted from the last sign of life",
    DataKind.CONSENT: "consents and what proves them, counted from the last event",
    DataKind.ACCOUNT: "updates about the business's account, counted from each",
    DataKind.REQUEST: "requests about your data, counted from their end",
    DataKind.HOLD: "legal holds, counted from their end",
    DataKind.EXPORT: "copies that were made to be fetched, counted from their making",
    DataKind.AUDIT: "the log of who did what, where you are a pseudonym, counted from each entry",
}
_THIRD = (
    "Other people who stand in fields of their own (contact cards, members of groups) are shown as "
    "'third person' with a number, the same throughout. What was written in words is shown as it "
    "was written, whoever is named in it."
)


def about(controller: Controller, consent: ConsentRules, retention: Rules) -> Json:
    told = policies.load("processing")
    return {
        "purposes": [
            {
                "purpose": rule.purpose.value,
                "what_is_done": told["purposes"][rule.purpose]["title"],
                "legal_basis": _basis(needs_consent=rule.needs_consent),
                "categories_of_data": [each["says"] for each in _data(told, rule.purpose)],
            }
            for rule in consent.values()
        ],
        "recipients": [_recipient(each, controller) for each in told["processors"]],
        "retention": [_kept(rule) for kind, rule in retention.items() if kind in _KEPT],
        "source": told["collection"]["says"],
        "automated_decisions": told["automation"]["says"],
        "rights": [{"law": law, "right": says} for law, says in told["rights"].items()],
        "complaint": controller.authority,
        "third_persons": _THIRD,
    }


def _data(told: Mapping[str, Any], purpose: str) -> list[Mapping[str, Any]]:
    return list(told["purposes"][purpose]["data"])


def _basis(*, needs_consent: bool) -> str:
    if needs_consent:
        return "your consent (GDPR Article 6(1)(a))"
    return "a contract with you, or steps you asked for before one (GDPR Article 6(1)(b))"


def _recipient(told: Mapping[str, str], controller: Controller) -> Json:
    return {
        "name": told["name"],
        "address": told["address"],
        "contact": told["contact"],
        "what_for": told["says"],
        "where": told["location"] or controller.storage_location,
    }


def _kept(rule: Rule) -> Json:
    return {
        "kind": rule.kind.value,
        "what": _KEPT[rule.kind],
        "days": rule.keep_days,
        "not_deleted_before": [{"days": duty.days, "law": duty.law} for duty in rule.duties],
    }
