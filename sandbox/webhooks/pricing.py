"""The `pricing` of a status, per message as since 1 July 2025."""

from sandbox.graph.account import Accepted
from sandbox.limits import Limits
from sandbox.wire import Json


def pricing(message: Accepted, limits: Limits) -> Json:
    """Billable or not: free entry points always are free; service since 2026 no longer is."""
    if message.window.is_free_entry(message.at):
        return _price("free_entry_point", "referral_conversion")
    in_window = message.window.serves(message.at, limits)
    mild = message.category == "service" or (message.category == "utility" and in_window)
    if mild and message.at < limits.service_charged_from:
        return _price("free_customer_service", message.category)
    return _price("regular", message.category)


def _price(type_: str, category: str) -> Json:
    return {
        "billable": type_ == "regular",
        "pricing_model": "PMP",
        "type": type_,
        "category": category,
    }
