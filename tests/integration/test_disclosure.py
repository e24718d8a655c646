"""A person fetches their data: a link, a code on WhatsApp, files. And whoever else tries to."""

import base64
import itertools
import json
import re
import time
from urllib.parse import urlencode

import boto3
import pytest
from moto import mock_aws

from functions.core.rights.access.links import DynamoLinks, Links
from functions.core.runtime import clock
from functions.disclosure.handler import handler
from tests.fakes.access import ADA, ADA_SAYS, BOB, REQUEST, World
from tests.unit.messages_api.api import Context, event

HOUR_MS = 3_600_000
REQUESTS = (f"gateway-{number}" for number in itertools.count())
AGAIN = "Ask whoever sent it"


@pytest.fixture
def world(monkeypatch):
    """Ada wrote a moment ago; her answer is ready."""
    with mock_aws():
        world = World(monkeypatch)
        now = int(time.time())
        world.says(ADA, "wamid.1", at=now - 60, type="text", text={"body": f"text {ADA_SAYS}"})
        world.asks(world.contact_id(ADA))
        world.answered()
        world.complete()
        yield world


def links(world, now_ms=clock.now_ms):
    return Links(DynamoLinks(world.dynamodb, "ephemeral"), now_ms=now_ms)


@pytest.fixture
def token(world):
    return links(world).issue(REQUEST)[0]


def call(method, token, **fields):
    body = urlencode(fields) if fields else None
    asked = event(
        method, f"/v1/rights/disclosures/{token}", body=body, claims=None, request=next(REQUESTS)
    )
    return handler(asked, Context())


def get(token):
    answer = call("GET", token)
    return answer["statusCode"], answer["body"], answer


def post(token, **fields):
    answer = call("POST", token, **fields)
    body = answer["body"]
    if answer["isBase64Encoded"]:
        body = base64.b64decode(body)
    return answer["statusCode"], body, answer


def sent_codes(world):
    """As they stand in the messages that were accepted for sending."""
    items = world.dynamodb.scan(TableName="conversations")["Items"]
    keys = [i["pk"]["S"] for i in items if i["pk"]["S"].startswith("MESSAGE#m_")]
    from functions.core.runtime.records import Key

    found = world.records.load([Key(pk, "MESSAGE") for pk in keys])
    texts = [json.loads(item["intent"])["text"]["body"] for item in found.values()]
    return [
        (item, re.search(r"\d{8}", text)[0])
        for item, text in zip(found.values(), texts, strict=True)
    ]


def code(world, token):
    before = {c for _, c in sent_codes(world)}
    status, page, _ = post(token, action="send")
    assert (status, "on its way" in page) == (200, True)
    (new,) = {c for _, c in sent_codes(world)} - before
    return new


def opened(world, token):
    status, page, _ = post(token, action="open", code=code(world, token))
    assert status == 200, page
    return re.search(r'name="session" value="([^"]+)"', page)[1], page


def entries(world):
    """What came of what was asked."""
    items = world.dynamodb.scan(TableName="outbox")["Items"]
    told = [json.loads(e["S"]) for i in items if "entries" in i for e in i["entries"]["L"]]
    return [
        (e["action"], e["outcome"], e.get("on"))
        for e in told
        if e["action"].startswith(("request:link", "request:access:fetched"))
        and e["outcome"] != "begun"
    ]


def test_with_the_link_and_the_code_every_file_is_given_and_entered(world, token):
    session, page = opened(world, token)
    names = re.findall(r'name="name" value="([^"]+)"', page)
    assert names == ["data.json", "data.html"]
    for name in names:
        status, data, answer = post(token, action="file", session=session, name=name, part="1")
        assert status == 200
        assert data == world.files()[name]
        assert ADA_SAYS.encode() in data
        headers = answer["multiValueHeaders"]
        assert headers["Content-Disposition"] == [f'attachment; filename="{name}"']
        assert headers["Content-Type"] == ["application/octet-stream"]
    ada = [world.contact_id(ADA)]
    assert sorted(entries(world)) == sorted(
        [
            ("request:link:asked", "done", ada),
            ("request:link:confirmed", "done", ada),
            ("request:access:fetched", "done", ada),
            ("request:access:fetched", "done", ada),
        ]
    )


