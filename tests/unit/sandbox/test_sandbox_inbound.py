"""POST /sandbox/inbound: every form of a person writing."""

import pytest
from sandbox_bench import NUMBER_ID, OTHER_NUMBER_ID, PHONE, value_of


def posted(bench, spec):
    answer = bench.control("POST", "inbound", spec)
    assert answer.status_code == 200, answer.json
    (body,) = bench.deliver()
    return answer.json["messages"], body


def test_a_line_of_text_becomes_metas_webhook(bench):
    (wamid,), body = posted(bench, {"from": PHONE, "name": "Amal", "text": "Hello"})

    user_id = value_of(body)["contacts"][0]["user_id"]
    assert body == {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "102290129340398",
                "changes": [
                    {
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {
                                "display_phone_number": "15550783881",
                                "phone_number_id": NUMBER_ID,
                            },
                            "contacts": [
                                {
                                    "profile": {"name": "Amal"},
                                    "wa_id": "4915112345678",
                                    "user_id": user_id,
                                }
                            ],
                            "messages": [
                                {
                                    "from": "4915112345678",
                                    "from_user_id": user_id,
                                    "id": wamid,
                                    "timestamp": "1795341600",
                                    "type": "text",
                                    "text": {"body": "Hello"},
                                }
                            ],
                        },
                        "field": "messages",
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("interactive", {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}),
        ("button", {"payload": "yes", "text": "Yes"}),
        ("reaction", {"message_id": "wamid.x", "emoji": "👍"}),
        ("location", {"latitude": 52.5, "longitude": 13.4}),
        ("contacts", [{"name": {"formatted_name": "Amal"}}]),
        ("order", {"catalog_id": "1", "product_items": []}),
        ("tomorrow", {"unheard": "of"}),
    ],
)
def test_any_type_can_be_written(bench, kind, content):
    _, body = posted(bench, {"from": PHONE, "type": kind, kind: content, "context": {"id": "x"}})

    (message,) = value_of(body)["messages"]
    assert (message["type"], message[kind]) == (kind, content)
    assert message["context"] == {"id": "x"}


def test_a_whole_message_is_taken_over_as_it_is(bench):
    message = {"id": "wamid.own", "timestamp": "1", "type": "text", "text": None, "new": True}

    ids, body = posted(bench, {"from": PHONE, "message": message})

    assert ids == ["wamid.own"]
    assert value_of(body)["messages"][0].items() >= message.items()


def test_a_person_with_a_username_shows_no_number(bench):
    _, body = posted(bench, {"user_id": "US.1", "username": "@amal", "text": "Hello"})

    value = value_of(body)
    assert "from" not in value["messages"][0]
    assert value["messages"][0]["from_user_id"] == "US.1"
    assert value["contacts"][0]["profile"]["username"] == "@amal"
    assert "wa_id" not in value["contacts"][0]


def test_user_ids_can_be_left_out(bench):
    _, body = posted(bench, {"from": PHONE, "user_id": None, "text": "Hello"})

    assert "from_user_id" not in value_of(body)["messages"][0]
    assert "user_id" not in value_of(body)["contacts"][0]


def test_number_and_user_id_of_one_person_meet(bench):
    posted(bench, {"user_id": "DE.1", "text": "Hello"})
    posted(bench, {"user_id": "DE.1", "from": PHONE, "text": "It is me"})

    assert bench.text().status_code == 200
    assert bench.text(to=None, recipient="DE.1").status_code == 200


@pytest.mark.parametrize("wrapped", [False, True])
def test_several_messages_arrive_in_one_body(bench, wrapped):
    messages = [{"from": f"+49151000{n:04}", "text": str(n)} for n in range(3)]

    ids, body = posted(bench, {"messages": messages} if wrapped else messages)

    assert [message["id"] for message in value_of(body)["messages"]] == ids
    assert len(value_of(body)["contacts"]) == 3


def test_messages_to_two_numbers_are_two_changes(bench):
    messages = [
        {"from": PHONE, "text": "a", "phone_number_id": number}
        for number in (NUMBER_ID, OTHER_NUMBER_ID)
    ]

    _, body = posted(bench, messages)

    assert len(body["entry"][0]["changes"]) == 2


def test_a_value_is_wrapped_with_its_field(bench):
    ids, body = posted(bench, {"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}})

    assert ids == []
    assert body["entry"][0]["changes"] == [
        {"value": {"event": "ACCOUNT_DELETED"}, "field": "account_update"}
    ]


def test_a_value_with_messages_opens_the_window(bench):
    message = {"id": "wamid.x", "from": PHONE[1:], "type": "text", "text": {"body": "Hello"}}
    value = {"metadata": {"phone_number_id": NUMBER_ID}, "messages": [message]}

    ids, _ = posted(bench, {"value": value})

    assert ids == ["wamid.x"]
    assert bench.text().status_code == 200


@pytest.mark.parametrize("body", [{"object": "x", "entry": []}, {"entry": [None, 1]}])
def test_a_whole_body_is_sent_as_it_is(bench, body):
    assert posted(bench, {"body": body}) == ([], body)


def test_bytes_that_are_no_json_are_sent_as_they_are(bench):
    bench.control("POST", "inbound", {"body": "no json"})

    assert bench.sandbox._state.outbox.take().bytes == b"no json"


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ({"text": "Hello"}, "name the person"),
        ({"from": PHONE, "type": "text"}, "needs 'text'"),
        ({"from": PHONE, "text": "x", "phone_number_id": "1"}, "no phone number id 1"),
        (7, "does not fit"),
        ([1], "does not fit"),
    ],
)
def test_forms_that_make_no_sense_are_refused(bench, spec, complaint):
    answer = bench.control("POST", "inbound", spec)

    assert answer.status_code == 400
    assert complaint in answer.json["error"]


def test_a_body_that_is_no_json_is_refused(bench):
    answer = bench.client.post("/sandbox/inbound", data=b"{")

    assert answer.json == {"error": "the body is not JSON"}
