"""`make bench`: measures, prints, writes `bench-results.json`.

A missed target of a measured number is marked here and in the file and does not fail: machines
differ. A fact of the code that is not so (an import) does.
"""

import json
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench import (
    archive,
    audit,
    audit_cost,
    audit_delay,
    cards,
    consent_import,
    consent_words,
    content,
    cost,
    fold,
    infrastructure,
    media,
    rights_words,
    screen,
    starts,
    webhook,
)
from bench.results import Section, missed

_RESULTS = Path(__file__).parent.parent / "bench-results.json"


def main() -> int:
    console = Console(width=None if sys.stdout.isatty() else 110)
    sections = [
        _section(console, "the webhook's own time", webhook.measure),
        _section(console, "cold starts", starts.measure),
        _section(console, "AWS, after a synth of the stacks", _cost),
        _section(console, "folding", fold.measure),
        _section(console, "media", media.measure),
        _section(console, "the archiver", archive.measure),
        _section(console, "the audit log", audit.measure),
        _section(console, "the audit log's bill", audit_cost.measure),
        _section(console, "the audit log's delay", audit_delay.measure),
        _section(console, "content keys", content.measure),
        _section(console, "card numbers", cards.measure),
        _section(console, "opt-outs in words", consent_words.measure),
        _section(console, "requests in words", rights_words.measure),
        _section(console, "imports of consents", consent_import.measure),
    ]
    _show_money(sections[2], console)
    soft, hard = missed(sections, hard=False), missed(sections, hard=True)
    document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "missed": soft,
        "failed": hard,
        "sections": {section.key: section.as_json() for section in sections},
    }
    _RESULTS.write_text(json.dumps(document, indent=2, default=str) + "\n", encoding="utf-8")
    console.print(f"{len(soft)} targets missed, {len(hard)} facts broken; all in {_RESULTS.name}")
    return 1 if hard else 0


def _section(console: Console, what: str, measure: Callable[[], Section]) -> Section:
    with console.status(f"measuring {what}"):
        section = measure()
    screen.show(section, console)
    return section


def _cost() -> Section:
    return cost.measure(infrastructure.synthesised())


def _show_money(section: Section, console: Console) -> None:
    for key, name in (("inbound", "one inbound message"), ("outbound", "one outbound message")):
        found = section.details[key]
        screen.show_money(f"{name}: where the money goes", found["money"], console)
        screen.show_requests(f"{name}: requests of functions", found["requests"], console)
    screen.show_monthly(section.details["monthly"], console)


if __name__ == "__main__":
    sys.exit(main())
