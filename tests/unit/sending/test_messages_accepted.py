"""What callers may send, and the JSON that Graph gets for it."""

import json
from typing import Any

import pytest

from functions.core.sending.messages import parse_message

TO = {"to": "+4915112345678"}
WAMIDS = {"m_one": "wamid.ONE", "w_two": "wamid.TWO"}

CONTENTS: dict[str, Any] = {
    "text": {"body": "Hello", "preview_url": True},
    "image": {"link": "https://example.com/a.png", "caption": "A picture"},
    "video": {"id": "123"},
    "audio": {"id": "123", "voice": True},
    "document": {"id": "123", "caption": "Bill", "filename": "bill.pdf"},
    "sticker": {"id": "123"},
    "location": {"latitude": 52.5, "longitude": 13, "name": "Berlin", "address": "Mitte"},
    "contacts": [
        {
            "name": {"formatted_name": "Ada Lovelace", "first_name": "Ada"},
            "birthday": "1815-12-10",
            "phones": [{"phone": "+44 20", "type": "WORK", "wa_id": "4420"}],
            "emails": [{"email": "ada@example.com"}],
            "urls": [{"url": "https://example.com", "type": "HOME"}],
            "addresses": [{"city": "London", "country_code": "gb"}],
            "org": {"company": "Engines", "title": "Analyst"},
        }
    ],
}


def reply(identifier: str) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": identifier, "title": f"Take {identifier}"}}


def card(index: int) -> dict[str, Any]:
    header = {"type": "image", "image": {"link": "https://example.com/a.png"}}
    url = {"display_text": "Look", "url": "https://example.com"}
    action = {"name": "cta_url", "parameters": url}
    return {"card_index": index, "type": "cta_url", "header": header, "action": action}


BODY = {"body": {"text": "Which one?"}}
INTERACTIVES: list[dict[str, Any]] = [
    {
        "type": "button",
        "header": {"type": "document", "document": {"id": "1", "filename": "a.pdf"}},
        **BODY,
        "footer": {"text": "Small print"},
        "action": {"buttons": [reply("1"), reply("2"), reply("3")]},
    },
    {
        "type": "list",
        "header": {"type": "text", "text": "Menu"},
        **BODY,
        "action": {
            "button": "Open",
            "sections": [
                {"title": "Hot", "rows": [{"id": "1", "title": "Tea", "description": "Green"}]},
                {"title": "Cold", "rows": [{"id": "2", "title": "Water"}]},
            ],
        },
    },
    {
        "type": "cta_url",
        **BODY,
        "action": {
            "name": "cta_url",
            "parameters": {"display_text": "See", "url": "https://example.com/?a=1"},
        },
    },
    {
        "type": "flow",
        **BODY,
        "action": {
            "name": "flow",
            "parameters": {
                "flow_message_version": "3",
                "flow_id": "1",
                "flow_cta": "Book",
                "flow_action": "navigate",
                "flow_action_payload": {"screen": "FIRST", "data": {"kept": None, "n": 1.5}},
            },
        },
    },
    {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "2"}},
    {
        "type": "product_list",
        "header": {"type": "text", "text": "Shop"},
        **BODY,
        "action": {
            "catalog_id": "1",
            "sections": [{"title": "All", "product_items": [{"product_retailer_id": "2"}]}],
        },
    },
    {"type": "catalog_message", **BODY, "action": {"name": "catalog_message"}},
    {"type": "location_request_message", **BODY, "action": {"name": "send_location"}},
    {"type": "call_permission_request", "action": {"name": "call_permission_request"}},
    {
        "type": "voice_call",
        **BODY,
        "action": {"name": "voice_call", "parameters": {"ttl_minutes": 100, "payload": "x"}},
    },
    {"type": "carousel", **BODY, "action": {"cards": [card(0), card(1)]}},
    {
        "type": "address_message",
        **BODY,
        "action": {"name": "address_message", "parameters": {"country": "IN"}},
    },
]

COMPONENTS: list[dict[str, Any]] = [
    {"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]},
    {
        "type": "body",
        "parameters": [
            {"type": "text", "text": "Ada", "parameter_name": "first_name"},
            {
                "type": "currency",
                "currency": {"fallback_value": "€1", "code": "EUR", "amount_1000": 1000},
            },
            {"type": "date_time", "date_time": {"fallback_value": "1 May"}},
        ],
    },
    {
        "type": "button",
        "sub_type": "quick_reply",
        "index": "0",
        "parameters": [{"type": "payload", "payload": "YES"}],
    },
    {
        "type": "button",
        "sub_type": "copy_code",
        "index": 1,
        "parameters": [{"type": "coupon_code", "coupon_code": "25OFF"}],
    },
    {
        "type": "button",
        "sub_type": "flow",
        "index": "2",
        "parameters": [{"type": "action", "action": {"flow_token": "t"}}],
    },
    {
        "type": "button",
        "sub_type": "voice_call",
        "index": 3,
        "parameters": [{"type": "ttl_minutes", "ttl_minutes": 100}],
    },
    {
        "type": "order_status",
        "parameters": [{"type": "order_status", "order_status": {"reference_id": "1"}}],
    },
    {
        "type": "limited_time_offer",
        "parameters": [
            {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1}}
        ],
    },
    {
        "type": "carousel",
        "cards": [
            {
                "card_index": 0,
                "components": [
                    {"type": "header", "parameters": [{"type": "video", "video": {"id": "1"}}]}
                ],
            }
        ],
    },
]


