"""Graph accepts every type of message, and answers and remembers as Meta does."""

import pytest
from sandbox_bench import NUMBER_ID, PHONE

REPLY = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}
SECTIONS = [{"title": "A", "rows": [{"id": "1", "title": "One", "description": "…"}]}]
MESSAGES = {
    "text": {"type": "text", "text": {"body": "Hello", "preview_url": True}},
    "text by default": {"text": {"body": "Hello"}},
    "image": {"type": "image", "image": {"link": "https://example.com/a.png", "caption": "A"}},
    "voice": {"type": "audio", "audio": {"link": "https://example.com/a.ogg", "voice": True}},
    "video": {"type": "video", "video": {"link": "https://example.com/a.mp4"}},
    "document": {
        "type": "document",
        "document": {"link": "https://example.com/a.pdf", "filename": "a.pdf"},
    },
    "sticker": {"type": "sticker", "sticker": {"link": "https://example.com/a.webp"}},
    "link without extension": {"type": "image", "image": {"link": "https://example.com/a"}},
    "reaction": {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}},
    "reaction taken back": {"type": "reaction", "reaction": {"message_id": "x", "emoji": ""}},
    "location": {"type": "location", "location": {"latitude": "52.5", "longitude": 13.4}},
    "contacts": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Amal"}}]},
    "template": {
        "type": "template",
        "template": {"name": "hello_world", "language": {"code": "en_US"}},
    },
    "buttons": {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "header": {"type": "image", "image": {"link": "https://example.com/a.png"}},
            "body": {"text": "Well?"},
            "footer": {"text": "Bye"},
            "action": {"buttons": [REPLY]},
        },
    },
    "list": {
        "type": "interactive",
        "interactive": {
            "type": "list",
            "header": {"type": "text", "text": "Menu"},
            "body": {"text": "Well?"},
            "action": {"button": "Open", "sections": SECTIONS},
        },
    },
    "link button": {
        "type": "interactive",
        "interactive": {
            "type": "cta_url",
            "body": {"text": "Look"},
            "action": {
                "name": "cta_url",
                "parameters": {"display_text": "Open", "url": "https://example.com"},
            },
        },
    },
    "flow": {
        "type": "interactive",
        "interactive": {
            "type": "flow",
            "body": {"text": "Fill in"},
            "action": {"name": "flow", "parameters": {"flow_message_version": "3"}},
        },
    },
    "location request": {
        "type": "interactive",
        "interactive": {
            "type": "location_request_message",
            "body": {"text": "Where?"},
            "action": {"name": "send_location"},
        },
    },
    "product": {
        "type": "interactive",
        "interactive": {"type": "product", "action": {"catalog_id": "1"}},
    },
    "answer": {"context": {"message_id": "wamid.x"}, "text": {"body": "Yes"}},
}


@pytest.mark.parametrize("name", MESSAGES)
def test_accepts_and_answers_with_a_wamid(open_bench, name):
    response = open_bench.send(**MESSAGES[name])

    assert response.status_code == 200, response.json
    (message,) = response.json["messages"]
    assert message["message_status"] == "accepted"
    assert response.json["messaging_product"] == "whatsapp"
    assert response.json["contacts"] == [{"input": PHONE, "wa_id": PHONE[1:]}]
    assert [accepted["wamid"] for accepted in open_bench.sandbox.accepted()] == [message["id"]]


def test_remembers_what_was_accepted_in_order_with_the_whole_payload(open_bench):
    for word in ("one", "two"):
        open_bench.text(word, biz_opaque_callback_data=word)

    accepted = open_bench.control("GET", "accepted").json["accepted"]

    assert [message["payload"]["text"]["body"] for message in accepted] == ["one", "two"]
    assert accepted[0]["phone_number_id"] == NUMBER_ID
    assert accepted[0]["timestamp"] == "1795341600"


def test_accepted_messages_can_be_asked_for_by_person(open_bench):
    open_bench.text()
    open_bench.writes("+33612345678")
    open_bench.text(to="+33612345678")

    found = open_bench.control("GET", "accepted?to=%2B33 6 12345678").json["accepted"]

    assert [message["to"] for message in found] == ["33612345678"]


def test_a_person_is_reached_by_user_id(open_bench):
    open_bench.writes(None, user_id="US.1349", name="Sheena")

    response = open_bench.text(to=None, recipient="US.1349")

    assert response.json["contacts"] == [{"input": "US.1349", "user_id": "US.1349"}]


def test_the_phone_number_goes_before_the_user_id(open_bench):
    open_bench.control("POST", "people", {"phone": PHONE, "user_id": "DE.7"})

    response = open_bench.text(recipient="DE.7")

    assert response.json["contacts"] == [{"input": PHONE, "wa_id": PHONE[1:], "user_id": "DE.7"}]


def test_an_answer_to_an_ad_may_follow_for_72_hours(bench):
    bench.writes(referral={"source_type": "ad"})
    bench.text()
    bench.sandbox.advance(71 * 3600)

    assert bench.text().status_code == 200


@pytest.mark.parametrize("typing", [False, True])
def test_marks_a_received_message_as_read(bench, typing):
    wamid = bench.writes()
    indicator = {"typing_indicator": {"type": "text"}} if typing else {}

    response = bench.send(
        {"messaging_product": "whatsapp", "status": "read", "message_id": wamid} | indicator
    )

    assert response.json == {"success": True}
    (read,) = bench.control("GET", "accepted").json["reads"]
    assert (read["message_id"], read["typing"]) == (wamid, typing)
    assert bench.sandbox.accepted() == []


def test_tells_the_display_number_of_a_phone_number_id(bench):
    response = bench.call("GET", f"/v26.0/{NUMBER_ID}")

    assert response.json["display_phone_number"] == "15550783881"
