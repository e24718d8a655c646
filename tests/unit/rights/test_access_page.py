"""The page of an answer is a page, whatever people wrote; the page behind a link tells nothing."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.rights.access.disclosing import Shown, Stage
from functions.core.rights.access.disclosure_page import HEADERS, page
from functions.core.rights.access.model import Copy
from functions.core.rights.access.page import Page
from tests.unit.rights.test_access_assembling import line

VOID = {"meta", "input", "br", "img"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "section", "nav", "ol",
    "ul", "li", "dl", "dt", "dd", "b", "p", "a", "span", "article", "header", "footer", "div",
    "bdi", "time", "details", "summary", "pre", "blockquote", "form", "input", "label", "button",
}  # fmt: skip


class Strict(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.links = [], []

    def handle_starttag(self, tag, attributes):
        assert tag in ALLOWED, tag
        assert not [name for name, _ in attributes if name.startswith("on")], attributes
        self.links += [value for name, value in attributes if name in ("href", "src", "action")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def checked(text):
    parser = Strict()
    parser.feed(text)
    parser.close()
    return parser


def message_page(words):
    written = []
    made = Page(written.append)
    made._open("Your data")
    made.section("Messages", 1)
    entry = line(1)["told"]
    entry["message"]["content"] = {"text": {"body": words}}
    entry["message"]["wamid"] = words
    made.message(entry, later=[], earlier=[])
    made.line({"name": words, "list": [words, {"deep": words}]})
    made.end(following=None)
    return b"".join(written).decode()


@pytest.mark.parametrize("words", [
    "<script>alert(1)</script>", '"><img src=x onerror=y>', "</dd></dl></body>", "javascript:x",
    "\u202e\u0000\ud800", "<!--", "]]>", "&lt;script&gt;",
])  # fmt: skip
def test_what_people_wrote_is_text_and_nothing_else(words):
    parser = checked(message_page(words))
    assert parser.open == []
    assert parser.links == []


@given(st.text())
def test_any_words_leave_a_page_that_closes_what_it_opens(words):
    assert checked(message_page(words)).open == []


@pytest.mark.parametrize("stage", [each for each in Stage if each is not Stage.FILE])
def test_every_page_behind_a_link_is_whole_and_posts_to_itself_only(stage):
    copies = (Copy("data.json", "o", 9_000_000, "0" * 64, "application/json"),)
    text = page(Shown(stage, session='s"><x', files=copies)).decode()
    parser = checked(text)
    assert (parser.open, parser.links) == ([], [])
    assert 's"><x' not in text


def test_the_style_is_the_one_that_the_policy_allows():
    import base64
    import hashlib

    text = page(Shown(Stage.GONE)).decode()
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in HEADERS["Content-Security-Policy"]
