"""An import from begin to report, as tests of it need: over moto, the steps run by hand."""

import itertools
import json
from collections import Counter
from contextlib import contextmanager

import boto3
from moto import mock_aws

from functions.consent_importer import handler as importer
from functions.core.consent.imports.asked import asked_from
from functions.core.runtime.ids import random_id
from tests.fakes import imports
from tests.fakes.imports import HEADER
from tests.unit.messages_api.api import Context

CLIENT = "office"


@contextmanager
def opened(monkeypatch):
    with mock_aws():
        for name, value in imports.create().items():
            monkeypatch.setenv(name, value)
        imports.forget()
        yield imports.desk()
    imports.forget()


def file_of(*lines, header=HEADER):
    return "\n".join([header, *lines]).encode()


def sent(desk, content, *, key="key-1", cuts=(), body=b"{}"):
    """Begun, sent, started; the id."""
    begun = desk.begin(asked_from(body), client_id=CLIENT, idempotency_key=key)
    places = [0, *cuts, len(content)]
    for number, (first, last) in enumerate(itertools.pairwise(places), 1):
        desk.put_part(begun.id, number, content[first:last], client_id=CLIENT)
    desk.start(begun.id, client_id=CLIENT)
    return begun.id


def step(name, import_id, **more):
    context = Context()
    context.aws_request_id = random_id()
    return importer.handler({"step": name, "import_id": import_id, **more}, context)


def work(import_id):
    """What the state machine does."""
    for chunk in step("plan", import_id)["chunks"]:
        step("load", import_id, chunk=json.loads(json.dumps(chunk)))
    return step("finish", import_id)


def imported(desk, *lines, **more):
    import_id = sent(desk, file_of(*lines), **more)
    assert work(import_id)["state"] == "done"
    return import_id


def outcomes(desk, import_id):
    found, cursor = {}, 0
    while cursor is not None:
        page = desk.report(import_id, client_id=CLIENT, cursor=int(cursor))
        found |= {row["row"]: row["outcome"] for row in page["items"]}
        cursor = page["next_cursor"]
    return found


def events():
    items = boto3.client("dynamodb").scan(TableName="consent")["Items"]
    return Counter(item["pk"]["S"] for item in items if item["sk"]["S"].startswith("EVENT#"))


def entries():
    items = boto3.client("dynamodb").scan(TableName="outbox")["Items"]
    return [json.loads(e["S"]) for item in items for e in item.get("entries", {"L": []})["L"]]
