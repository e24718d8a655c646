"""What is told to go wrong between a client and Graph goes wrong, once, for whom it was meant."""

import pytest
from sandbox_bench import NUMBER_ID, OTHER_NUMBER_ID, PHONE

from sandbox.web.responses import ConnectionCutError

OTHER = "+33612345678"


@pytest.mark.parametrize(
    ("code", "status"),
    [(130429, 400), (131056, 400), (190, 401), (131000, 500), (2, 503), (131042, 400), (10, 403)],
)
def test_the_next_message_is_answered_with_an_error(open_bench, code, status):
    open_bench.sandbox.fault("error", code=code)

    refused, accepted = open_bench.text(), open_bench.text()

    assert (refused.json["error"]["code"], refused.status_code) == (code, status)
    assert accepted.status_code == 200
    assert len(open_bench.sandbox.accepted()) == 1


def test_an_error_can_have_another_status_and_other_details(open_bench):
    open_bench.sandbox.fault("error", code=131000, status=429, details="Slow down")

    response = open_bench.text()

    assert response.status_code == 429
    assert response.json["error"]["error_data"]["details"] == "Slow down"


def test_a_fault_happens_as_often_as_told(open_bench):
    open_bench.sandbox.fault("error", code=131016, times=2)

    assert [open_bench.text().status_code for _ in range(3)] == [500, 500, 200]


def test_faults_happen_in_order(open_bench):
    open_bench.control("POST", "faults", [{"kind": "error", "code": c} for c in (4, 131016)])

    assert [open_bench.text().status_code for _ in range(3)] == [400, 500, 200]


def test_an_unavailable_graph_answers_without_a_code(open_bench):
    open_bench.sandbox.fault("unavailable", status=502)

    response = open_bench.text()

    assert response.status_code == 502
    assert response.mimetype == "text/html"
    assert open_bench.sandbox.accepted() == []


def test_a_timeout_before_accepting_leaves_nothing_behind(open_bench):
    open_bench.sandbox.fault("timeout_before_accept")

    with pytest.raises(ConnectionCutError):
        open_bench.text()

    assert open_bench.sandbox.accepted() == []
    assert open_bench.statuses() == []


def test_a_timeout_after_accepting_still_brings_statuses(open_bench):
    open_bench.sandbox.fault("timeout_after_accept")

    with pytest.raises(ConnectionCutError):
        open_bench.text(biz_opaque_callback_data="m_1")

    (accepted,) = open_bench.sandbox.accepted()
    statuses = open_bench.statuses()
    assert {status["id"] for status in statuses} == {accepted["wamid"]}
    assert {status["biz_opaque_callback_data"] for status in statuses} == {"m_1"}


def test_a_timeout_after_accepting_waits_for_a_message_that_is_accepted(open_bench):
    open_bench.sandbox.fault("timeout_after_accept")

    refused = open_bench.text("")

    assert refused.status_code == 400
    with pytest.raises(ConnectionCutError):
        open_bench.text()


@pytest.mark.parametrize(("kind", "status"), [("delay", 200), ("unavailable", 503)])
def test_a_delay_holds_the_answer_back(open_bench, monkeypatch, kind, status):
    waited = []
    monkeypatch.setattr(open_bench.sandbox._stopping, "wait", waited.append)
    open_bench.sandbox.fault(kind, delay_seconds=1.5)

    assert open_bench.text().status_code == status
    assert waited == [1.5]


@pytest.mark.parametrize("to", [OTHER, "33612345678", "FR.9"])
def test_a_fault_can_be_meant_for_one_person(open_bench, to):
    open_bench.writes(OTHER, user_id="FR.9")
    open_bench.sandbox.fault("error", code=131026, to=to)

    assert open_bench.text().status_code == 200
    assert open_bench.text(to=OTHER).status_code == 400


def test_a_fault_finds_a_person_by_number_when_the_message_names_the_id(open_bench):
    open_bench.writes(OTHER, user_id="FR.9")
    open_bench.sandbox.fault("error", code=131026, to=OTHER)

    assert open_bench.text(to=None, recipient="FR.9").status_code == 400


def test_a_fault_can_be_meant_for_somebody_nobody_knows_yet(open_bench):
    open_bench.sandbox.fault("error", code=131021, to=OTHER)

    assert open_bench.text(to=OTHER).json["error"]["code"] == 131021


def test_a_fault_can_be_meant_for_one_number(open_bench):
    open_bench.sandbox.fault("error", code=131000, phone_number_id=OTHER_NUMBER_ID)

    assert open_bench.text().status_code == 200
    assert open_bench.text(number_id=OTHER_NUMBER_ID).json["error"]["code"] == 131000


def test_faults_of_messages_leave_reads_alone_and_the_other_way_round(bench):
    wamid = bench.writes()
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    bench.sandbox.fault("error", code=131000)

    assert bench.send(read).status_code == 200
    assert bench.text().status_code == 500
    bench.sandbox.fault("error", code=131000, on="read")
    assert bench.text().status_code == 200
    assert bench.send(read).status_code == 500


def test_uploads_can_fail(bench):
    bench.sandbox.fault("unavailable", on="media")

    assert bench.call("POST", f"/v26.0/{NUMBER_ID}/media").status_code == 503


def test_faults_can_be_looked_at_and_cleared(open_bench):
    fault = {"kind": "error", "code": 4, "times": 3, "to": PHONE}
    open_bench.control("POST", "faults", {"faults": [fault]})

    shown = open_bench.control("GET", "faults").json["faults"]
    cleared = open_bench.control("DELETE", "faults").json

    assert shown == [fault | {"delay_seconds": 0, "on": "messages"}]
    assert cleared == {"faults": []}
    assert open_bench.text().status_code == 200


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"kind": "flood"}, "kind is one of"),
        ({}, "kind is one of"),
        ({"kind": "error", "code": 7}, "error codes"),
        ({"kind": "error", "code": 4, "copies": 2}, "takes no copies"),
        (
            {"kind": "error", "code": 4, "on": "statuses"},
            "on is one of download, media, media_fields, messages, read",
        ),
        ({"kind": "drop", "on": "read"}, "on is one of messages, statuses"),
    ],
)
def test_faults_that_make_no_sense_are_refused(bench, fault, complaint):
    assert complaint in bench.control("POST", "faults", fault).json["error"]
