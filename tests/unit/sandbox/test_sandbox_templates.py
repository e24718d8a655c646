import pytest


def template(name="hello_world", language="en_US", components=None):
    part = {"name": name, "language": {"code": language}}
    return part | ({"components": components} if components is not None else {})


def body(*texts, **more):
    return {"type": "body", "parameters": [{"type": "text", "text": t, **more} for t in texts]}


def header(kind):
    return {"type": "header", "parameters": [{"type": kind, kind: {"link": "https://x/y"}}]}


def otp(code="123456", index="0"):
    parameters = [{"type": "text", "text": code}]
    return {"type": "button", "sub_type": "url", "index": index, "parameters": parameters}


NAMED = [header("image"), body("Amal", parameter_name="first_name")]


@pytest.mark.parametrize(
    "part",
    [
        template(),
        template(components=[]),
        template("appointment_reminder", components=[body("Amal", "Monday")]),
        template("news", components=NAMED),
        template("sign_in_code", components=[body("123456"), otp()]),
    ],
)
def test_templates_reach_people_who_never_wrote(bench, part):
    assert bench.send(type="template", template=part).status_code == 200


@pytest.mark.parametrize(
    ("part", "code", "status", "words"),
    [
        (template("gone"), 132001, 404, "template name (gone) does not exist in en_US"),
        (template(language="fr"), 132001, 404, "does not exist in fr"),
        ({"name": "hello_world", "language": {}}, 100, 400, "template['language']['code']"),
        (template(components=[body("x")]), 132000, 400, "(1) does not match the expected"),
        (template("appointment_reminder"), 132000, 400, "(0) does not match the expected"),
        (template("news", components=NAMED[1:]), 132012, 400, "expected IMAGE, received UNKNOWN"),
        (
            template("news", components=[header("video"), NAMED[1]]),
            132012,
            400,
            "expected IMAGE, received VIDEO",
        ),
        (
            template("news", components=[NAMED[0], body("Amal")]),
            100,
            400,
            "Parameter name is missing",
        ),
        (template("sign_in_code", components=[body("1")]), 131008, 400, "requires a parameter"),
        (template(components=[{"type": "tail"}]), 100, 400, "must be one of"),
        (template(components=[body("")]), 100, 400, "Parameter 'text' is mandatory"),
        (template(components=[body("a\nb")]), 100, 400, "cannot have new-line"),
        (template("appointment_reminder", components=[body("x", "y" * 1024)]), 132005, 400, ""),
    ],
)
def test_templates_that_do_not_fit_are_refused(bench, part, code, status, words):
    response = bench.send(type="template", template=part)

    error = response.json["error"]
    assert (error["code"], response.status_code) == (code, status)
    assert words in error["message"] + str(error.get("error_data", {}).get("details"))


@pytest.mark.parametrize(
    ("status", "code"), [("PAUSED", 132015), ("DISABLED", 132016), ("PENDING", 132001)]
)
def test_a_template_that_is_not_approved_is_refused(bench, status, code):
    bench.control(
        "POST", "templates", {"name": "t", "language": "de", "body": "Hallo", "status": status}
    )

    response = bench.send(type="template", template=template("t", "de"))

    assert response.json["error"]["code"] == code


def test_authentication_templates_need_a_phone_number(bench):
    bench.writes(None, user_id="US.1349")

    response = bench.send(
        to=None,
        recipient="US.1349",
        type="template",
        template=template("sign_in_code", components=[body("123456"), otp()]),
    )

    assert response.json["error"]["code"] == 131062


def test_a_link_with_a_variable_needs_its_parameter(bench):
    buttons = [{"type": "QUICK_REPLY"}, {"type": "URL", "url": "https://example.com/{{1}}"}]
    bench.control(
        "POST",
        "templates",
        [
            {
                "name": "t",
                "language": "de",
                "components": [
                    {"type": "BODY", "text": "Hallo"},
                    {"type": "BUTTONS", "buttons": buttons},
                ],
            }
        ],
    )

    without = bench.send(type="template", template=template("t", "de"))
    filled = bench.send(type="template", template=template("t", "de", [otp("a", index=1)]))

    assert without.json["error"]["error_data"]["details"] == (
        "buttons: Button at index 1 of type Url requires a parameter"
    )
    assert filled.status_code == 200


def test_templates_are_listed(bench):
    names = [entry["name"] for entry in bench.control("GET", "templates").json["templates"]]

    assert names == ["hello_world", "appointment_reminder", "news", "sign_in_code"]


@pytest.mark.parametrize(
    "definition", [{"name": "t"}, {"name": "t", "language": "de", "category": "FUN"}]
)
def test_a_definition_that_makes_no_sense_is_refused(bench, definition):
    assert bench.control("POST", "templates", definition).status_code == 400


def test_metas_word_on_all_templates_comes_as_one_webhook_that_is_not_repeated(bench):
    bench.control("POST", "templates", {"name": "t", "language": "de", "status": "PAUSED"})
    told = bench.control("POST", "announcements").json["templates"]
    (webhook,) = bench.deliver()

    assert bench.control("POST", "redeliver", {}).json["posts"] == 0
    (entry,) = webhook["entry"]
    assert entry["time"] > 0
    assert [change["value"]["message_template_name"] for change in entry["changes"]] == [
        template["name"] for template in told
    ]
    assert entry["changes"][-1]["value"]["event"] == "PAUSED"
    assert {change["field"] for change in entry["changes"]} == {"message_template_status_update"}