def payload(message: dict[str, Any], **address: str) -> dict[str, Any]:
    return parse_message(json.dumps(message)).graph_payload(
        to=address.get("to"),
        recipient=address.get("recipient"),
        wamid_of=WAMIDS.__getitem__,
        callback="m_1",
    )


@pytest.mark.parametrize("kind", CONTENTS)
def test_graph_gets_the_content_as_the_caller_wrote_it(kind: str) -> None:
    message = {**TO, "type": kind, kind: CONTENTS[kind]}

    sent = payload(message, to="+4915112345678")

    assert sent == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+4915112345678",
        "type": kind,
        kind: CONTENTS[kind],
        "biz_opaque_callback_data": "m_1",
    }


@pytest.mark.parametrize("interactive", INTERACTIVES, ids=lambda i: i["type"])
def test_every_interactive_kind_passes_unchanged(interactive: dict[str, Any]) -> None:
    message = {**TO, "type": "interactive", "interactive": interactive}

    assert payload(message)["interactive"] == interactive


def test_template_components_pass_unchanged() -> None:
    template = {"name": "order_1", "language": {"code": "en_US"}, "components": COMPONENTS}

    sent = payload({**TO, "type": "template", "template": template}, recipient="US.1")

    assert sent["template"] == template
    assert sent["recipient"] == "US.1"
    assert "to" not in sent


def test_fields_given_as_null_are_left_out() -> None:
    message = {**TO, "type": "image", "image": {"id": "1", "link": None, "caption": None}}

    assert payload({**message, "context": None})["image"] == {"id": "1"}


@pytest.mark.parametrize(
    ("given", "wamid"),
    [("m_one", "wamid.ONE"), ("w_two", "wamid.TWO"), ("wamid.HBg=", "wamid.HBg=")],
)
def test_ids_of_ours_become_wamids_wherever_a_message_is_named(given: str, wamid: str) -> None:
    text = {**TO, "type": "text", "text": {"body": "Hi"}, "context": {"message_id": given}}
    reaction = {**TO, "type": "reaction", "reaction": {"message_id": given, "emoji": ""}}
    read = {"type": "read", "read": {"message_id": given}}

    assert payload(text)["context"] == {"message_id": wamid}
    assert payload(reaction)["reaction"] == {"message_id": wamid, "emoji": ""}
    assert payload(read)["message_id"] == wamid
    for message in (text, reaction, read):
        assert parse_message(json.dumps(message)).referenced_message_id == given


def test_read_has_metas_own_form_without_callback() -> None:
    read = {"type": "read", "read": {"message_id": "w_two", "typing_indicator": True}}

    assert payload(read, to="+4915112345678") == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.TWO",
        "typing_indicator": {"type": "text"},
    }


@pytest.mark.parametrize(
    "address",
    [
        {"to": "+4915112345678"},
        {"recipient": "US.13491208655302741918"},
        {"recipient": "US.ENT.11815799212886844830"},
        {"contact_id": "nabc234"},
        {"contact_id": "nabc234~2"},
    ],
)
def test_one_address_of_any_kind_is_enough(address: dict[str, str]) -> None:
    text = {"type": "text", "text": {"body": "Hi"}, "phone_number_id": "106540352242922"}
    constants = {"messaging_product": "whatsapp", "recipient_type": "individual"}

    message = parse_message(json.dumps({**text, **address, **constants}))

    assert message.model_dump(include={"to", "recipient", "contact_id"}, exclude_none=True) == (
        address
    )


def test_only_templates_and_read_receipts_need_no_window() -> None:
    free = [{**TO, "type": kind, kind: CONTENTS[kind]} for kind in CONTENTS]
    free.append({**TO, "type": "interactive", "interactive": INTERACTIVES[0]})
    free.append({**TO, "type": "reaction", "reaction": {"message_id": "m_1", "emoji": "👍"}})
    template = {"name": "a", "language": {"code": "de", "policy": "deterministic"}}

    assert all(parse_message(json.dumps(message)).free_form for message in free)
    assert not parse_message(json.dumps({**TO, "type": "template", "template": template})).free_form
    assert not parse_message('{"type": "read", "read": {"message_id": "m_1"}}').free_form


def test_a_stored_command_reads_back_as_the_same_command() -> None:
    template = {"name": "order_1", "language": {"code": "en_US"}, "components": COMPONENTS}
    message = parse_message(
        json.dumps({**TO, "type": "template", "template": template, "policy": "at_least_once"})
    )

    assert parse_message(message.model_dump_json(exclude_unset=True)) == message
    assert message.policy == "at_least_once"
