"""What becomes of an accepted message, told in webhooks."""

from datetime import timedelta

import pytest
from sandbox_bench import NOW, PHONE, value_of

NEWS = {
    "name": "news",
    "language": {"code": "en_US"},
    "components": [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x/y"}}]},
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "Amal", "parameter_name": "first_name"}],
        },
    ],
}
HELLO = {"name": "hello_world", "language": {"code": "en_US"}}


def test_an_accepted_message_is_sent_delivered_and_read(open_bench):
    wamid = open_bench.text(biz_opaque_callback_data="m_1").json["messages"][0]["id"]

    statuses = open_bench.statuses()

    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert {status["id"] for status in statuses} == {wamid}
    assert {status["biz_opaque_callback_data"] for status in statuses} == {"m_1"}
    assert {status["recipient_id"] for status in statuses} == {PHONE[1:]}
    assert {status["recipient_user_id"][:3] for status in statuses} == {"DE."}
    assert {status["timestamp"] for status in statuses} == {"1795341600"}


def test_a_status_names_number_and_contact(open_bench):
    open_bench.text()

    value = value_of(open_bench.deliver()[1])

    assert value["messaging_product"] == "whatsapp"
    assert value["metadata"] == {
        "display_phone_number": "15550783881",
        "phone_number_id": "106540352242922",
    }
    (contact,) = value["contacts"]
    assert contact["profile"] == {"name": "Test Person"}
    assert contact["wa_id"] == PHONE[1:]


def test_the_price_comes_with_sent_and_with_delivered_only(open_bench):
    open_bench.text()

    priced = [status["status"] for status in open_bench.statuses() if "pricing" in status]

    assert priced == ["sent", "delivered"]


def test_the_price_comes_with_read_when_delivered_never_comes(open_bench):
    open_bench.control("POST", "people", {"phone": PHONE, "statuses": ["sent", "read"]})
    open_bench.text()

    assert ["pricing" in status for status in open_bench.statuses()] == [True, True]


def price(billable, type_, category):
    return {
        "billable": billable,
        "pricing_model": "PMP",
        "type": type_,
        "category": category,
    }


@pytest.mark.parametrize(
    ("day", "parts", "expected"),
    [
        ("2026-09-30", {}, price(False, "free_customer_service", "service")),
        ("2026-10-01", {}, price(True, "regular", "service")),
        (
            "2026-09-30",
            {"type": "template", "template": HELLO},
            price(False, "free_customer_service", "utility"),
        ),
        (
            "2026-10-01",
            {"type": "template", "template": HELLO},
            price(True, "regular", "utility"),
        ),
        (
            "2026-09-30",
            {"type": "template", "template": NEWS},
            price(True, "regular", "marketing"),
        ),
    ],
)
def test_the_price_depends_on_category_and_day(bench, day, parts, expected):
    bench.control("POST", "clock", {"now": day})
    bench.writes()
    bench.deliver()
    bench.text(**parts)

    assert bench.statuses()[0]["pricing"] == expected


def test_utility_templates_out_of_the_window_cost(bench):
    bench.control("POST", "clock", {"now": "2026-09-30"})
    bench.send(type="template", template=HELLO)

    assert bench.statuses()[0]["pricing"] == price(True, "regular", "utility")


def test_answers_to_an_ad_are_free_and_belong_to_a_conversation(bench):
    bench.writes(referral={"source_type": "ad"})
    bench.deliver()
    bench.text()
    bench.send(type="template", template=NEWS)

    statuses = bench.statuses()

    assert {status["pricing"]["type"] for status in statuses if "pricing" in status} == {
        "free_entry_point"
    }
    assert len({s["conversation"]["id"] for s in statuses if "conversation" in s}) == 1
    until = NOW + timedelta(hours=72)
    assert statuses[0]["conversation"]["expiration_timestamp"] == str(int(until.timestamp()))


def test_a_failed_status_has_errors_and_neither_contact_nor_price(open_bench):
    failure = {"status": "failed", "code": 131049}
    open_bench.control("POST", "people", {"phone": PHONE, "statuses": ["sent", failure]})
    open_bench.text()

    _, body = open_bench.deliver()

    value = value_of(body)
    (status,) = value["statuses"]
    assert "contacts" not in value
    assert "pricing" not in status
    assert status["errors"] == [
        {
            "code": 131049,
            "title": "This message was not delivered to maintain healthy ecosystem engagement.",
            "message": "This message was not delivered to maintain healthy ecosystem engagement.",
            "error_data": {
                "details": "In order to maintain a healthy ecosystem engagement, the message "
                "failed to be delivered."
            },
            "href": "/documentation/business-messaging/whatsapp/support/error-codes",
        }
    ]


def test_voice_can_be_played(open_bench):
    steps = ["sent", "delivered", "read", "played"]
    open_bench.control("POST", "people", {"phone": PHONE, "statuses": steps})
    open_bench.text()

    assert [status["status"] for status in open_bench.statuses()] == steps


def test_a_person_without_statuses_stays_silent(open_bench):
    open_bench.control("POST", "people", {"phone": PHONE, "statuses": []})
    open_bench.text()

    assert open_bench.statuses() == []


def test_statuses_wait_for_their_time(make_bench):
    bench = make_bench(status_delays_seconds={"delivered": 5, "read": 60})
    bench.writes()
    bench.deliver()
    bench.text()

    seen = []
    for seconds in (0, 5, 55):
        bench.sandbox.advance(seconds)
        seen.append([(status["status"], status["timestamp"]) for status in bench.statuses()])

    assert seen == [
        [("sent", "1795341600")],
        [("delivered", "1795341605")],
        [("read", "1795341660")],
    ]


def test_a_hidden_number_stays_hidden_when_written_to_by_user_id(bench):
    bench.writes(user_id="DE.1", username="@amal", hide_number=True, parent_user_id="DE.ENT.2")
    bench.deliver()
    bench.text(to=None, recipient="DE.1")

    sent, delivered, _ = bench.deliver()

    (status,) = value_of(delivered)["statuses"]
    assert "recipient_id" not in status
    assert (status["recipient_user_id"], status["parent_recipient_user_id"]) == (
        "DE.1",
        "DE.ENT.2",
    )
    (contact,) = value_of(delivered)["contacts"]
    assert "wa_id" not in contact
    assert contact["profile"]["username"] == "@amal"
    assert "username" not in value_of(sent)["contacts"][0]["profile"]


def test_without_user_ids_statuses_look_as_before_2026(make_bench):
    bench = make_bench(user_ids=False)
    bench.writes()
    bench.deliver()
    bench.text()

    assert "recipient_user_id" not in bench.statuses()[0]
