"""Every route there is, walked: whatever it is asked and by whomever, it leaves an entry."""

import importlib
import json

import pytest

from functions.core.audit.vocabulary import Action, Outcome
from functions.core.runtime.errors import StoreUnavailableError
from infra.stacks.routes import ROUTES
from tests.fakes.audit import MemoryOutbox, audit_writer
from tests.unit.messages_api.api import Context, event

EXAMPLES = {
    "id": "m_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "waba_id": "1",
    "number": "1",
    "name": "a.zip",
    "purpose": "marketing",
    "token": "t" * 43,
}


def path_of(route):
    """With something in every placeholder; ids that are not of the right kind are not found."""
    path = "/" + route.path
    for name, example in EXAMPLES.items():
        path = path.replace(f"{{{name}}}", example)
    assert "{" not in path
    return path


@pytest.fixture(params=ROUTES, ids=lambda route: f"{route.method} {route.path}")
def route(request):
    return request.param


@pytest.fixture
def outbox(route, monkeypatch):
    outbox = MemoryOutbox()
    wiring = importlib.import_module(f"functions.{route.function}.wiring")
    monkeypatch.setattr(wiring, "audit", lambda: audit_writer(outbox, route.function))
    return outbox


def ask(route, **more):
    handler = importlib.import_module(f"functions.{route.function}.handler").handler
    return handler(event(route.method, path_of(route), request="r-1", **more), Context())


def test_whoever_has_no_token_is_entered(route, outbox):
    answer = ask(route, claims=None)
    if route.scope is None:
        assert outbox.entries[-1]["by"]["network"] == "203.0.113.0/24"
        assert answer["statusCode"] != 401
        return
    assert answer["statusCode"] == 401
    denied = outbox.entries[-1]
    assert (denied["action"], denied["outcome"]) == (Action.SCOPE_DENIED, Outcome.DENIED)
    assert denied["request"] == "r-1"
    assert denied["by"]["network"] == "203.0.113.0/24"


def test_whoever_has_the_scope_is_entered_whatever_comes_of_it(route, outbox):
    """Nothing is set up here: most routes fail, and say so in the log."""
    claims = {"client_id": "client-7", "scope": f"amana/{route.scope}"}
    ask(route, claims=claims, headers={"Idempotency-Key": "k", "Amana-Ticket": "t"})
    last = outbox.entries[-1]
    assert last["by"]["id"] == "client-7"
    assert last["facts"]["operation"]
    assert last["outcome"] != "begun"


def test_what_a_caller_writes_into_an_address_is_not_entered(route, outbox, monkeypatch):
    """Before something of that name was found it is a caller's text, and may be anybody's name."""
    prefix = {"archive_api": "e", "media_api": "f"}.get(route.function, "m")
    if "contacts" in route.path:
        monkeypatch.setitem(EXAMPLES, "id", f"n{'a' * 20}~1")
        monkeypatch.setitem(EXAMPLES, "purpose", "ada.lovelace")
    else:
        prefix = "i" if "imports" in route.path else prefix
        monkeypatch.setitem(EXAMPLES, "id", f"{prefix}_{'a' * 26}")
    monkeypatch.setitem(EXAMPLES, "name", "ada.lovelace")
    monkeypatch.setitem(EXAMPLES, "waba_id", "15550100011")
    claims = {"client_id": "client-7", "scope": f"amana/{route.scope}"}
    ask(route, claims=claims, headers={"Idempotency-Key": "ada", "Amana-Ticket": "lovelace"})
    for canary in ("lovelace", "15550100011"):
        assert canary not in json.dumps(outbox.entries)


def test_what_cannot_be_entered_is_not_served(route, monkeypatch):
    class Down(MemoryOutbox):
        def open(self, function):
            raise StoreUnavailableError("down")

    wiring = importlib.import_module(f"functions.{route.function}.wiring")
    monkeypatch.setattr(wiring, "audit", lambda: audit_writer(Down()))
    answer = ask(route, claims=None)
    assert answer["statusCode"] == 503
    assert "urn:amana:problem:unavailable" in json.loads(answer["body"])["type"]


def test_every_operation_has_a_route_and_every_route_an_operation():
    functions = {route.function for route in ROUTES}
    operations = [
        (name, operation.method)
        for name in functions
        for operation in importlib.import_module(f"functions.{name}.operations").OPERATIONS
    ]
    assert sorted(operations) == sorted((route.function, route.method) for route in ROUTES)
