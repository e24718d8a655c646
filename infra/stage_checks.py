"""What each key of a stage file must hold."""

import re
from collections.abc import Callable
from zoneinfo import available_timezones

from functions.core.cards.policy import Policy
from functions.core.consent.rules import BASES, OPTIONAL
from functions.core.consent.vocabulary import Purpose, Strength
from functions.core.rights.calendars import UnknownJurisdictionError, working_days
from functions.core.runtime.policies import load
from functions.core.runtime.policies import value as policy
from infra.regimes.own import own
from infra.regimes.reading import regimes

# who asks for consent and answers for it: ISO/IEC TS 27560, "Party" fields, and GDPR Article 13(1)
CONTROLLER = (
    "name",
    "address",
    "contact",
    "kind",
    "privacy_url",
    "jurisdiction",
    "storage_location",
    "authority",
)


# takes a value, gives what it should have been, or nothing when it is
Check = Callable[[object], str | None]


def _text(pattern: str, meaning: str) -> Check:
    def check(value: object) -> str | None:
        return None if isinstance(value, str) and re.fullmatch(pattern, value) else meaning

    return check


def _one_of(*choices: str) -> Check:
    return lambda value: None if value in choices else f"one of {', '.join(choices)}"


def _list_of(check: Check, *, least: str) -> Check:
    def check_list(value: object) -> str | None:
        if not isinstance(value, list) or not value:
            return f"a list with at least one {least}"
        return next((complaint for item in value if (complaint := check(item))), None)

    return check_list


def _true_or_false(value: object) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _rate(value: object) -> str | None:
    fastest = int(policy("platform_limits", "rates", "number_upgraded"))
    fits = type(value) is int and 1 <= value <= fastest
    return None if fits else f"a whole number from 1 to {fastest}"


def _language(value: object) -> str | None:
    """One that our replies are written in; another would get English without a word."""
    return _one_of(*(each for each in load("cards")["deflection"] if len(each) == len("en")))(value)


def _regime(value: object) -> str | None:
    return _one_of(*regimes())(value)


def _retention_class(value: object) -> str | None:
    known = [each for regime in regimes().values() for each in regime.retention]
    return _one_of(*(each.id for each in known if each.on_request))(value)


def _retention(value: object) -> str | None:
    names = [f"{kind}_days" for kind, each in own().choices.items() if not each.fixed]
    if not isinstance(value, dict):
        return f"a table of {', '.join(names)}"
    for key, each in value.items():
        if key not in names:
            return f"a table of {', '.join(names)}, not {key}"
        if complaint := _whole(1, 36_500)(each):
            return f"a table whose {key} is {complaint}"
    return None


def _witness(value: object) -> str | None:
    if not isinstance(value, dict) or "name" not in value:
        return "a table with a name"
    for key, each in value.items():
        if key not in _WITNESS_CHECKS:
            return f"a table of {', '.join(_WITNESS_CHECKS)}, not {key}"
        if complaint := _WITNESS_CHECKS[key](each):
            return f"a table whose {key} is {complaint}"
    return None


def _controller(value: object) -> str | None:
    if not isinstance(value, dict):
        return f"a table of {', '.join(CONTROLLER)}"
    for key in (*CONTROLLER, *value):
        if key not in CONTROLLER:
            return f"a table of {', '.join(CONTROLLER)}, not {key}"
        text = value.get(key)
        if not isinstance(text, str) or not text.strip():
            return f"a table whose {key} is a text"
    if not value["privacy_url"].startswith("https://"):
        return "a table whose privacy_url is an https URL"
    try:
        working_days(value["jurisdiction"])
    except UnknownJurisdictionError:
        return "a table whose jurisdiction has known public holidays, such as DE, DE-BE or EU"
    return None


