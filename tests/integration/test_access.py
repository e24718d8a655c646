"""Two people in every store: an answer holds all there is of one, and nothing of the other."""

import json

import pytest
from moto import mock_aws

from tests.fakes.access import ADA, ADA_SAYS, BOB_SAYS, World, plant


@pytest.fixture
def world(monkeypatch):
    with mock_aws():
        world = World(monkeypatch)
        yield world


def data(files):
    return json.loads(files["data.json"])


def pages(files):
    return b"".join(body for name, body in sorted(files.items()) if name.endswith(".html")).decode()


def test_everything_of_one_and_nothing_of_the_other_is_in_the_answer(world):
    plant(world)
    world.asks(world.contact_id(ADA))
    files = world.answered()
    told, page = data(files), pages(files)
    for text in (files["data.json"].decode(), page):
        assert BOB_SAYS not in text
        for planted in ("text", "caption", "file", "sent", "old", "conversation", "evidence",
                        "account", "asked", "Ada"):  # fmt: skip
            assert f"{planted} {ADA_SAYS}" in text, planted
        assert ADA_SAYS * 5000 in text
        assert f"reader-{ADA_SAYS}" in text
        assert f"e_{ADA_SAYS}" in text
        assert f"+{ADA}" in text
    assert told["counts"] | {"recipients": 0} == {
        "aliases": 1, "corrections": 0, "consents": 4, "consent_events": 1, "restrictions": 0,
        "requests": 2, "exports": 1, "imports": 1, "holds": 1, "keys": 1, "recipients": 0,
        "account_updates": 1, "messages": 5, "files": 2,
    }  # fmt: skip
    others = {name: body for name, body in files.items() if name not in ("data.json", "data.html")}
    assert sum(ADA_SAYS.encode() in body for body in others.values()) == 2
    assert not any(BOB_SAYS.encode() in body for body in others.values())
    assert told["completeness"]["complete"] is True
