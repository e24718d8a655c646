"""What callers may not send: every refusal names field and reason and quotes nothing."""

import json
from typing import Any

import pytest

from functions.core.sending.message_parts import limit
from functions.core.sending.messages import InvalidMessageError, parse_message

SECRET = "Zebra7"
TEXT = {"to": "+4915112345678", "type": "text", "text": {"body": "Hi"}}
ONE_ADDRESS = "needs exactly one of to, recipient, contact_id"


def refusals(message: Any) -> dict[str, str]:
    with pytest.raises(InvalidMessageError) as caught:
        parse_message(message if isinstance(message, str | bytes) else json.dumps(message))
    assert SECRET not in repr(caught.value) + str(caught.value.errors)
    return {error.field: error.reason for error in caught.value.errors}


def interactive(**fields: Any) -> dict[str, Any]:
    content = {"body": {"text": "Which?"}, **fields}
    return {"to": "+4915112345678", "type": "interactive", "interactive": content}


def buttons(*titles: str) -> dict[str, Any]:
    replies = [
        {"type": "reply", "reply": {"id": str(i), "title": title}} for i, title in enumerate(titles)
    ]
    return interactive(type="button", action={"buttons": replies})


def rows(*counts: int, titled: bool = True) -> dict[str, Any]:
    sections = []
    for s, count in enumerate(counts):
        section: dict[str, Any] = {"rows": [{"id": f"{s}.{r}", "title": "x"} for r in range(count)]}
        sections.append({"title": f"S{s}", **section} if titled else section)
    return interactive(type="list", action={"button": "Open", "sections": sections})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"to": NaN}',
        b'{"to": 1e999}',
        b'{"to": "\\ud800"}',
        b"[" * 100_000,
    ],
)
def test_body_that_is_not_json(body: bytes) -> None:
    assert refusals(body) == {"body": "is not JSON"}


@pytest.mark.parametrize("body", ["[]", "null", "1", '"text"'])
def test_body_that_is_no_object(body: str) -> None:
    assert refusals(body) == {"body": "must be a JSON object"}


@pytest.mark.parametrize("kind", [None, 5, SECRET, ["text"], {}])
def test_unknown_type_is_answered_with_the_known_ones(kind: Any) -> None:
    assert refusals({**TEXT, "type": kind}) == {
        "type": "must be one of audio, contacts, document, image, interactive, location, reaction, "
        "read, sticker, template, text, video"
    }


@pytest.mark.parametrize(
    "number",
    [
        SECRET,
        "",
        "4915112345678",
        "+0151",
        "+49 151 12345678",
        "+123456",
        "+1" + "2" * 15,
        "+٤٩١٥١",
    ],
)
def test_bad_phone_number(number: str) -> None:
    assert refusals({**TEXT, "to": number}) == {
        "to": "must be a phone number in E.164 form: +, country code, number, digits only"
    }


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ({}, ONE_ADDRESS),
        ({"to": None}, ONE_ADDRESS),
        ({"to": "+4915112345678", "recipient": "US.1"}, ONE_ADDRESS),
        ({"contact_id": "n1", "recipient": "US.1"}, ONE_ADDRESS),
    ],
)
def test_none_or_several_addresses(address: dict[str, Any], reason: str) -> None:
    assert refusals({"type": "text", "text": {"body": "Hi"}, **address}) == {"body": reason}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipient", SECRET),
        ("contact_id", f"{SECRET} x"),
        ("phone_number_id", f"{SECRET} x"),
        ("context", {"message_id": SECRET}),
        ("policy", SECRET),
        ("messaging_product", SECRET),
        ("recipient_type", "group"),
        ("unknown", SECRET),
    ],
)
def test_bad_envelope_field_is_named(field: str, value: Any) -> None:
    assert next(iter(refusals({**TEXT, field: value}))).split(".")[0] == field


def test_unknown_fields_are_refused_at_every_depth() -> None:
    message = {**TEXT, "extra": SECRET, "text": {"body": "Hi", "bodyy": SECRET}}

    assert refusals(message) == {
        "extra": "is not a field of this message",
        "text.bodyy": "is not a field of this message",
    }


@pytest.mark.parametrize("body", ["", 5, None, ["x"], SECRET * 4096])
def test_bad_text_body(body: Any) -> None:
    assert list(refusals({**TEXT, "text": {"body": body}})) == ["text.body"]


def test_text_up_to_the_limit_is_fine() -> None:
    longest = "x" * limit("text_body")

    parse_message(json.dumps({**TEXT, "text": {"body": longest}}))
    assert refusals({**TEXT, "text": {"body": longest + "x"}}) == {
        "text.body": "has more than 4096 characters"
    }


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
@pytest.mark.parametrize("media", [{}, {"id": "1", "link": "https://example.com"}])
def test_media_is_named_by_id_or_link(kind: str, media: dict[str, str]) -> None:
    message = {"contact_id": "n1", "type": kind, kind: media}

    assert refusals(message) == {kind: "needs exactly one of id, link"}


@pytest.mark.parametrize("link", [SECRET, "ftp://example.com", "https://", "https://a b", ""])
def test_bad_link(link: str) -> None:
    message = {"contact_id": "n1", "type": "image", "image": {"link": link}}

    assert list(refusals(message)) == ["image.link"]


