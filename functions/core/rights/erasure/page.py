"""The certificate as a page that people read: no scripts, nothing loaded from elsewhere. Pure."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_OUTCOMES = {
    "erased": "Everything that was kept about the person was erased.",
    "erased_except_retained": (
        "Everything was erased that may be. What a law says must be kept stays until its time is "
        "over; nothing is sent to the person any more, and it is erased then without being asked."
    ),
    "restricted_under_hold": (
        "A legal duty of preservation stands against erasure. The data is restricted: nothing is "
        "sent to the person any more. It is erased when the duty ends, without being asked again."
    ),
    "refused": "The request was refused.",
}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #ccc;padding:.3rem;text-align:left;vertical-align:top}"
    "code{overflow-wrap:anywhere}"
)


def page(told: Mapping[str, Any], *, sha256: str) -> str:
    """`told`: the certificate. `sha256`: of its JSON, as it stands in the audit log."""
    complaint = escape(told["complaint"])
    parts = [
        f"<p>{escape(_OUTCOMES[told['outcome']])}</p>",
        _table("This certificate", _about(told, sha256)),
        _table("Deleted, by store", told["deleted"].items() or [("nothing", "")]),
        _table("Keys", _keys(told)),
        *_retained(told),
        *_held(told),
        f"<p>A complaint may be lodged with a supervisory authority ({complaint}).</p>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Certificate of erasure</title><style>{_STYLE}</style></head>"
        f"<body><h1>Certificate of erasure</h1>{''.join(parts)}</body></html>"
    )


def _about(told: Mapping[str, Any], sha256: str) -> Iterable[tuple[str, Any]]:
    yield "Request", told["request"]
    yield "Issued", told["issued"]
    yield "Outcome", told["outcome"]
    yield "SHA-256 of the JSON", sha256
    yield "Audit log", f"{told['audit']['action']} on {told['audit']['what']}"
    if "ledger" in told:
        yield (
            "Ledger of erasures",
            f"{told['ledger']['object']} (SHA-256 {told['ledger']['sha256']})",
        )


def _keys(told: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    yield "Destroyed", told["keys"]["destroyed"]
    yield "Epochs", ", ".join(map(str, told["keys"]["epochs"])) or "none"
    if "unreadable" in told:
        yield "Unreadable here since", told["unreadable"]["in_stores_since"]
        yield "Unreadable in every backup by", told["unreadable"]["in_backups_until"]


def _retained(told: Mapping[str, Any]) -> Iterable[str]:
    rows = [
        (
            f"{each['class']} ({each['count']})",
            f"until {each['until']}, {each['law']}: "
            + "; ".join(f"{duty['law']} ({duty['regime']})" for duty in each["duties"]),
        )
        for each in told["retained"]
    ]
    if rows:
        yield _table("Kept, because a law says so", rows)


def _held(told: Mapping[str, Any]) -> Iterable[str]:
    if "held" in told:
        held = told["held"]
        yield _table(
            "Kept, because it must be preserved", [(held["law"], f"{held['count']} items")]
        )


def _table(title: str, rows: Iterable[tuple[str, Any]]) -> str:
    lines = "".join(
        f"<tr><th>{escape(str(name))}</th><td><code>{escape(str(value))}</code></td></tr>"
        for name, value in rows
    )
    return f"<h2>{escape(title)}</h2><table>{lines}</table>"
