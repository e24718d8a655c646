"""Graph refuses what Meta refuses, in Meta's error object."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox_bench import NOW, NUMBER_ID, PHONE

BUTTON = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}
ROW = {"id": "1", "title": "One"}


def error_of(response):
    return response.json["error"]


def interactive(kind="button", action=None, **parts):
    return {"type": kind, "body": {"text": "Well?"}, "action": action or {}} | parts


def test_an_unknown_token_is_answered_401_with_code_190(bench):
    response = bench.text(token="stolen")

    assert response.status_code == 401
    assert error_of(response)["code"] == 190
    assert error_of(response)["type"] == "OAuthException"


def test_no_token_is_answered_like_an_unknown_one(bench):
    assert bench.text(token=None).status_code == 401


def test_an_unknown_phone_number_id_is_an_unsupported_object(bench):
    response = bench.text(number_id="1")

    assert response.status_code == 400
    assert error_of(response)["type"] == "GraphMethodException"
    assert (error_of(response)["code"], error_of(response)["error_subcode"]) == (100, 33)


def test_a_version_that_has_ended_is_refused(bench):
    assert error_of(bench.text(version="v20.0"))["code"] == 2635


def test_a_path_graph_does_not_know_has_unknown_components(bench):
    assert error_of(bench.call("POST", "/v26.0/1/2/3"))["code"] == 2500


def test_a_body_that_is_no_json_is_a_request_without_parameters(bench):
    response = bench.call("POST", f"/v26.0/{NUMBER_ID}/messages", data=b"{")

    assert error_of(response)["message"] == ("(#100) The parameter messaging_product is required.")


@pytest.mark.parametrize(
    ("parts", "code", "words"),
    [
        ({"messaging_product": "signal"}, 100, "must be one of {WHATSAPP}"),
        ({"to": None}, 100, "The parameter to is required."),
        ({"to": 4915112345678}, 100, "Param to must be a string."),
        ({"to": "call me"}, 131009, "malformed"),
        ({"to": "+12"}, 131009, "malformed"),
        ({"to": "+1 555 078 3881"}, 131021, "same phone number"),
        ({"to": None, "recipient": "US.404"}, 131026, ""),
        ({"recipient_type": "group"}, 100, "must be one of {INDIVIDUAL}"),
        ({"context": {}}, 100, "context['message_id'] is required"),
        ({"biz_opaque_callback_data": "x" * 513}, 100, "at most 512 characters"),
        ({"type": "smoke"}, 100, 'got "smoke"'),
    ],
)
def test_the_frame_of_a_message_is_checked(open_bench, parts, code, words):
    response = open_bench.text(**parts)

    assert response.status_code == 400
    assert error_of(response)["code"] == code
    assert words in str(error_of(response))


@pytest.mark.parametrize(
    ("kind", "part", "code", "words"),
    [
        ("text", None, 100, "The parameter text is required."),
        ("text", "Hello", 100, "Param text must be a JSON object."),
        ("text", {"body": ""}, 100, "text['body'] is required"),
        ("text", {"body": "x" * 4097}, 100, "at most 4096 characters long"),
        ("text", {"body": "x", "bodi": "y"}, 100, 'Unexpected key "bodi" on param "text".'),
        ("location", {"latitude": 91, "longitude": 0}, 100, "between -90 and 90"),
        ("location", {"latitude": "north", "longitude": 0}, 100, "must be a number"),
        ("reaction", {"emoji": "👍"}, 100, "reaction['message_id'] is required"),
        ("contacts", [], 131009, "1 to 257 contacts"),
        ("contacts", [{"name": {}}], 100, "contacts[0]['name']['formatted_name']"),
        ("contacts", {}, 100, "must be an array"),
        ("image", {"id": "404"}, 100, "image['id'] is not a valid whatsapp business account"),
        ("image", {}, 100, "Exactly one of id and link"),
        ("image", {"link": "ftp://x/y"}, 100, "not a valid URI"),
        ("image", {"link": "https://x/y.webp"}, 131053, "image/webp"),
        ("image", {"link": "https://x/y", "caption": "x" * 1025}, 100, "at most 1024"),
        ("audio", {"link": "https://x/y.mp3", "caption": "x"}, 100, 'Unexpected key "caption"'),
    ],
)
def test_the_content_of_a_message_is_checked(open_bench, kind, part, code, words):
    response = open_bench.send(type=kind, **{kind: part})

    assert error_of(response)["code"] == code
    assert words in str(error_of(response)).replace('\\"', '"').replace("\\'", "'")


@pytest.mark.parametrize(
    ("part", "code", "words"),
    [
        (interactive("riddle"), 100, "must be one of"),
        (interactive(body=None), 100, "interactive['body'] is required"),
        (interactive(action={"buttons": []}), 131009, "Invalid buttons count"),
        (interactive(action={"buttons": [BUTTON] * 4}), 131009, "Max allowed buttons: 3"),
        (interactive(action={"buttons": [BUTTON] * 2}), 131009, "Duplicated"),
        (
            interactive(action={"buttons": [{"type": "reply", "reply": {"id": "1"}}]}),
            100,
            "['reply']['title'] is required",
        ),
        (interactive("list", {"button": "x" * 21, "sections": []}), 100, "at most 20"),
        (interactive("list", {"button": "Go", "sections": []}), 131009, "sections count"),
        (
            interactive("list", {"button": "Go", "sections": [{"rows": [ROW] * 11}]}),
            131009,
            "Total row count exceeds max allowed count: 10",
        ),
        (
            interactive("list", {"button": "Go", "sections": [{"rows": [ROW]}] * 2}),
            100,
            "['title'] is required",
        ),
        (interactive("cta_url", {"name": "cta_url"}), 100, "['parameters'] is required"),
        (interactive("location_request_message", {"name": "x"}), 100, "{SEND_LOCATION}"),
        (interactive(header={"type": "text", "text": "x" * 61}), 100, "at most 60"),
        (interactive(header={"type": "image", "image": {"id": "1"}}), 100, "attachment ID"),
    ],
)
def test_interactive_messages_are_checked(open_bench, part, code, words):
    response = open_bench.send(type="interactive", interactive=part)

    assert error_of(response)["code"] == code
    assert words in error_of(response)["message"] + str(error_of(response).get("error_data"))


def test_free_form_to_somebody_who_never_wrote_needs_a_template(bench):
    response = bench.text()

    assert response.status_code == 400
    assert error_of(response) == {
        "message": "(#131047) Re-engagement message",
        "type": "OAuthException",
        "code": 131047,
        "error_data": {
            "messaging_product": "whatsapp",
            "details": "Message failed to send because more than 24 hours have passed since the "
            "customer last replied to this number.",
        },
        "fbtrace_id": error_of(response)["fbtrace_id"],
    }


def test_free_form_needs_a_template_when_24_hours_have_passed(open_bench):
    open_bench.sandbox.advance(24 * 3600 + 1)

    assert error_of(open_bench.text())["code"] == 131047


def test_each_number_has_its_own_window(open_bench):
    assert error_of(open_bench.text(number_id="106540352242923"))["code"] == 131047


def test_the_window_counts_from_the_time_of_the_message(bench):
    bench.writes(timestamp=str(int(NOW.timestamp()) - 25 * 3600))

    assert error_of(bench.text())["code"] == 131047


def test_system_messages_open_no_window(bench):
    bench.writes(message={"type": "system", "system": {"type": "user_changed_number"}})

    assert error_of(bench.text())["code"] == 131047


def test_a_number_without_whatsapp_is_undeliverable(open_bench):
    open_bench.control("POST", "people", {"phone": PHONE, "on_whatsapp": False})

    assert error_of(open_bench.text())["code"] == 131026


def test_a_late_error_is_accepted_first_and_fails_by_webhook(make_bench):
    bench = make_bench(late_errors=(131047,))

    response = bench.text()

    assert response.status_code == 200
    (status,) = bench.statuses()
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131047)


def test_the_throughput_of_a_number_ends_in_130429(open_bench):
    open_bench.control("POST", "limits", {"throughput": {"messages_per_second": 2}})
    open_bench.control("POST", "clock", {"frozen": True})

    codes = [open_bench.text().status_code for _ in range(2)]
    third = open_bench.text()

    assert codes == [200, 200]
    assert (third.status_code, error_of(third)["code"]) == (400, 130429)


def test_the_pace_towards_one_person_ends_in_131056_until_time_passes(open_bench):
    open_bench.control("POST", "limits", {"throughput": {"pair_burst": 1}})

    first, second = open_bench.text(), open_bench.text()
    open_bench.sandbox.advance(6)

    assert first.status_code == 200
    assert error_of(second)["code"] == 131056
    assert open_bench.text().status_code == 200


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"message_id": "wamid.unknown"}, 131009),
        ({"message_id": None}, 100),
        ({"status": "delivered"}, 100),
        ({"typing_indicator": {"type": "dance"}}, 100),
    ],
)
def test_mark_as_read_is_checked(bench, parts, code):
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": bench.writes()}

    assert error_of(bench.send(read | parts))["code"] == code


def test_nothing_refused_is_remembered_as_accepted(bench):
    bench.text()
    bench.text(to="call me")

    assert bench.sandbox.accepted() == []
    assert bench.deliver() == []


_KEYS = """to recipient type text body template name language code components parameters index
interactive action buttons sections rows reply header image id link contacts"""
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_KEYS.split()) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
_TYPES = st.sampled_from(["text", "template", "interactive", "image", "contacts", "location"])


@given(parts=st.dictionaries(_TYPES, _JSON), kind=_TYPES)
def test_any_json_gets_an_answer_of_graph(make_bench, parts, kind):
    bench = make_bench()
    bench.writes()

    response = bench.send(**(parts | {"type": kind}))

    assert response.status_code == 200 or "code" in error_of(response)
