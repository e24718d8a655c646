"""Staff fetch what was made for a person, against tickets, and give out links."""

import base64
import itertools
import json
import re

import pytest
from moto import mock_aws

from functions.disclosure.handler import handler as page
from functions.rights_api.handler import handler as api
from functions.rights_api.scopes import READ, WRITE
from tests.fakes.access import ADA, ADA_SAYS, REQUEST, World
from tests.unit.messages_api.api import Context, event

ONE = f"/v1/rights/requests/{REQUEST}"
REQUESTS = (f"gateway-{number}" for number in itertools.count())


@pytest.fixture
def world(monkeypatch):
    with mock_aws():
        world = World(monkeypatch)
        world.says(ADA, "wamid.1", type="text", text={"body": f"text {ADA_SAYS}"})
        world.asks(world.contact_id(ADA))
        world.answered()
        world.complete()
        yield world


def ask(method, path, *, client="crm", scope=READ, **more):
    claims = {"client_id": client, "scope": scope}
    asked = event(method, path, claims=claims, request=next(REQUESTS), **more)
    asked["requestContext"]["domainName"] = "api.example"
    asked["requestContext"]["path"] = f"/live{path}"
    answer = api(asked, Context())
    body = answer["body"]
    if answer.get("isBase64Encoded"):
        return answer["statusCode"], base64.b64decode(body), answer["multiValueHeaders"]
    return answer["statusCode"], json.loads(body), answer["multiValueHeaders"]


def listed(client="crm"):
    status, body, _ = ask("GET", f"{ONE}/files", client=client)
    assert status == 200, body
    return {item["name"]: item for item in body["items"]}


def fetch(name, ticket, client="crm", **headers):
    headers = {"Amana-Ticket": ticket, **headers}
    return ask("GET", f"{ONE}/files/{name}", client=client, headers=headers)


def test_each_file_is_given_once_against_its_ticket(world):
    files = listed()
    assert list(files) == ["data.json", "data.html"]
    for name, item in files.items():
        status, data, headers = fetch(name, item["ticket"])
        assert (status, data) == (200, world.files()[name])
        assert headers["Content-Disposition"] == [f'attachment; filename="{name}"']
        assert fetch(name, item["ticket"])[0] == 409


def test_a_file_is_given_in_ranges_that_make_it_whole(world):
    item = listed()["data.json"]
    status, first, headers = fetch("data.json", item["ticket"], Range="bytes=0-99")
    assert (status, len(first)) == (206, 100)
    assert headers["Content-Range"] == [f"bytes 0-99/{item['size']}"]
    status, rest, _ = fetch("data.json", item["ticket"], Range="bytes=100-")
    assert (status, first + rest) == (206, world.files()["data.json"])


@pytest.mark.parametrize("wanted", ["bytes=5-4", "bytes=0-4194304", "bytes=-5", "x"])
def test_a_range_that_cannot_be_given_uses_up_nothing(world, wanted):
    item = listed()["data.json"]
    assert fetch("data.json", item["ticket"], Range=wanted)[0] == 416
    assert fetch("data.json", item["ticket"])[0] == 200


def test_a_ticket_is_for_one_client_and_one_file(world):
    files = listed()
    assert fetch("data.html", files["data.json"]["ticket"])[0] == 409
    assert fetch("data.json", files["data.json"]["ticket"], client="other")[0] == 409
    assert fetch("plan.json", files["data.json"]["ticket"])[0] == 404


def test_nothing_is_listed_before_it_is_made_or_for_a_request_that_is_not_there(world):
    world.asks(world.contact_id(ADA), name="q_" + "e" * 26)
    status, body, _ = ask("GET", f"/v1/rights/requests/q_{'e' * 26}/files")
    assert (status, body) == (200, {"items": []})
    assert ask("GET", f"/v1/rights/requests/q_{'f' * 26}/files")[0] == 404


def test_whoever_may_only_read_gives_out_no_link(world):
    assert ask("POST", f"{ONE}/links")[0] == 403
    assert ask("GET", f"{ONE}/files", scope=WRITE)[0] == 403


def test_a_link_leads_to_the_page_and_is_told_once(world, capsys):
    status, body, _ = ask("POST", f"{ONE}/links", scope=WRITE)
    assert status == 201
    base, token = re.fullmatch(r"(https://api\.example/live)/v1/rights/disclosures/(\S{43})",
                               body["url"]).groups()  # fmt: skip
    assert base
    shown = page(event("GET", f"/v1/rights/disclosures/{token}", claims=None), Context())
    assert shown["statusCode"] == 200
    stored = repr(
        [world.dynamodb.scan(TableName=t)["Items"] for t in ("ephemeral", "outbox", "compliance")]
    )
    assert token not in stored + capsys.readouterr().out


def test_what_was_fetched_and_by_whom_is_in_the_log(world):
    fetch("data.json", listed()["data.json"]["ticket"])
    items = world.dynamodb.scan(TableName="outbox")["Items"]
    told = [json.loads(e["S"]) for i in items if "entries" in i for e in i["entries"]["L"]]
    (entry,) = (e for e in told if e["action"] == "request:access:fetched")
    assert entry["by"]["id"] == "crm"
    assert entry["on"] == [world.contact_id(ADA)]
    assert entry["facts"]["file"] == "data.json"
