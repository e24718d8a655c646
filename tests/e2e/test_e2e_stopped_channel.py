"""The token has expired: nothing is lost or counted as sent, and all goes out once repaired."""

import secrets

import pytest

from cli.demo.messages import a_text, invented_phone

TOKEN_EXPIRED = 190
# the number tries one message every few minutes; tests do not wait that long
LONG_AGO = {"N": "1"}


@pytest.fixture
def time_passes(platform):
    """Makes the next try of the stopped number and of all waiting threads due at once."""

    def pass_time():
        number = platform.facts.phone_number_id
        platform.client("dynamodb").update_item(
            TableName=platform.table,
            Key={"pk": {"S": f"CHANNEL#{number}"}, "sk": {"S": "CHANNEL"}},
            UpdateExpression="SET until_ms = :past",
            ExpressionAttributeValues={":past": LONG_AGO},
        )
        platform.wake_all()

    return pass_time


def accepted_by(platform, phone):
    return [
        each["payload"]["text"]["body"] for each in platform.meta.accepted() if each["to"] == phone
    ]


def test_messages_stay_queued_while_the_token_is_expired_and_go_in_order_when_it_is_repaired(
    platform, time_passes
):
    # given a person who wrote, and a token that Graph no longer takes
    phone = invented_phone()
    platform.meta.write({"from": phone, "text": "Hello"})
    platform.eventually(lambda: platform.conversation_with(phone))
    platform.meta.fault(kind="error", code=TOKEN_EXPIRED, times=1000)
    # when the business sends
    answers = [
        platform.api.send(a_text(phone, f"number {n}"), key=secrets.token_hex(8)) for n in range(3)
    ]
    ids = [answer.body["id"] for answer in answers]
    outbound = platform.stage.queue_pair("outbound").queue_url
    platform.eventually(lambda: platform.waiting(outbound) == 0)
    # then nothing was sent, nothing failed, nothing is counted as sent
    assert [platform.message(each)["status"] for each in ids] == ["queued"] * 3
    assert [platform.message(each)["wamid"] for each in ids] == [None] * 3
    assert accepted_by(platform, phone) == []
    # and when the token is repaired, all of it is sent, once and in order
    platform.meta.clear_faults()
    time_passes()
    platform.eventually(lambda: len(accepted_by(platform, phone)) == 3)
    assert accepted_by(platform, phone) == ["number 0", "number 1", "number 2"]
    platform.eventually(lambda: all(platform.message(each)["status"] == "read" for each in ids))
