"""Card numbers in whole webhooks: wherever people can put one, and nowhere else."""

import json
import re

import pytest

from functions.core.cards.marker import masked_in
from functions.core.cards.scrub import scrub_body
from functions.core.whatsapp.updates import updates
from tests.fakes import build
from tests.unit.whatsapp.builders import EVENTS

NUMBER = "4111 1111 1111 1111"
MASKED = "4111 11██ ████ 1111"
BARE = "4111111111111111"
BARE_MASKED = "411111██████1111"
T = 1_790_000_000


def contact(**more):
    return {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ada"}, **more}]}


def media(kind, **more):
    return {"type": kind, kind: {"id": BARE, "mime_type": "a/b", "sha256": "x=", **more}}


# Everything a person, or the business when it wrote the buttons, can put text into.
CONTENT = {
    "text": {"text": {"body": f"card: {NUMBER}!"}},
    "caption of an image": media("image", caption=NUMBER),
    "caption of a video": media("video", caption=f"is it {NUMBER}?"),
    "caption of a document": media("document", caption=NUMBER),
    "file name": media("document", filename=f"{BARE}.pdf"),
    "button payload": {"type": "button", "button": {"payload": f"pay {BARE}", "text": "Pay"}},
    "button text": {"type": "button", "button": {"payload": "pay", "text": NUMBER}},
    "id of a reply button": {"interactive": {"button_reply": {"id": BARE, "title": "Pay"}}},
    "title of a reply button": {"interactive": {"button_reply": {"id": "1", "title": NUMBER}}},
    "id of a list row": {"interactive": {"list_reply": {"id": BARE, "title": "Pay"}}},
    "description of a row": {"interactive": {"list_reply": {"id": "1", "description": NUMBER}}},
    "name on a contact card": contact(org={"company": NUMBER}),
    "phone of a contact card": contact(phones=[{"phone": BARE, "type": "CELL"}]),
    "mail of a contact card": contact(emails=[{"email": f"{BARE}@example.com"}]),
    "address of a contact card": contact(addresses=[{"street": NUMBER}]),
    "web page of a contact card": contact(urls=[{"url": NUMBER}]),
    "name of a location": {"location": {"latitude": 52.1, "longitude": 4.3, "name": NUMBER}},
    "address of a location": {"location": {"latitude": 52.1, "address": f"Card {BARE}"}},
    "text of an order": {"order": {"catalog_id": BARE, "text": NUMBER}},
    "quoted text": {"context": {"id": "wamid.1", "quoted_text": f"> {NUMBER}"}},
    "reaction": {"reaction": {"message_id": "wamid.1", "emoji": NUMBER}},
    "new text of an edit": {"edit": {"message": {"type": "text", "text": {"body": NUMBER}}}},
    "headline of a referral": {"referral": {"source_id": BARE, "headline": NUMBER}},
    "error quoting a text": {"errors": [{"code": 131051, "error_data": {"details": NUMBER}}]},
    "unknown type": {"type": "hologram", "hologram": {"layers": [["deep", NUMBER]]}},
    "number in a field": {"hologram": {"seen": int(BARE)}},
    "name of a field": {"hologram": {NUMBER: "seen"}},
    "flow": {"interactive": {"nfm_reply": {"response_json": json.dumps({"card": NUMBER})}}},
    "number in a flow": {"interactive": {"nfm_reply": {"response_json": f'{{"card":{BARE}}}'}}},
    "id in a flow": {"interactive": {"nfm_reply": {"response_json": f'{{"id":"{BARE}"}}'}}},
    "JSON in a flow": {"nfm_reply": {"response_json": json.dumps({"a": json.dumps([NUMBER])})}},
    "broken JSON in a flow": {"nfm_reply": {"response_json": f'{{"card":"{NUMBER}"'}},
}

# Meta's own: any of them passes for a card.
STRUCTURE = {
    "media id": media("image"),
    "media address": media("image", url=f"https://lookaside.fbsbx.com/?mid={BARE}&card=no"),
    "product": {"order": {"product_items": [{"product_retailer_id": BARE, "item_price": 4111.11}]}},
    "ad": {"referral": {"source_id": BARE, "ctwa_clid": NUMBER, "source_type": "ad"}},
    "group": {"group_id": BARE},
    "ids": {"hologram": {"ad_ids": [BARE, int(BARE)]}},
    "13 digits, a German phone": {"from": "4915112345674", "text": {"body": "hello"}},
    "phone of a contact card": contact(
        phones=[{"phone": "4111111111119", "wa_id": "4917612345679"}]
    ),
    "time in milliseconds": {"hologram": {"start_time": 4222222222222, "end_ms": int(BARE)}},
    "an amount": {"order": {"total": 4222222222222}},
    "a place": {"location": {"latitude": 52.37021570000001, "longitude": 5.555555555555444}},
    "offer of a call": {"session": {"sdp": f"v=0\r\no=- {BARE} 2 IN IP4 127.0.0.1\r\n"}},
}


def webhook(message):
    told = {**build.text_message("wamid.1", sender="15550100011", at=T), "text": {}, **message}
    return build.webhook(build.change(messages=[told]), waba=BARE, time=T)


def spellings(document):
    """As Meta writes it (ASCII, escaped slashes), as others do, and with blanks."""
    ascii_only = json.dumps(document, separators=(",", ":")).replace("/", "\\/")
    return [
        ascii_only.encode(),
        json.dumps(document, ensure_ascii=False).encode(),
        json.dumps(document, indent=2, ensure_ascii=False).encode(),
    ]


def flat(value):
    """JSON however deep it lies in strings."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub(r'[\\" ]', "", text.replace("u2588", "█"))


def unmarked(value):
    if isinstance(value, dict):
        return {k: unmarked(v) for k, v in value.items() if k != "amana_masked"}
    return [unmarked(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("place", CONTENT)
def test_a_number_anywhere_in_content_is_masked_and_counted(place):
    for body in spellings(webhook(CONTENT[place])):
        scrubbed = scrub_body(body)

        said = json.loads(scrubbed.body)
        assert scrubbed.count == masked_in(said) == 1
        assert flat(unmarked(said)) == masked_once(flat(json.loads(body)))


def masked_once(text):
    """The number is the last in the body but for ids, which are in one piece under their names."""
    spaced, bare = NUMBER.replace(" ", ""), text.rfind(BARE)
    assert spaced == BARE
    return text[:bare] + BARE_MASKED + text[bare + len(BARE) :]


@pytest.mark.parametrize("place", CONTENT)
def test_the_mark_is_in_the_update_that_is_stored(place):
    (update,) = updates(scrub_body(spellings(webhook(CONTENT[place]))[0]).body)

    assert masked_in(update.raw) == 1


@pytest.mark.parametrize("place", STRUCTURE)
def test_metas_own_fields_stay(place):
    for body in spellings(webhook(STRUCTURE[place])):
        assert scrub_body(body).body is body


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.name)
def test_bodies_without_a_number_come_back_as_they_are(path):
    body = path.read_bytes()

    assert scrub_body(body).body is body


def test_the_profile_name_is_content_too():
    who = {"wa_id": "15550100011", "profile": {"name": NUMBER}}
    message = build.text_message("wamid.1", sender="15550100011", at=T)
    body = build.body(build.webhook(build.change(contacts=[who], messages=[message])))

    (update,) = updates(scrub_body(body).body)

    assert update.contact["profile"] == {"amana_masked": 1, "name": MASKED}


def test_each_object_counts_its_own():
    two = {"a": {"x": f"{NUMBER} and {NUMBER}", "y": [NUMBER, {"z": NUMBER}]}, "b": NUMBER}

    scrubbed = scrub_body(json.dumps(two).encode())

    said = json.loads(scrubbed.body)
    assert (said["amana_masked"], said["a"]["amana_masked"]) == (1, 3)
    assert said["a"]["y"][1]["amana_masked"] == 1
    assert scrubbed.count == 5


def test_what_was_counted_before_is_added_to():
    body = json.dumps({"amana_masked": 2, "a": NUMBER}).encode()

    assert json.loads(scrub_body(body).body) == {"amana_masked": 3, "a": MASKED}


@pytest.mark.parametrize("odd", ['"yes"', "null", "{}", "-1", "1.5"])
def test_a_strange_mark_is_no_error(odd):
    scrubbed = scrub_body(f'{{"a":"{NUMBER}","amana_masked":{odd}}}'.encode())

    assert MASKED in json.loads(scrubbed.body)["a"]


def test_a_name_written_twice_is_kept_twice():
    body = f'{{"a":"{NUMBER}","a":1.0,"b":1e2,"c":"\\u00e9"}}'.encode()

    assert scrub_body(body).body == (
        b'{"amana_masked":1,"a":"4111 11\\u2588\\u2588 \\u2588\\u2588\\u2588\\u2588 1111",'
        b'"a":1.0,"b":1e2,"c":"\\u00e9"}'
    )


def test_the_code_in_a_field_beside_the_number_is_gone():
    flow = {"cvv": "987", "cardCvc": 987, "number": NUMBER, "floor": "987", "zip": "1234"}
    body = json.dumps({"response_json": json.dumps(flow), "cvv": "987"}).encode()

    said = json.loads(scrub_body(body).body)

    assert json.loads(said["response_json"]) == {
        "cvv": "███",
        "cardCvc": "███",
        "number": MASKED,
        "floor": "987",
        "zip": "1234",
    }


def test_a_code_without_a_number_stays():
    body = json.dumps({"errors": [{"code": 190}], "cvv": "987"}).encode()

    assert scrub_body(body).body is body


@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf", b" \n"])
def test_what_stands_before_the_json_stays(begin):
    body = begin + json.dumps({"a": NUMBER}).encode()

    scrubbed = scrub_body(body).body

    assert scrubbed.startswith(begin + b"{")
    assert json.loads(scrubbed[len(begin) :]) == {"amana_masked": 1, "a": MASKED}


@pytest.mark.parametrize(
    ("body", "after"),
    [
        (NUMBER.encode(), MASKED.encode()),
        (f"no JSON: {BARE}".encode(), f"no JSON: {BARE_MASKED}".encode()),
        (f'{{"cut":"{NUMBER}'.encode(), f'{{"cut":"{MASKED}'.encode()),
        (b"\xff\xfe" + NUMBER.encode() + b"\xe9", b"\xff\xfe" + MASKED.encode() + b"\xe9"),
        (b"\xed\xa0\x80" + BARE.encode(), b"\xed\xa0\x80" + BARE_MASKED.encode()),
        (f"[{BARE}]".encode(), b'["411111' + b"\\u2588" * 6 + b'1111"]'),
        (f'"{BARE}"'.encode(), b'"411111' + b"\\u2588" * 6 + b'1111"'),
    ],
)
def test_bodies_that_are_no_webhook_are_masked_too(body, after):
    assert scrub_body(body).body == after


def test_any_depth_is_survived():
    for depth in (99, 500, 100_000):
        body = b'{"a":[' * depth + f'"{NUMBER}"'.encode() + b"]}" * depth

        assert NUMBER.encode() not in scrub_body(body).body


@pytest.mark.parametrize("number", [f"{BARE}.0", f"{BARE}.00"])
def test_a_number_with_a_point_is_read(number):
    assert json.loads(scrub_body(f'{{"a":{number}}}'.encode()).body)["amana_masked"] == 1
