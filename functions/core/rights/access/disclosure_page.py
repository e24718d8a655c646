"""The page behind a link: forms and words of ours. Pure.

Nothing on it names anybody before it is open, and then it names files. No script, nothing from
elsewhere, nothing kept by the browser; forms post to the very address they came from.
"""

import base64
import hashlib
from collections.abc import Mapping

from functions.core.archive.transcript.text import esc, size
from functions.core.rights.access.disclosing import Shown, Stage, parts_of
from functions.core.rights.access.model import Copy

_CSS = (
    "body{margin:0 auto;max-width:40rem;padding:2rem 1rem 4rem;background:#f4f2ee;color:#1c1e21;"
    "font:17px/1.5 system-ui,sans-serif}h1{font-size:1.5rem}form{margin:1rem 0}"
    "label{display:block;margin:.2rem 0}input{font:inherit;font-size:1.3rem;letter-spacing:.15em;"
    "padding:.4rem .6rem;width:12rem;border:1px solid #6d7075;border-radius:.4rem}"
    "button{font:inherit;padding:.5rem 1rem;border:0;border-radius:.4rem;background:#1a5632;"
    "color:#fff;cursor:pointer}button.plain{background:#fff;color:#1a5632;"
    "border:1px solid #1a5632}.box{background:#fff;border:1px solid #d8d5cf;border-radius:.5rem;"
    "padding:.5rem 1rem;margin:.6rem 0}.box p{margin:.3rem 0}.bad{border-inline-start:.4rem solid"
    " #b3261e}.good{border-inline-start:.4rem solid #2e7d4f}.quiet{color:#45484c;font-size:.9rem;"
    "overflow-wrap:anywhere}button:focus,input:focus{outline:3px solid #8ab4f8}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()

# Of every answer of this function, pages and files alike.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Pragma": "no-cache",
}

_SAID: Mapping[Stage, str] = {
    Stage.GONE: "This link is not valid, or not any more. Ask whoever sent it for a new one.",
    Stage.SENT: "A code is on its way to you on WhatsApp. It is good for some minutes.",
    Stage.NO_MORE: (
        "No code can be sent to you over WhatsApp for this link now. Ask whoever sent you the link "
        "for help."
    ),
    Stage.WRONG: "This code is not right, or too old. Check it, or have a new one sent to you.",
    Stage.LOCKED: (
        "Too many wrong codes: this link does not open any more. Ask whoever sent it to you for a "
        "new one."
    ),
}
_ASK = (
    '<form method="post"><input type="hidden" name="action" value="send">'
    '<p><button class="plain">Send me a code on WhatsApp</button></p></form>'
)
_NAME = (
    '<form method="post" autocomplete="off"><input type="hidden" name="action" value="open">'
    '<label for="code">The code</label><input id="code" name="code" inputmode="numeric" '
    'maxlength="12" autocomplete="one-time-code" required> <button>Open</button></form>'
)
_BAD = (Stage.WRONG, Stage.NO_MORE)


def page(shown: Shown) -> bytes:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Your data</title><style>{_CSS}</style></head><body>"
        f"<h1>Your data</h1>{_body(shown)}</body></html>\n"
    ).encode()


def _body(shown: Shown) -> str:
    match shown.stage:
        case Stage.GONE | Stage.LOCKED:
            return _box(_SAID[shown.stage], is_bad=True)
        case Stage.OPEN:
            return _files(shown)
    intro = (
        "<p>Behind this link lies what a business holds about a person. To be sure that it is you, "
        "a code is sent to your number on WhatsApp, when you ask for it.</p>"
    )
    said = _SAID.get(shown.stage)
    told = _box(said, is_bad=shown.stage in _BAD) if said else ""
    return f"{intro}{told}{_ASK}{_NAME}"


def _box(text: str, *, is_bad: bool) -> str:
    kind = "bad" if is_bad else "good"
    return f'<div class="box {kind}" role="status"><p>{text}</p></div>'


def _files(shown: Shown) -> str:
    listed = "".join(_file(copy, shown.session) for copy in shown.files)
    return (
        "<p>Save these files where only you can read them. <b>data.html</b> is for reading, "
        "<b>data.json</b> for programs; the others are the files that were sent. What comes in "
        "several parts is put together again by joining them in their order.</p>"
        f"{listed}<p class='quiet'>This page closes by itself after some minutes.</p>"
    )


def _file(copy: Copy, session: str) -> str:
    count = parts_of(copy)
    buttons = " ".join(
        f'<button name="part" value="{part}">'
        f"{'Save' if count == 1 else f'Save part {part} of {count}'}</button>"
        for part in range(1, count + 1)
    )
    return (
        f'<form method="post" class="box"><input type="hidden" name="action" value="file">'
        f'<input type="hidden" name="session" value="{esc(session)}">'
        f'<input type="hidden" name="name" value="{esc(copy.name)}">'
        f"<p><b>{esc(copy.name)}</b>, {esc(size(copy.size))}</p>"
        f"<p class='quiet'>SHA-256 {esc(copy.sha256)}</p><p>{buttons}</p></form>"
    )
