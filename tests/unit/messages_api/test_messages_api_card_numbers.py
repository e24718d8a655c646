"""Card numbers in what callers send are masked before anything is stored."""

import json

import pytest

from functions.messages_api import answers
from tests.unit.messages_api.api import ADA, TEXT

NUMBER = "4111 1111 1111 1111"
MASKED = "4111 11██ ████ 1111"
BARE = "4111111111111111"


def message(kind, content, **more):
    return {"to": f"+{ADA}", "type": kind, kind: content, **more}


def template(*parameters):
    body = {"type": "body", "parameters": list(parameters)}
    return message("template", {"name": "paid", "language": {"code": "en"}, "components": [body]})


def choices(reply_id, text):
    button = {"type": "reply", "reply": {"id": reply_id, "title": "Pay"}}
    return message(
        "interactive",
        {"type": "button", "body": {"text": text}, "action": {"buttons": [button]}},
    )


WITH_A_NUMBER = {
    "text": message("text", {"body": f"Your card {NUMBER}"}),
    "caption": message("image", {"link": "https://x.example/i.png", "caption": NUMBER}),
    "file name": message("document", {"id": BARE, "filename": f"{NUMBER}.pdf"}),
    "template parameter": template({"type": "text", "text": NUMBER}),
    "body of buttons": choices("1", NUMBER),
    "id of a button": choices(f"pay {NUMBER}", "Pay?"),
    "contact card": message("contacts", [{"name": {"formatted_name": NUMBER}}]),
    "phone of a contact card": message(
        "contacts", [{"name": {"formatted_name": "Ada"}, "phones": [{"phone": NUMBER}]}]
    ),
    "location": message("location", {"latitude": 1.5, "longitude": 2.5, "name": NUMBER}),
}


def stored(api):
    (told,) = api.sending.accepted.values()
    return told.model_dump_json(exclude_unset=True)


@pytest.mark.parametrize("kind", WITH_A_NUMBER)
def test_a_number_is_masked_counted_and_told(api, kind, capsys):
    answer = api.post(WITH_A_NUMBER[kind])

    assert answer.status == 202
    assert answer.body["masked_card_numbers"] == 1
    answers.Accepted.model_validate(answer.body)
    assert MASKED in stored(api)
    assert NUMBER not in stored(api)
    told = capsys.readouterr().out
    assert "1111 1111" not in told
    metrics = [json.loads(line) for line in told.splitlines() if "CardNumbersMasked" in line]
    assert [(m["CardNumbersMasked"], m["direction"]) for m in metrics] == [(1, "outbound")]


def test_the_code_beside_it_is_gone(api):
    api.post(message("text", {"body": f"{NUMBER} 12/26 987"}))

    assert f"{MASKED} 12/26 ███" in stored(api)


def test_normally_nothing_is_masked(api, capsys):
    answer = api.post(TEXT)

    assert answer.body["masked_card_numbers"] == 0
    assert "CardNumbersMasked" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        message("text", {"body": "hi"}, phone_number_id=BARE),
        message("text", {"body": "hi"}, context={"message_id": f"wamid.{BARE}"}),
        {"recipient": f"US.{BARE}", "type": "text", "text": {"body": "hi"}},
        {"contact_id": BARE, "type": "text", "text": {"body": "hi"}},
        {"to": "+4915112345674", "type": "text", "text": {"body": "hi"}},
        message("image", {"id": BARE}),
        message("template", {"name": f"card_{BARE}", "language": {"code": "en"}}),
        template({"type": "product", "product": {"product_retailer_id": "1", "catalog_id": BARE}}),
        template(
            {
                "type": "currency",
                "currency": {"fallback_value": "x", "code": "VND", "amount_1000": 4222222222222},
            }
        ),
    ],
)
def test_addresses_and_ids_are_not_touched(api, command):
    answer = api.post(command)

    assert (answer.status, answer.body["masked_card_numbers"]) == (202, 0)


def test_the_same_request_again_is_the_same_request(api):
    first = api.post(WITH_A_NUMBER["text"])

    assert api.post(WITH_A_NUMBER["text"]) == first
    assert len(api.sending.accepted) == 1


def test_another_text_under_the_same_key_is_still_a_conflict(api):
    api.post(WITH_A_NUMBER["text"])

    assert api.post(message("text", {"body": f"Another card {NUMBER}"})).status == 409


def test_what_is_refused_is_refused_for_the_masked_text_and_quotes_nothing(api):
    wrong = message("image", {"link": f"https://x.example/?card={BARE}"})

    answer = api.post(wrong)

    assert answer.status == 400
    assert [error["field"] for error in answer.body["errors"]] == ["image.link"]
    assert "1111" not in json.dumps(answer.body)


def test_a_text_at_its_limit_is_not_longer_when_masked(api):
    body = f"{NUMBER} ".ljust(4096, "x")

    assert api.post(message("text", {"body": body})).status == 202