@pytest.mark.parametrize("kind", ["audio", "sticker"])
def test_caption_only_where_whatsapp_shows_one(kind: str) -> None:
    message = {"contact_id": "n1", "type": kind, kind: {"id": "1", "caption": SECRET}}

    assert refusals(message) == {f"{kind}.caption": "is not a field of this message"}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (buttons(), "interactive.action.buttons"),
        (buttons("a", "b", "c", "d"), "interactive.action.buttons"),
        (buttons("x" * 21), "interactive.action.buttons.0.reply.title"),
        (buttons("same", "same"), "interactive.action"),
        (rows(), "interactive.action.sections"),
        (rows(6, 5), "interactive.action"),
        (rows(1, 1, titled=False), "interactive.action"),
        (interactive(type="button"), "interactive.action"),
        (interactive(type=SECRET), "interactive"),
        (interactive(), "interactive"),
        (
            interactive(type="list", header={"type": "image", "image": {"id": "1"}}, action={}),
            "interactive.header.type",
        ),
        (
            interactive(type="button", header={"type": "image", "image": {"link": 5}}, action={}),
            "interactive.header.image.link",
        ),
        (
            interactive(
                type="voice_call", action={"name": "voice_call", "parameters": {"ttl_minutes": 0}}
            ),
            "interactive.action.parameters.ttl_minutes",
        ),
        (
            interactive(
                type="flow",
                action={
                    "name": "flow",
                    "parameters": {"flow_message_version": "3", "flow_cta": "Go"},
                },
            ),
            "interactive.action.parameters",
        ),
        (
            interactive(type="carousel", action={"cards": [{"card_index": 0, "type": "product"}]}),
            "interactive.action.cards.0.action",
        ),
    ],
)
def test_interactive_beyond_metas_limits(message: dict[str, Any], field: str) -> None:
    assert field in refusals(message)


def products(count: int) -> dict[str, Any]:
    items = [{"product_retailer_id": str(i)} for i in range(count)]
    half = count // 2
    sections = [
        {"title": "A", "product_items": items[:half]},
        {"title": "B", "product_items": items[half:]},
    ]
    header = {"type": "text", "text": "Shop"}
    action = {"catalog_id": "1", "sections": sections}
    return interactive(type="product_list", header=header, action=action)


def test_products_are_counted_over_all_sections() -> None:
    parse_message(json.dumps(products(30)))

    assert refusals(products(31)) == {
        "interactive.action": "at most 30 products fit into one message"
    }


def test_cards_of_a_carousel_must_look_alike() -> None:
    header = {"type": "image", "image": {"link": "https://example.com/a.png"}}
    one = [{"type": "quick_reply", "quick_reply": {"id": "1", "title": "One"}}]
    two = [*one, {"type": "quick_reply", "quick_reply": {"id": "2", "title": "Two"}}]
    cards = [
        {"card_index": 0, "header": header, "action": {"buttons": one}},
        {"card_index": 1, "header": header, "action": {"buttons": two}},
    ]

    assert refusals(interactive(type="carousel", action={"cards": cards})) == {
        "interactive.action": "all cards must have the same kind and number of buttons"
    }


def template(**fields: Any) -> dict[str, Any]:
    content = {"name": "order_1", "language": {"code": "en_US"}, **fields}
    return {"contact_id": "n1", "type": "template", "template": content}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (template(name="Order 1"), "template.name"),
        (template(language={"code": "English"}), "template.language.code"),
        (template(components=[{"type": SECRET}]), "template.components.0"),
        (
            template(components=[{"type": "body", "parameters": [{"type": "text"}]}]),
            "template.components.0.parameters.0.text",
        ),
        (
            template(components=[{"type": "body", "parameters": [{"type": "text", "text": 5}]}]),
            "template.components.0.parameters.0.text",
        ),
        (
            template(components=[{"type": "button", "sub_type": "url", "index": "10"}]),
            "template.components.0.index",
        ),
        (
            template(components=[{"type": "button", "sub_type": "url", "index": -1}]),
            "template.components.0.index",
        ),
    ],
)
def test_bad_template(message: dict[str, Any], field: str) -> None:
    assert list(refusals(message)) == [field]


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, -181), ("1", 0), (None, 0)])
def test_place_that_is_not_on_earth(latitude: Any, longitude: Any) -> None:
    place = {"latitude": latitude, "longitude": longitude}

    field = next(iter(refusals({"contact_id": "n1", "type": "location", "location": place})))

    assert field.startswith("location")


def test_reactions_and_read_receipts_answer_no_other_message() -> None:
    reaction = {"message_id": "m_1", "emoji": "👍"}
    message = {"contact_id": "n1", "type": "reaction", "reaction": reaction}

    assert refusals({**message, "context": {"message_id": "m_2"}}) == {
        "context": "is not a field of this message"
    }


def test_nonsense_by_the_thousand_gets_a_short_answer() -> None:
    assert len(refusals({**TEXT, **{f"f{i}": i for i in range(5000)}})) == 20


def test_names_of_unknown_fields_are_cut() -> None:
    assert max(map(len, refusals({**TEXT, "n" * 1000: 1}))) == 64
