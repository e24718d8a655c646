"""A transcript: one file that any browser opens, offline, and anybody can read and print.

Written as it is made: memory holds one message. Nothing in it can run or be loaded from elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from functions.core.archive.transcript.content import lines
from functions.core.archive.transcript.media import Pictures
from functions.core.archive.transcript.message import article, other
from functions.core.archive.transcript.style import CSS
from functions.core.archive.transcript.text import date_and_time, day, esc, name

Json = Mapping[str, Any]
Linked = Sequence[tuple[str, Json]]

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_COUNTED = {
    "messages": "messages",
    "media": "files",
    "account_updates": "account updates",
    "others": "other records",
}
_MOST_GAPS = 200  # export.json names all of them


class Transcript:
    def __init__(self, write: Callable[[bytes], object], pictures: Pictures) -> None:
        self._write = write
        self._pictures = pictures
        self._day: str | None = None

    def begin(self, head: Json) -> None:
        self._say(
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="referrer" content="no-referrer">'
            f"<title>Record of WhatsApp messages</title><style>{CSS}</style></head><body>\n"
            f"<h1>Record of WhatsApp messages</h1>{_cover(head)}{_check(head['completeness'])}\n"
        )

    def section(self, about: Json) -> None:
        self._day = None
        number = about["phone_number_id"]
        ours = (
            f' <span class="quiet">with business number id {esc(number)}</span>' if number else ""
        )
        self._say(f"<h2>{name(about['title'])}{ours}</h2>\n")

    def entry(self, entry: Json, *, later: Linked, earlier: Linked) -> None:
        is_message = entry["entry"] == "message"
        when = entry["message"]["timestamp"] if is_message else entry["timestamp"]
        if day(when) != self._day:
            self._day = day(when)
            self._say(f"<h3>{esc(self._day)}</h3>\n")
        if is_message:
            self._say(article(entry, later=later, earlier=earlier, pictures=self._pictures))
        else:
            self._say(other(entry, self._pictures))
        self._say("\n")

    def end(self) -> None:
        self._say("<footer>End of the record.</footer></body></html>\n")

    def _say(self, text: str) -> None:
        self._write(text.encode())


def _cover(head: Json) -> str:
    export, counts = head["export"], head["counts"]
    return f'<section class="cover">{_people(export["people"])}{_facts(export, counts)}</section>'


def _facts(export: Json, counts: Mapping[str, int]) -> str:
    counted = ", ".join(f"{_COUNTED[what]}: {n}" for what, n in sorted(counts.items()))
    rows = [
        ("Period", f"{_edge(export['from'], 'the beginning')} to {_edge(export['to'], 'now')}"),
        ("Made", date_and_time(export["made_at"])),
        ("Reason", f'<span dir="auto">{esc(export["reason"])}</span>'),
        ("Holds", esc(counted or "nothing")),
        ("Export", esc(export["id"])),
        ("Times", "all in UTC"),
    ]
    return "<dl>" + "".join(f"<dt>{what}</dt><dd>{told}</dd>" for what, told in rows) + "</dl>"


def _people(people: Sequence[Json]) -> str:
    told = [
        lines(
            ("Name", person["name"]),
            (person["kind"].capitalize(), person["alias"] or "destroyed"),
            ("Theirs until", person["until"]),
        )
        for person in people
    ]
    return "".join(told)


def _edge(iso: str | None, otherwise: str) -> str:
    return date_and_time(iso) if iso else otherwise


def _check(completeness: Json) -> str:
    counted = (
        f"Records of the archive read and compared with their manifests: "
        f"{completeness['records_read']}, in segments: {completeness['segments']}."
    )
    destroyed = completeness["contents_destroyed"]
    gone = f" Contents destroyed together with their keys: {destroyed}." if destroyed else ""
    if completeness["complete"]:
        return f'<section class="check whole"><b>Complete.</b> {counted}{gone}</section>'
    gaps = [f"<li>{esc(gap)}</li>" for gap in completeness["findings"][:_MOST_GAPS]]
    unreadable = completeness["contents_unreadable"]
    if unreadable:
        gaps.append(f"<li>contents that do not open although their keys exist: {unreadable}</li>")
    hidden = len(completeness["findings"]) - _MOST_GAPS
    if hidden > 0:
        gaps.append(f"<li>and {hidden} more, named in export.json</li>")
    return (
        f'<section class="check gaps"><b>Not complete.</b> {counted}{gone} Found:'
        f"<ul>{''.join(gaps)}</ul></section>"
    )
