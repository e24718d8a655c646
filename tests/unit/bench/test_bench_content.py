"""What is asked of KMS and the stores on a message's way."""

import pytest

from bench import bodies, content
from bench.content_flow import Flow


def delivered(flow, numbers, *, people):
    for number in numbers:
        who = bodies.person(number % people)
        flow.deliver(bodies.inbound(number, who, 1_790_000_000 + number))


def kms(flow):
    return {key: n for key, n in flow.asked.items() if "KMS" in key[1]}


def test_an_environment_asks_kms_a_fixed_number_of_times():
    flow = Flow()
    delivered(flow, range(40), people=8)
    assert kms(flow) == {("webhook", "KMS: GenerateDataKey"): 1, ("inbound", "KMS: Decrypt"): 2}


def test_a_new_environment_asks_anew():
    flow = Flow()
    delivered(flow, range(10), people=2)
    flow.start_anew()
    delivered(flow, range(10, 20), people=2)
    assert sum(kms(flow).values()) == 6


def test_every_message_comes_out_as_it_went_in():
    flow = Flow()
    delivered(flow, range(30), people=6)
    assert flow.read(6) == 30
    assert flow.asked["messages_api", "KMS: Decrypt"] == 1


def test_a_key_is_made_once_for_each_person():
    flow = Flow()
    delivered(flow, range(30), people=6)
    assert flow.asked["inbound", "keys: TransactWriteItems"] == 6


def test_the_section_says_whether_its_aims_are_met(monkeypatch):
    monkeypatch.setattr(content, "_TYPICAL", "status_read.json")
    monkeypatch.setattr(content, "_MESSAGES", 40)
    monkeypatch.setattr(content, "_ROUNDS", 3)
    monkeypatch.setattr(content, "_FEW_ROUNDS", 3)
    monkeypatch.setattr(content, "_PEOPLE", 10)
    monkeypatch.setattr(content, "_EVENTS", _two_events())
    numbers = {number.name: number for number in content.measure().numbers}
    assert numbers["KMS, all"].met
    assert numbers["KMS, all"].hard
    (typical,) = [n for name, n in numbers.items() if name.startswith("typical message")]
    assert typical.value > 0


def _two_events():
    """Two events instead of all of them."""
    events = content._EVENTS

    class Two:
        def glob(self, _pattern):
            return [events / name for name in ("message_text.json", "status_read.json")]

    return Two()


@pytest.mark.parametrize("size", [0, 1])
def test_more_conversations_than_there_are_show_what_there_is(size):
    flow = Flow()
    delivered(flow, range(size), people=1)
    assert flow.read(10) == size