def test_the_page_tells_nothing_about_anybody_before_the_code(world, token):
    status, page, answer = get(token)
    assert status == 200
    for secret in (ADA, ADA_SAYS, "Ada", REQUEST, "data.json", world.contact_id(ADA), token):
        assert secret not in page
    headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "<script" not in page


def test_looking_sends_no_code_so_that_previews_of_messengers_do_nothing(world, token):
    for _ in range(3):
        get(token)
    assert sent_codes(world) == []


@pytest.mark.parametrize("wrong", ["x" * 43, "short", "A" * 5000, "%0d%0aSet-Cookie:a=b", "'--"])
def test_a_link_that_was_never_issued_says_the_same_whatever_is_done_with_it(world, wrong):
    pages = set()
    for fields in ({}, {"action": "send"}, {"action": "open", "code": "1"}, {"action": "file"}):
        answer = call("POST" if fields else "GET", wrong, **fields)
        assert answer["statusCode"] == 404
        pages.add(re.sub("gateway-[0-9]+", "", answer["body"]))
        assert "Set-Cookie" not in json.dumps(answer["multiValueHeaders"])
    assert len(pages) == 1


def test_a_link_that_is_over_answers_as_one_that_never_was(world):
    old = links(world, lambda: clock.now_ms() - 169 * HOUR_MS).issue(REQUEST)[0]
    never = get("y" * 43)
    assert get(old)[:2] == never[:2]
    assert never[0] == 404


def test_a_request_that_is_not_answered_gives_a_link_that_does_not_open(world):
    world.asks(world.contact_id(ADA), name="q_open")
    token = links(world).issue("q_open")[0]
    assert get(token)[0] == 404


def test_five_wrong_codes_lock_the_link_also_for_the_right_one(world, token):
    right = code(world, token)
    for _ in range(4):
        status, page, _ = post(token, action="open", code="00000000")
        assert (status, AGAIN in page) == (403, False)
    assert post(token, action="open", code="00000000")[0] == 403
    status, page, _ = post(token, action="open", code=right)
    assert (status, AGAIN in page) == (403, True)
    status, page, _ = post(token, action="send")
    assert (status, "Too many wrong codes" in page) == (403, True)
    assert ("request:link:confirmed", "refused", [world.contact_id(ADA)]) in entries(world)


@pytest.mark.parametrize("odd", ["", " ", "1" * 4000, "a\r\nb", "\uff11" * 8, "0" * 8 + "\0"])
def test_what_is_no_code_is_a_guess_like_any_other(world, token, odd):
    for _ in range(5):
        post(token, action="open", code=odd)
    assert "Too many wrong codes" in post(token, action="open", code="1")[1]


def test_a_code_opens_once_and_ends_the_session_before(world, token):
    first = code(world, token)
    status, page, _ = post(token, action="open", code=first)
    assert status == 200
    assert post(token, action="open", code=first)[0] == 403
    session = re.search(r'name="session" value="([^"]+)"', page)[1]
    newer, _ = opened(world, token)
    told = post(token, action="file", session=session, name="data.json", part="1")
    assert "Send me a code" in told[1]
    assert post(token, action="file", session=newer, name="data.json", part="1")[0] == 200


def test_codes_are_sent_three_times_at_most(world, token):
    for _ in range(3):
        code(world, token)
    status, page, _ = post(token, action="send")
    assert (status, "No code can be sent" in page) == (429, True)
    assert len(sent_codes(world)) == 3


def test_the_code_goes_to_the_person_of_the_request_only(world, token):
    world.says(BOB, "wamid.b")
    code(world, token)
    ((item, _),) = sent_codes(world)
    assert item["thread"].endswith(world.node(ADA))


