"""What to do about a Graph error, by its code alone: see `policies/graph_errors.toml`."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from functions.core.runtime.policies import load


class ErrorClass(StrEnum):
    RETRY = "retry"
    SLOW_DOWN_WABA = "slow_down_waba"
    SLOW_DOWN_NUMBER = "slow_down_number"
    SLOW_DOWN_PAIR = "slow_down_pair"
    SLOW_DOWN_ALARM = "slow_down_alarm"
    LATER_MARKETING = "later_marketing"
    STOP_CHANNEL = "stop_channel"
    NEEDS_TEMPLATE = "needs_template"
    RECIPIENT_PERMANENT = "recipient_permanent"
    OPTED_OUT = "opted_out"
    IDENTITY_CHANGED = "identity_changed"
    FIX_REQUEST = "fix_request"
    MEDIA = "media"
    COEXISTENCE = "coexistence"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Guidance:
    """`delay_seconds`: not before this; 0 where waiting alone does not help."""

    error_class: ErrorClass
    delay_seconds: float = 0


def guidance(code: int | None) -> Guidance:
    """For an answer without a code, `None`: only what a gateway said is known."""
    policy = load("graph_errors")
    if code is None:
        return _of_class(ErrorClass(policy["without_code"]))
    return _by_code().get(code) or _of_class(ErrorClass(policy["default"]))


@cache
def _by_code() -> dict[int, Guidance]:
    policy = load("graph_errors")
    found: dict[int, Guidance] = {}
    for name, entry in policy["classes"].items():
        for code in _codes(entry["codes"]):
            delay = policy["delays"].get(str(code), {"seconds": entry.get("delay_seconds", 0)})
            found[code] = Guidance(ErrorClass(name), delay["seconds"])
    return found


def _codes(listed: list[int | list[int]]) -> list[int]:
    singles = [code for code in listed if isinstance(code, int)]
    spans = [range(span[0], span[1] + 1) for span in listed if isinstance(span, list)]
    return singles + [code for span in spans for code in span]


def _of_class(error_class: ErrorClass) -> Guidance:
    entry = load("graph_errors")["classes"].get(error_class.value, {})
    return Guidance(error_class, entry.get("delay_seconds", 0))