def _consent(value: object) -> str | None:
    if not isinstance(value, dict):
        return f"tables by purpose: {', '.join(Purpose)}"
    for purpose, changes in value.items():
        if purpose not in list(Purpose) or not isinstance(changes, dict):
            return f"tables by purpose: {', '.join(Purpose)}, not {purpose}"
        for key, each in changes.items():
            if key not in _CONSENT_CHECKS:
                return f"tables of {', '.join(_CONSENT_CHECKS)}, not {key}"
            if complaint := _CONSENT_CHECKS[key](each):
                return f"a table {purpose} whose {key} is {complaint}"
        known = {**load("consent")["purposes"][purpose], **changes}
        for pair in (("quiet_from", "quiet_until"), ("cap_messages", "cap_days")):
            if len(set(pair) & set(known)) == 1:
                return f"a table {purpose} with both of {' and '.join(pair)}"
    return None


def _content(value: object) -> str | None:
    if not isinstance(value, dict):
        return f"tables by purpose: {', '.join(Purpose)}"
    for purpose, rule in value.items():
        if purpose not in list(Purpose):
            return f"tables by purpose: {', '.join(Purpose)}, not {purpose}"
        match rule:
            case {"store": "full" | "metadata", **rest} if not rest:
                continue
            case {"days": days, **rest} if not rest and not _whole(1, 36_500)(days):
                continue
        return f'a table {purpose} of store = "full" or "metadata", or of days = a whole number'
    return None


def _whole(least: int, most: int) -> Check:
    def check(value: object) -> str | None:
        fits = type(value) is int and least <= value <= most
        return None if fits else f"a whole number from {least} to {most}"

    return check


def _timezone(value: object) -> str | None:
    return None if value in available_timezones() else "a time zone, such as Europe/Berlin"


_CONSENT_CHECKS: dict[str, Check] = {
    "basis": _one_of(*BASES),
    "strength": _one_of(*(each.name.lower() for each in Strength)),
    "valid_days": _whole(1, 36_500),
    "stop_word": _true_or_false,
    "suspend": _true_or_false,
    "categories": _list_of(_one_of("AUTHENTICATION", "MARKETING", "UTILITY"), least="category"),
    **dict(
        zip(OPTIONAL, (_whole(0, 23), _whole(0, 23), _whole(1, 20), _whole(1, 31)), strict=True)
    ),
}
_WITNESS_CHECKS: dict[str, Check] = {
    # C2SP signed-note: names hold no space and no plus
    "name": _text(r"[^\s+]{1,100}", "a name without spaces or plus"),
    "log_keys": _list_of(
        _text(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+", "name+key id+base64"), least="key"
    ),
    "callers": _list_of(
        _text(r"arn:[a-z-]+:iam::\d{12}:role/\S+", "the ARN of a role"), least="role"
    ),
}
_digits = _text(r"\d{5,20}", "5 to 20 digits, as text")
CHECKS: dict[str, Check] = {
    "portfolio_id": _digits,
    "waba_id": _digits,
    "phone_number_ids": _list_of(_digits, least="id"),
    "alarm_email": _text(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"),
    "account": _text(r"\d{12}", "the 12 digits of an AWS account, as text"),
    "region": _text(r"[a-z]{2}(-[a-z]+)+-\d", "an AWS region, such as eu-central-1"),
    "reserve_concurrency": _true_or_false,
    "messages_per_second": _rate,
    "regimes": _list_of(_regime, least="regime"),
    "retention_classes": _list_of(_retention_class, least="class"),
    "retention": _retention,
    "card_policy": _one_of(*Policy),
    "language": _language,
    "controller": _controller,
    "timezone": _timezone,
    "first_contact_notice": _true_or_false,
    "consent": _consent,
    "rights_code_template": _text(
        r"[a-z0-9_]{1,512}/[a-z]{2,3}(_[A-Z]{2})?", "name/language, such as our_code/en"
    ),
    "content": _content,
    "profile_names": _true_or_false,
    "media_malware_scan": _true_or_false,
    "witness_function": _text(
        r"arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+", "the ARN of a function"
    ),
    "witness": _witness,
}
