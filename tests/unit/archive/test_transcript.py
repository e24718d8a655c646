"""A transcript: everything is shown, nothing of it runs, and every language reads its own way."""

import base64
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.archive.exports import policy
from functions.core.archive.transcript import content, text
from tests.fakes import build
from tests.fakes.exports import Office
from tests.fakes.story import (
    ADA,
    contact_id,
    edit,
    medium,
    png,
    revoke,
    say,
    send,
    status,
)

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;</article>"
VOID = ("meta", "img", "br", "!doctype")


class Page(HTMLParser):
    """Elements with their attributes, and the words that are shown."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.shown, self._spaced, self._open = [], [], [], []
        self.feed(html)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)
        if tag not in ("b", "bdi", "span", "time"):
            self._spaced.append(" ")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] not in ("style", "title"):
            self.shown.append(data)
            self._spaced.append(data)

    @property
    def words(self):
        return " ".join("".join(self._spaced).split())

    def images(self):
        return [attributes["src"] for tag, attributes in self.tags if tag == "img"]


@pytest.fixture
def office():
    return Office()


def html(office, **asked):
    office.archive()
    export = office.run(office.ask(**{"contact_id": contact_id(office), **asked}))
    return office.fetched(export, "transcript.html").decode()


def page(office, **asked):
    return Page(html(office, **asked))


def test_nothing_that_anybody_wrote_can_run_or_load(office):
    say(office, "wamid.1", text=ATTACK)
    say(office, "wamid.2", type="image", image={"id": "9", "caption": ATTACK})
    say(office, "wamid.3", type="location", location={"latitude": 1, "name": ATTACK, "url": ATTACK})
    say(office, "wamid.4", type=ATTACK, novel={ATTACK: ATTACK})
    say(office, "wamid.5", type="interactive", interactive={"type": "x", ATTACK: [ATTACK]})
    medium(office, "f_1", wamid="wamid.2", data=b"x", mime="text/html", filename=ATTACK)
    send(office, {"type": "template", "template": {"name": ATTACK, "components": [ATTACK]}})
    found = page(office, reason=ATTACK)
    tags = {tag for tag, _ in found.tags}
    assert not tags & {"script", "a", "iframe", "link", "object", "form", "svg", "base"}
    assert found.images() == []
    names = {name for _, attributes in found.tags for name in attributes}
    assert not any(name.startswith("on") for name in names)
    assert not names & {"href", "action", "srcset", "background"}
    assert found.words.count("<script>alert(1)</script>") >= 7


def test_the_page_forbids_itself_everything_but_its_own_images_and_style(office):
    say(office, "wamid.1", text="Hello")
    whole = html(office)
    (policies,) = [
        attributes["content"]
        for tag, attributes in Page(whole).tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert not re.search(r"https?://", whole)
    assert "@import" not in whole
    assert "url(" not in whole


@given(st.text())
def test_any_text_is_shown_and_is_only_text(words):
    found = Page(f"<p>{text.said(words)}{text.name(words)}{text.esc(words)}</p>")
    assert [tag for tag, _ in found.tags] == ["p", "div", "bdi"]
    cleaned = text.visible(words)
    assert cleaned == words or re.search("⟨U\\+[0-9A-F]{4}⟩", cleaned)
    shown = "".join(found.shown).replace("\r\n", "\n")
    assert shown == cleaned * 3


@given(
    st.sampled_from(sorted(content._KINDS)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["body", "text", "message", "type", "button_reply", "emoji", "name"]
                )
                | st.text(max_size=5),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    ),
)
def test_no_content_of_any_shape_breaks_a_page(kind, body):
    Page(content.shown(kind, {kind: body}))
    Page(content.shown(kind, {"other": body}))


def test_writing_from_right_to_left_keeps_its_direction(office):
    say(office, "wamid.1", text="مرحبا، هل وصل طلبي؟")
    whole = html(office)
    found = Page(whole)
    directions = [a.get("dir") for t, a in found.tags if t == "div" and a.get("class") == "said"]
    assert directions == ["auto"]
    assert "bdi" in {tag for tag, _ in found.tags}
    assert "unicode-bidi: isolate" in whole
    assert "مرحبا، هل وصل طلبي؟" in found.words


def test_who_wrote_what_and_when_is_said(office):
    say(office, "wamid.1", text="Hello")
    send(office, {"type": "text", "text": {"body": "Dear Ada"}}, send_state="accepted", wamid="w")
    for state in ("sent", "delivered", "read"):
        status(office, state)
    words = page(office).words
    assert "Ada Örnek 14:13:20 Hello" in words
    assert "Business 14:13:30 Dear Ada" in words
    assert "sent 14:13:40 · delivered 14:13:41 · read 14:13:42" in words
    assert f"Ada Örnek · +{ADA}" in words
    assert "Monday, 21 September 2026" in words
    assert "all in UTC" in words


def test_edits_stand_at_the_message_with_what_it_said_before(office):
    say(office, "wamid.1", text="first words")
    edit(office, "wamid.2", of="wamid.1", text="second words")
    edit(office, "wamid.3", of="wamid.1", text="third words")
    words = page(office).words
    first = words.index("first words")
    assert first < words.index("Edited on 21 September 2026, 14:13:30 UTC to second words")
    assert words.index("second words") < words.index("to third words")
    assert "This concerns the message of 21 September 2026, 14:13:20 UTC" in words


def test_what_was_deleted_by_its_author_is_marked_and_still_there(office):
    say(office, "wamid.1", text="a secret")
    revoke(office, "wamid.2", of="wamid.1")
    words = page(office).words
    assert "Deleted by its author on 21 September 2026, 14:13:30 UTC" in words
    assert "a secret" in words[words.index("Deleted by its author") :]


def test_reactions_and_replies_name_what_they_are_to(office):
    say(office, "wamid.1", text="Hello")
    say(office, "wamid.2", type="reaction", reaction={"message_id": "wamid.1", "emoji": "👍"})
    reply = {"context": {"id": "wamid.1"}, "type": "text", "text": {"body": "again"}}
    told = {"from": ADA, "id": "wamid.3", "timestamp": str(office.clock.now // 1000)}
    office.told(build.change(messages=[{**told, **reply}]))
    words = page(office).words
    assert "Ada Örnek: 👍 on 21 September 2026, 14:13:30 UTC" in words
    assert "In reply to the message of 21 September 2026, 14:13:20 UTC" in words


def test_images_are_part_of_the_page_and_are_the_archived_ones(office):
    say(office, "wamid.1", type="image", image={"id": "9001", "caption": "Look"})
    medium(office, "f_1", wamid="wamid.1", data=png(), mime="image/png")
    found = page(office)
    (source,) = found.images()
    kind, _, data = source.partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(data) == png()
    assert "Look" in found.words


def changed_object(office):
    key = next(iter(office.media.objects))
    office.media.objects[key] = office.media.objects[key][:-1] + b"\0"


def gone_object(office):
    office.media.objects.clear()


@pytest.mark.parametrize(
    ("mime", "changes", "then", "words"),
    [
        ("application/pdf", {"filename": "invoice.pdf"}, None, "File invoice.pdf"),
        ("image/svg+xml", {}, None, "Type image/svg+xml"),
        ("image/png", {"state": "quarantined", "reason": "lying_type"}, None, "lying type"),
        ("image/png", {"state": "gone", "reason": "gone_at_meta"}, None, "no longer had it"),
        ("image/png", {"state": "pending"}, None, "not fetched yet"),
        ("image/png", {"sha256": "0" * 64}, None, "its hash is not the archived one"),
        ("image/png", {"bytes": 6_000_000}, None, "too large to be shown here"),
        ("image/png", {}, changed_object, "not readable any more"),
        ("image/png", {}, gone_object, "not readable any more"),
    ],
)
def test_every_other_file_is_listed_with_what_identifies_it(office, mime, changes, then, words):
    say(office, "wamid.1", type="image", image={"id": "9001"})
    medium(office, "f_1", wamid="wamid.1", data=png(), mime=mime, **changes)
    if then is not None:
        then(office)
    found = page(office)
    assert found.images() == []
    assert words in found.words
    assert "SHA-256" in found.words


def test_images_end_where_browsers_would(office, monkeypatch):
    real = policy.number
    monkeypatch.setattr(policy, "number", lambda *p: len(png()) if p[-1] == "images" else real(*p))
    for number in (1, 2):
        say(office, f"wamid.{number}", type="image", image={"id": str(number)})
        medium(office, f"f_{number}", wamid=f"wamid.{number}", data=png(), mime="image/png")
    found = page(office)
    assert len(found.images()) == 1
    assert "too large to be shown here" in found.words


def test_masked_cards_destroyed_content_and_refusals_are_told(office):
    body = {"body": "Card 411111******1111", "amana_masked": 2}
    say(office, "wamid.1", text="Hello")
    told = {"from": ADA, "id": "wamid.2", "timestamp": str(office.clock.now // 1000)}
    office.told(build.change(messages=[{**told, "type": "text", "text": body}]))
    reasons = [{"code": "outside_customer_service_window", "detail": "x"}]
    send(
        office,
        {"type": "text", "text": {"body": "Buy!"}},
        send_state="refused",
        reasons=reasons,
    )
    words = page(office).words
    assert "2 card numbers were removed before this was stored" in words
    assert "amana_masked" not in words
    assert "not sent: outside customer service window" in words


def test_destroyed_content_is_told_with_its_date(office):
    say(office, "wamid.1", text="Hello")
    asked = contact_id(office)
    (key,) = [k for k in office.keys.keys.values() if k.id.startswith("n")]
    office.keys.destroy(key, now_ms=1_790_000_123_000)
    office.ring._held.clear()
    words = page(office, contact_id=asked).words
    assert "Content destroyed on 21 September 2026, 14:15:23 UTC" in words
    assert "Hello" not in words
    assert "Phone number destroyed" in words
    assert "Contents destroyed together with their keys: 1" in words


def test_gaps_stand_at_the_top_in_plain_words(office):
    say(office, "wamid.1", text="Hello")
    office.archive()
    whole = page(office)
    assert "Complete. Records of the archive read and compared" in whole.words
    gone = office.room.segments()[0]
    del office.room.vault.objects[gone]
    office.store.exports.clear()
    found = page(office)
    assert found.words.index("Not complete.") < found.words.index(gone)
    assert "Complete." not in found.words


def test_account_updates_stand_apart(office):
    office.told(build.change("account_update", event="VERIFIED_ACCOUNT"))
    say(office, "wamid.1", text="Hello")
    words = page(office, contact_id=None, from_ms=0).words
    assert "What belongs to no conversation" in words
    assert "VERIFIED_ACCOUNT" in words


def test_the_two_files_tell_of_the_same_messages(office):
    for number in range(5):
        say(office, f"wamid.{number}", text=f"words {number}")
    office.archive()
    export = office.run(office.ask(contact_id=contact_id(office)))
    document = json.loads(office.fetched(export, "export.json"))
    shown = Page(office.fetched(export, "transcript.html").decode())
    for entry in document["entries"]:
        assert entry["message"]["content"]["text"]["body"] in shown.words
        assert entry["message"]["id"] in shown.words
        assert entry["records"][0]["id"] in shown.words
