"""What is said in the demo: messages of many types, in languages of several scripts."""

import secrets
import time
from typing import Any

Json = dict[str, Any]


def invented_phone() -> str:
    """From the range kept for fiction in North America, so that it is nobody's."""
    area = 201 + secrets.randbelow(700)
    return f"1{area}555{100 + secrets.randbelow(100):04}"


def from_person(phone: str) -> list[Json]:
    """The first things a person writes."""
    person = {"from": phone, "name": "Layla Haddad"}
    contents: list[Json] = [
        {"text": "مرحباً، أريد تغيير موعدي من فضلك"},
        {"text": "Hello! The same in English: may I move my appointment?"},
        {"text": "Bitte auch auf Deutsch 🙏"},
        {"type": "image", "image": {"caption": "my appointment card"}},
        {
            "type": "location",
            "location": {
                "latitude": 52.5163,
                "longitude": 13.3777,
                "name": "Brandenburg Gate",
                "address": "Pariser Platz, Berlin",
            },
        },
    ]
    # WhatsApp's clock has seconds only: apart from each other, so that their order can be seen
    began = int(time.time()) - len(contents)
    return [
        {**person, **content, "timestamp": began + second}
        for second, content in enumerate(contents)
    ]


def from_business(phone: str) -> list[Json]:
    """What the business answers: words, then buttons."""
    buttons = [
        {"type": "reply", "reply": {"id": "tue-10", "title": "Tuesday 10:00"}},
        {"type": "reply", "reply": {"id": "wed-15", "title": "Wednesday 15:00"}},
    ]
    return [
        {
            "to": f"+{phone}",
            "type": "text",
            "text": {"body": "أهلاً ليلى! Of course. Gern auch auf Deutsch."},
        },
        {
            "to": f"+{phone}",
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "Which day suits you?"},
                "action": {"buttons": buttons},
            },
        },
    ]


def persons_choice(phone: str, *, answered: str) -> list[Json]:
    """A button pressed, a reaction, an order: each refers to what came before."""
    reply = {"type": "button_reply", "button_reply": {"id": "tue-10", "title": "Tuesday 10:00"}}
    items = [{"product_retailer_id": "tea-01", "quantity": 2, "item_price": 4.5, "currency": "EUR"}]
    order = {"catalog_id": "194836987003835", "text": "for the wait", "product_items": items}
    contents: list[Json] = [
        {"type": "interactive", "interactive": reply, "context": {"id": answered}},
        {"type": "reaction", "reaction": {"message_id": answered, "emoji": "👍"}},
        {"type": "order", "order": order},
    ]
    return [{"from": phone, **content} for content in contents]


def a_text(phone: str, body: str) -> Json:
    return {"to": f"+{phone}", "type": "text", "text": {"body": body}}


TEMPLATE = {
    "name": "appointment_confirmation",
    "language": "en",
    "category": "UTILITY",
    "body": "Your appointment is on {{1}}.",
}


OFFER = {
    "name": "autumn_offer",
    "language": "en",
    "category": "MARKETING",
    "body": "Our autumn offers are here.",
}


def an_offer(phone: str) -> Json:
    template = {"name": OFFER["name"], "language": {"code": OFFER["language"]}}
    return {"to": f"+{phone}", "type": "template", "purpose": "marketing", "template": template}


def a_tap(phone: str, button: Json) -> Json:
    """On a reply button, as it was shown."""
    reply = {"type": "button_reply", "button_reply": button}
    return {"from": phone, "type": "interactive", "interactive": reply}


def a_template(phone: str, day: str) -> Json:
    parameters = [{"type": "text", "text": day}]
    template = {
        "name": TEMPLATE["name"],
        "language": {"code": TEMPLATE["language"]},
        "components": [{"type": "body", "parameters": parameters}],
    }
    return {"to": f"+{phone}", "type": "template", "purpose": "utility", "template": template}