def test_a_session_of_one_link_does_not_open_another(world, token):
    session, _ = opened(world, token)
    other = links(world).issue(REQUEST)[0]
    told = post(other, action="file", session=session, name="data.json", part="1")
    assert "Send me a code" in told[1]


@pytest.mark.parametrize("fields", [
    {"name": "../plan.json", "part": "1"},
    {"name": "index.json", "part": "1"},
    {"name": "data.json", "part": "2"},
    {"name": "data.json", "part": "-1"},
    {"name": "data.json", "part": "9" * 4000},
    {"name": 'a"\r\nX-Evil: 1', "part": "1"},
])  # fmt: skip
def test_only_files_of_the_answer_are_given(world, token, fields):
    session, _ = opened(world, token)
    status, page, answer = post(token, action="file", session=session, **fields)
    assert (status, "data.json" in page) == (200, True)
    assert "X-Evil" not in json.dumps(answer["multiValueHeaders"])


def test_a_body_larger_than_any_form_is_refused(world, token):
    answer = call("POST", token, action="open", code="1" * 5000)
    assert answer["statusCode"] == 413


def test_when_nobody_can_be_reached_staff_must_help(world, token):
    """The customer service window closed, and there is no template."""
    items = world.dynamodb.scan(TableName="conversations")["Items"]
    (thread,) = (i for i in items if i["pk"]["S"].startswith("THREAD#"))
    thread["window_from_ms"] = {"N": "1790000000000"}
    world.dynamodb.put_item(TableName="conversations", Item=thread)
    status, page, _ = post(token, action="send")
    assert (status, "No code can be sent" in page) == (429, True)


def test_links_codes_and_sessions_stand_nowhere_in_clear(world, token):
    session, _ = opened(world, token)
    number = sent_codes(world)[0][1]
    for table in ("ephemeral", "compliance", "outbox", "conversations"):
        stored = repr(world.dynamodb.scan(TableName=table)["Items"])
        for secret in (token, session, number):
            assert secret not in stored


def test_what_is_logged_names_neither_link_nor_code_nor_person(world, token, capsys):
    session, _ = opened(world, token)
    post(token, action="file", session=session, name="data.json", part="1")
    logged = capsys.readouterr().out
    assert "disclosure answered" in logged
    for secret in (token, session, ADA, ADA_SAYS, sent_codes(world)[0][1]):
        assert secret not in logged


def test_a_file_of_several_parts_is_whole_again_when_they_are_joined(world, monkeypatch):
    from functions.core.archive.exports import policy

    real = policy.number
    monkeypatch.setattr(policy, "number", lambda *p: 1000 if p[-1] == "range" else real(*p))
    token = links(world).issue(REQUEST)[0]
    session, page = opened(world, token)
    form = next(part for part in page.split("<form") if 'value="data.json"' in part)
    parts = re.findall(r'<button name="part" value="(\d+)">Save part', form)
    assert len(parts) > 3
    joined = b""
    for part in parts:
        status, data, answer = post(
            token, action="file", session=session, name="data.json", part=part
        )
        assert status == 200
        assert answer["multiValueHeaders"]["Content-Disposition"][0].endswith(f'.part{part}"')
        joined += data
    assert joined == world.files()["data.json"]


def test_after_a_month_there_is_nothing_left_to_be_fetched(world, token, monkeypatch):
    real = clock.now_ms
    late = Links(
        DynamoLinks(world.dynamodb, "ephemeral"), now_ms=lambda: real() + 31 * 24 * HOUR_MS
    )
    fresh = late.issue(REQUEST)[0]
    from functions.disclosure import wiring

    monkeypatch.setattr(wiring.clock, "now_ms", lambda: real() + 31 * 24 * HOUR_MS)
    wiring.disclosing.cache_clear()
    assert get(fresh)[0] == 404
    assert boto3 is not None
