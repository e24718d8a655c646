import json

import pytest

from functions.core.whatsapp.graph import Accepted, Ambiguous, Refused
from functions.core.whatsapp.graph_answers import outcome_of
from functions.core.whatsapp.graph_errors import ErrorClass

WAMID = "wamid.HBgLMTU1NTAxMDAwNDIVAgARGBI"
NUMBER = "15550100042"


def answer(http_status, body, **more):
    return outcome_of(http_status, json.dumps(body).encode(), **more)


def error(code, **more):
    return {"error": {"message": "(#1) Something", "type": "OAuthException", "code": code, **more}}


def test_an_accepted_message_has_its_wamid_and_contacts():
    contact = {"input": f"+{NUMBER}", "wa_id": NUMBER}
    body = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": WAMID}]}

    assert answer(200, body) == Accepted(WAMID, "accepted", (contact,))


@pytest.mark.parametrize("said", ["held_for_quality_assessment", "paused", "something new"])
def test_the_message_status_is_kept_as_said(said):
    outcome = answer(200, {"messages": [{"id": WAMID, "message_status": said}]})

    assert outcome.message_status == said


def test_mark_as_read_is_accepted_without_a_message():
    assert answer(200, {"success": True}) == Accepted(wamid="", message_status="accepted")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"messages":[]}', b'{"messages":[null]}', b"\xff"]
)
def test_success_that_names_no_message_is_ambiguous(body):
    assert isinstance(outcome_of(200, body), Ambiguous)


@pytest.mark.parametrize("http_status", [400, 401, 403, 404, 429, 500, 503, 504])
def test_the_code_decides_whatever_the_http_status(http_status):
    outcome = answer(http_status, error(131047))

    assert (outcome.code, outcome.error_class) == (131047, ErrorClass.NEEDS_TEMPLATE)
    assert outcome.http_status == http_status


def test_a_refusal_keeps_what_support_asks_for():
    details = f"{NUMBER} is not on the list"
    outcome = answer(
        400, error(131030, error_data={"details": details}, fbtrace_id="AbC", error_subcode=1)
    )

    assert (outcome.title, outcome.details, outcome.trace_id) == ("(#1) Something", details, "AbC")


@pytest.mark.parametrize("http_status", [500, 503, 529, 429])
def test_a_transient_status_without_a_code_is_retried(http_status):
    outcome = outcome_of(http_status, b"<html>")

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.error_class) == (None, ErrorClass.RETRY)
    assert outcome.retry_delay_seconds > 0


@pytest.mark.parametrize("http_status", [502, 504])
def test_a_gateway_that_lost_graph_leaves_it_open(http_status):
    assert isinstance(outcome_of(http_status, b"<html>"), Ambiguous)


@pytest.mark.parametrize("http_status", [301, 400, 403, 404])
def test_any_other_status_without_a_code_is_for_a_person(http_status):
    outcome = outcome_of(http_status, b"<html>")

    assert (outcome.code, outcome.error_class) == (None, ErrorClass.UNKNOWN)


@pytest.mark.parametrize("code", [None, "131047", True, {}])
def test_a_code_that_is_no_number_is_no_code(code):
    assert answer(400, error(code)).code is None


def test_retry_after_lengthens_the_delay():
    assert answer(400, error(130429), retry_after="90").retry_delay_seconds == 90
    assert answer(400, error(134101), retry_after="90").retry_delay_seconds == 600
    assert answer(400, error(134101), retry_after="soon").retry_delay_seconds == 600


def test_no_outcome_shows_numbers_or_wamids_in_its_repr():
    outcomes = [
        answer(200, {"contacts": [{"input": NUMBER}], "messages": [{"id": WAMID}]}),
        answer(400, error(131030, message=NUMBER, error_data={"details": NUMBER})),
        outcome_of(200, NUMBER.encode()),
    ]

    assert NUMBER not in repr(outcomes)
    assert WAMID not in repr(outcomes)
