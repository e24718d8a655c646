"""What we hold of a person, as a page that any browser opens, offline, and anybody can read.

In the style of a transcript. Nothing in it runs or is loaded from elsewhere; files lie beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from functions.core.archive.transcript.message import article
from functions.core.archive.transcript.style import CSS
from functions.core.archive.transcript.text import date_and_time, day, esc, name

Json = Mapping[str, Any]
Linked = Sequence[tuple[str, Json]]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
_MORE_CSS = """
article.in { border-inline-start: .3rem solid #2e7d4f; }
section.line { background: #fff; border: 1px solid #d8d5cf; border-radius: .5rem;
  padding: .4rem .8rem; margin: .5rem 0; break-inside: avoid; font-size: .92rem; }
section.line ul { margin: .1rem 0; padding-inline-start: 1.1rem; }
details { font-size: .8rem; margin: -.3rem 0 .8rem; color: #45484c; }
nav ol { columns: 2; column-gap: 2.5rem; padding-inline-start: 1.2rem; margin: .3rem 0; }
a { color: #1a5632; }
"""
_EMPTY: tuple[Any, ...] = (None, "", [], {})


class Page:
    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._day: str | None = None

    def begin(self, head: Json) -> None:
        self._open("Your data")
        self._say(f"<h1>Your data</h1>{_cover(head)}{_contents(head)}{_about(head['about'])}")
        self._say(_completeness(head["completeness"]))

    def go_on(self, head: Json, number: int, heading: str) -> None:
        """A further part: it says of what, and where it went on."""
        self._open(f"Your data, part {number}")
        self._say(
            f"<h1>Your data, part {number}</h1><p class='quiet'>Request "
            f"{esc(head['request']['id'])}, continued</p><h2>{esc(heading)}</h2>\n"
        )

    def section(self, heading: str, count: int) -> None:
        self._day = None
        self._say(f'<h2 id="{_anchor(heading)}">{esc(heading)}</h2>\n')
        if not count:
            self._say('<p class="quiet">Nothing</p>\n')

    def line(self, told: Json) -> None:
        self._say(f'<section class="line">{_value(told)}</section>\n')

    def message(self, entry: Json, *, later: Linked, earlier: Linked) -> None:
        when = entry["message"]["timestamp"]
        if day(when) != self._day:
            self._day = day(when)
            self._say(f"<h3>{esc(self._day)}</h3>\n")
        shown = {**entry, "who": "You"} if entry["message"]["direction"] == "inbound" else entry
        told = article(shown, later=later, earlier=earlier, pictures=_Beside())
        self._say(f"{told}{_details(entry)}\n")

    def end(self, *, following: str | None) -> None:
        if following:
            self._say(f'<p>Goes on in <a href="{esc(following)}">{esc(following)}</a></p>')
        else:
            self._say("<footer>End of your data.</footer>")
        self._say("</body></html>\n")

    def _open(self, title: str) -> None:
        self._say(
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="referrer" content="no-referrer">'
            f"<title>{esc(title)}</title><style>{CSS}{_MORE_CSS}</style></head><body>\n"
        )

    def _say(self, text: str) -> None:
        self._write(text.encode())


class _Beside:
    """Files are no part of the page: it says which one it is."""

    def of(self, medium: Mapping[str, Any]) -> tuple[None, str]:
        file = medium.get("file")
        return None, f"beside this page, as {file['name']}" if file else ""


def _cover(head: Json) -> str:
    request, controller = head["request"], head["controller"]
    rows = [
        ("Request", esc(request["id"])),
        ("Asked", date_and_time(request["asked_at"])),
        ("Made", date_and_time(request["made_at"])),
        ("Answered by", f"{name(controller['name'])}, {name(controller['address'])}"),
        ("Reached at", esc(controller["contact"])),
        ("Complaints to", esc(controller["authority"])),
        ("Times", "all in UTC"),
    ]
    told = "".join(f"<dt>{what}</dt><dd>{shown}</dd>" for what, shown in rows)
    return f'<section class="cover"><dl>{told}</dl></section>\n'


def _contents(head: Json) -> str:
    rows = [
        f'<li><a href="#{_anchor(each["heading"])}">{esc(each["heading"])}</a> '
        f'<span class="quiet">{each["count"]}</span></li>'
        for each in head["contents"]
    ]
    return f'<nav class="cover"><b>What is in here</b><ol>{"".join(rows)}</ol></nav>\n'


def _about(about: Json) -> str:
    purposes = [
        f"<li><b>{esc(each['what_is_done'])}</b>, on the basis of {esc(each['legal_basis'])}; "
        f"with {esc(', '.join(each['categories_of_data']))}</li>"
        for each in about["purposes"]
    ]
    recipients = [
        f"<li><b>{esc(each['name'])}</b>, {esc(each['address'])}: {esc(each['what_for'])}</li>"
        for each in about["recipients"]
    ]
    rights = [f"<li>the right {esc(each['right'])}</li>" for each in about["rights"]]
    return (
        '<section class="cover"><h2>What your data is used for</h2>'
        f"<ul>{''.join(purposes)}</ul><h2>Who receives it</h2><ul>{''.join(recipients)}</ul>"
        f"<h2>How long it is kept</h2><ul>{''.join(map(_kept, about['retention']))}</ul>"
        f"<h2>Where it comes from</h2><p>{esc(about['source'])}</p>"
        f"<h2>Decisions by machine</h2><p>{esc(about['automated_decisions'])}</p>"
        f"<h2>Your rights</h2><ul>{''.join(rights)}</ul>"
        f"<p>You may complain to: {esc(about['complaint'])}</p>"
        f"<h2>Other people</h2><p>{esc(about['third_persons'])}</p></section>\n"
    )


def _kept(told: Json) -> str:
    duties = [
        f"{esc(d['law'])} forbids it for {d['days']} days" for d in told["not_deleted_before"]
    ]
    law = f"; {'; '.join(duties)}" if duties else ""
    return f"<li><b>{esc(told['what'])}</b>: deleted after {told['days']} days{law}</li>"


def _completeness(told: Json) -> str:
    gone = told["contents_destroyed"]
    destroyed = f" Contents that were destroyed with their keys: {gone}." if gone else ""
    if told["complete"]:
        return (
            '<section class="check whole"><b>Complete.</b> Every store was read, and the archive '
            f"was compared with its manifests.{destroyed}</section>\n"
        )
    return (
        '<section class="check gaps"><b>Not complete.</b> Some of the archive could not be read: '
        f"{told['gaps']} gaps, {told['contents_unreadable']} contents.{destroyed} "
        "data.json names them.</section>\n"
    )


def _details(entry: Json) -> str:
    """Whatever a transcript leaves out: ids, what statuses say beside their time, prices."""
    view = entry["message"]
    told = {n: v for n, v in view.items() if n not in ("content", "versions", "media")}
    return f"<details><summary>All that is stored with it</summary>{_value(told)}</details>"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = [
            f"<dt>{esc(str(n).replace('_', ' '))}</dt><dd dir='auto'>{_value(v)}</dd>"
            for n, v in value.items()
            if v not in _EMPTY
        ]
        return f"<dl>{''.join(rows)}</dl>"
    if isinstance(value, list | tuple):
        return f"<ul>{''.join(f'<li>{_value(each)}</li>' for each in value)}</ul>"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return esc(value)


def _anchor(heading: str) -> str:
    return "".join(c for c in heading.lower().replace(" ", "-") if c.isalnum() or c == "-")
