"""One message: who, when, what, what was changed later, and how far it got."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from functions.core.archive.transcript import content
from functions.core.archive.transcript.media import Pictures, card
from functions.core.archive.transcript.text import clock, date_and_time, esc, name, said, words
from functions.core.conversations.read_facts import moment_of

Json = Mapping[str, Any]
Linked = Sequence[tuple[str, Json]]

_NEVER_TOLD = ("received", "unknown")
_LONGEST_QUOTE = 160


def article(entry: Json, *, later: Linked, earlier: Linked, pictures: Pictures) -> str:
    """`later`: edits, revocations and reactions of it; `earlier`: what it refers to."""
    view = entry["message"]
    side = "in" if view["direction"] == "inbound" else "out"
    parts = [
        _head(entry),
        _quotes(earlier),
        _revoked(later),
        _content(view),
        *(card(medium, pictures) for medium in entry["media"]),
        _notes(entry),
        _versions(view),
        _changes(later),
        _progress(view),
        _trail(entry),
    ]
    return f'<article class="{side}">{"".join(parts)}</article>'


def other(entry: Json, pictures: Pictures) -> str:
    """What is no message: an account update, a file, a record of which only the key is known."""
    told = [
        content.as_it_is(record["content"]["raw"].get("update"))
        for record in entry["records"]
        if isinstance(record["content"].get("raw"), dict)
    ]
    files = [card(medium, pictures) for medium in entry["media"]]
    head = f"<header><b>{words(entry['type'])}</b> {clock(entry['timestamp'])}</header>"
    body = "".join([*told, *files]) + _notes({**entry, "message": {}})
    return f'<article class="other">{head}{body}{_trail(entry)}</article>'


def _head(entry: Json) -> str:
    view = entry["message"]
    if view["direction"] == "inbound":
        author = view.get("author") or {}
        who = entry.get("who") or author.get("from") or author.get("from_user_id") or "Customer"
    else:
        kinds = {record["kind"] for record in entry["records"]}
        who = "Business, in its own app" if "echo" in kinds else "Business"
    kind = "" if view["type"] == "text" else f' <span class="type">{words(view["type"])}</span>'
    return f"<header><b>{name(who)}</b>{kind} {clock(view['timestamp'])}</header>"


def _quotes(earlier: Linked) -> str:
    quoted = []
    for kind, entry in earlier:
        view = entry["message"]
        what = {"reply": "In reply to", "reaction": "To"}.get(kind, "This concerns")
        when = date_and_time(view["timestamp"])
        quoted.append(f"<blockquote>{what} the message of {when}{_gist(view)}</blockquote>")
    return "".join(quoted)


def _gist(view: Json) -> str:
    body = view["content"].get(view["type"])
    if not isinstance(body, dict):
        return ""
    text = body.get("body") or body.get("caption")
    if not isinstance(text, str):
        return ""
    short = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return said(short, "gist")


def _content(view: Json) -> str:
    if view["content"]:
        return content.shown(view["type"], view["content"])
    if view["is_destroyed"]:
        return ""
    if view["is_withheld"]:
        return '<p class="quiet">Its content is not kept</p>'
    return '<p class="quiet">Nothing is known of its content</p>'


def _revoked(later: Linked) -> str:
    marks = [
        f'<p class="revoked">Deleted by its author on {date_and_time(e["message"]["timestamp"])}. '
        "WhatsApp no longer shows it; the archive keeps what was received.</p>"
        for kind, e in later
        if kind == "revoke"
    ]
    return "".join(marks)


def _changes(later: Linked) -> str:
    """The history of edits, and reactions, in the order in which they came."""
    changes = []
    for kind, entry in later:
        view = entry["message"]
        when = date_and_time(view["timestamp"])
        if kind == "edit":
            body = _edited(view) or '<p class="gone">The new words were destroyed</p>'
            changes.append(f'<div class="edit"><p>Edited on {when} to</p>{body}</div>')
        elif kind == "reaction":
            emoji = view["content"].get("reaction", {}).get("emoji")
            who = (
                name(entry.get("who") or "Customer")
                if view["direction"] == "inbound"
                else "Business"
            )
            mark = f"<bdi>{esc(emoji)}</bdi>" if emoji else "took a reaction back"
            changes.append(f'<p class="reacted">{who}: {mark} on {when}</p>')
    return "".join(changes)


def _edited(view: Json) -> str:
    edit = view["content"].get("edit")
    message = edit.get("message") if isinstance(edit, dict) else None
    if not isinstance(message, dict):
        return ""
    kind = str(message.get("type", ""))
    return content.shown(kind, {kind: message.get(kind)})


def _versions(view: Json) -> str:
    told = [
        f'<div class="edit"><p>Also told by WhatsApp on {date_and_time(version["timestamp"])} as '
        f"{words(version['type'])}</p>{content.shown(version['type'], version['content'])}</div>"
        for version in view["versions"]
        if version["content"]
    ]
    return "".join(told)


def _notes(entry: Json) -> str:
    view, notes = entry["message"], []
    masked = view.get("masked_card_numbers", 0)
    if masked:
        what = "A card number was" if masked == 1 else f"{masked} card numbers were"
        notes.append(f'<p class="masked">{what} removed before this was stored</p>')
    if view.get("is_destroyed") or _destroyed(entry):
        when = view.get("destroyed_at") or _destroyed(entry)
        on = f" on {date_and_time(when)}" if when else ""
        notes.append(f'<p class="gone">Content destroyed{on}</p>')
    whys = {
        "missing": "A large part of the content was not there to be archived",
        "refused": "Part of the content does not open: it was changed, or is not in its place",
    }
    notes += [f'<p class="fault">{whys[why]}</p>' for why in entry["unreadable"] if why in whys]
    if entry["deleted_at"]:
        when = date_and_time(entry["deleted_at"])
        notes.append(f'<p class="quiet">Deleted from the working store on {when}</p>')
    return "".join(notes)


def _destroyed(entry: Json) -> str | None:
    closed = [c for r in entry["records"] for c in r.get("not_readable", {}).values()]
    times = [c.get("destroyed_ms", 0) for c in closed if c["why"] == "destroyed"]
    return moment_of(max(times, default=0))


def _progress(view: Json) -> str:
    steps = [_step(status) for status in view["statuses"]]
    if not steps and view["status"] not in _NEVER_TOLD:
        steps = [words(view["status"])]
    reasons = [words(reason["code"]) for reason in view["reasons"]]
    if reasons:
        steps.append(f"not sent: {', '.join(reasons)}")
    errors = [f'<p class="fault">{_error(error)}</p>' for error in view["errors"]]
    line = f'<p class="status">{" · ".join(steps)}</p>' if steps else ""
    return line + "".join(errors)


def _step(status: Json) -> str:
    who = f" by {name(status['recipient_participant_id'])}" if _member(status) else ""
    return f"{words(status['status'] or 'unknown')}{who} {clock(status['timestamp'])}"


def _member(status: Json) -> bool:
    return isinstance(status.get("recipient_participant_id"), str)


def _error(error: Json) -> str:
    parts: Iterable[Any] = (error.get("code"), error.get("title"), error.get("message"))
    details = error.get("error_data")
    more = details.get("details") if isinstance(details, dict) else error.get("details")
    return "Error " + ": ".join(esc(part) for part in (*parts, more) if part)


def _trail(entry: Json) -> str:
    """By which each statement is found in the archive again."""
    kept = [
        f"{esc(record['kind'])} {esc(record['id'])}, archived {esc(record['stored_at'])}"
        for record in entry["records"]
    ]
    about = entry.get("message", {}).get("id", "")
    return (
        f"<footer>{esc(about)} · {' · '.join(kept)}</footer>"
        if about
        else (f"<footer>{' · '.join(kept)}</footer>")
    )
