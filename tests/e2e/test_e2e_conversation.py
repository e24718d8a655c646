"""A conversation both ways, through the deployed stacks."""

import secrets

from cli.demo.messages import a_text, invented_phone
from cli.demo.scenario import Scenario
from cli.demo.story import Check


def opened_by_person(platform):
    """A person who has just written, so that the business may answer freely."""
    phone = invented_phone()
    platform.meta.write({"from": phone, "text": "Hello"})
    platform.eventually(lambda: platform.conversation_with(phone))
    return phone


def send(platform, message):
    answer = platform.api.send(message, key=secrets.token_hex(8))
    assert answer.status == 202, answer.text
    return answer.body["id"]


def test_the_demo_keeps_every_promise(platform):
    story = list(Scenario(platform).tell())

    checks = [part for part in story if isinstance(part, Check)]
    assert [check for check in checks if not check.ok] == []
    assert len(checks) > 8


def test_answers_arrive_in_the_order_in_which_they_were_sent(platform):
    phone = opened_by_person(platform)
    ids = [send(platform, a_text(phone, f"number {n}")) for n in range(5)]

    platform.eventually(lambda: all(platform.message(each)["wamid"] for each in ids))

    bodies = [
        each["payload"]["text"]["body"] for each in platform.meta.accepted() if each["to"] == phone
    ]
    assert bodies == [f"number {n}" for n in range(5)]


def test_statuses_come_back_with_their_price(platform):
    phone = opened_by_person(platform)
    message_id = send(platform, a_text(phone, "Good morning"))

    platform.eventually(lambda: platform.message(message_id)["status"] == "read")
    platform.settle()

    statuses = platform.message(message_id)["statuses"]
    assert [each["status"] for each in statuses] == ["sent", "delivered", "read"]
    assert statuses[0]["pricing"]["category"] == "service"


def test_the_same_key_and_body_is_answered_again_and_sent_once(platform):
    phone = opened_by_person(platform)
    key, message = secrets.token_hex(8), a_text(phone, "Only once")
    first = platform.api.send(message, key=key)
    second = platform.api.send(message, key=key)

    platform.eventually(lambda: platform.message(first.body["id"])["status"] == "read")

    assert (first.status, first.body) == (second.status, second.body)
    assert len([each for each in platform.meta.accepted() if each["to"] == phone]) == 1


def test_a_thousand_updates_in_one_webhook_are_all_folded(platform):
    phone = invented_phone()
    wamids = platform.meta.write(*({"from": phone, "text": f"line {n}"} for n in range(1000)))

    platform.settle()

    conversation = platform.conversation_with(phone)
    stored = {each["wamid"] for each in platform.messages(conversation)}
    assert stored >= set(wamids)


def test_a_person_without_a_telephone_number_is_answered_by_their_id(platform):
    user_id = f"DE.{secrets.token_hex(12)}"
    platform.meta.write({"user_id": user_id, "text": "I have a username"})
    platform.eventually(lambda: platform.conversation_with(user_id))

    message = {"recipient": user_id, "type": "text", "text": {"body": "Hello you"}}
    message_id = send(platform, message)

    platform.eventually(lambda: platform.message(message_id)["status"] == "read")


def test_a_message_that_graph_accepted_without_an_answer_is_not_sent_again(platform):
    phone = opened_by_person(platform)
    platform.meta.fault(kind="timeout_after_accept", to=phone)

    message_id = send(platform, a_text(phone, "Did this arrive?"))

    platform.eventually(lambda: platform.message(message_id)["status"] == "read")
    platform.settle()
    platform.wake_all()
    platform.eventually(lambda: platform.due() == [])
    assert len([each for each in platform.meta.accepted() if each["to"] == phone]) == 1
